/** Settings that make no sense together are refused in a recipe, by the host and by the engine, with the way out. */
import { expect, test } from 'vitest'
import { contradiction } from '../../src-main/contract/contradictions.ts'
import { parseRecipe } from '../../src-main/contract/recipe.ts'
import { defaultSettings, type PartialSettings } from '../../src-main/contract/settings.ts'

const recipe = (settings: PartialSettings) => ({
  name: 'mine',
  title: 'Mine',
  task: { sum: 1 },
  settings: { lossType: 'dapo' },
  stages: [
    { kind: 'grpo', name: 'first', steps: 1 },
    { kind: 'grpo', name: 'second', steps: 1, settings },
  ],
})

test.each<[PartialSettings, string, string]>([
  [
    { lossType: 'vespo', importanceSampling: 'sequence' },
    'lossType vespo does not go with importanceSampling sequence',
    '"token"',
  ],
  [{ lossType: 'luspo' }, 'lossType luspo does not go with importanceSampling token', '"sequence"'],
  [{ lossType: 'cispo', delta: 2 }, 'delta 2 does not go with lossType cispo', 'Set delta to 0'],
  [{ lossType: 'sapo', delta: 2 }, 'delta 2 does not go with lossType sapo', 'Set delta to 0'],
  [{ delta: 1.5, epsilonHigh: 0.5 }, 'delta 1.5 is not above 1 + epsilonHigh, 1.5', 'Raise delta'],
  [
    { rewardAggregation: 'normalize_then_sum', scaleRewards: 'none' },
    'normalize_then_sum does not go with scaleRewards none',
    '"group"',
  ],
  [
    { advantageEstimator: 'gae', importanceSampling: 'sequence' },
    'advantageEstimator gae does not go with importanceSampling sequence',
    'Set importanceSampling to "token"',
  ],
  [{ advantageEstimator: 'gae', lossType: 'vespo' }, 'does not go with lossType vespo', 'Set lossType to "grpo"'],
  [
    { advantageEstimator: 'gae', offPolicyThreshold: 1 },
    'does not go with offPolicyThreshold 1',
    'Set offPolicyThreshold to 0',
  ],
  [
    { advantageEstimator: 'gae', rewardAggregation: 'normalize_then_sum' },
    'does not go with rewardAggregation normalize_then_sum',
    '"sum_then_normalize"',
  ],
  [{ advantageEstimator: 'gae', scaleRewards: 'batch' }, 'does not go with scaleRewards batch', '"group"'],
])('a recipe with %j', (settings, what, hint) => {
  expect(() => parseRecipe(recipe(settings), 'mine.json')).toThrow(
    expect.objectContaining({
      code: 'bad-recipe',
      message: expect.stringContaining(`mine.json is not a valid recipe: in stages.1, `),
      hint: expect.stringContaining(hint),
    }),
  )
  expect(contradiction({ ...defaultSettings, ...settings } as typeof defaultSettings)?.what).toContain(what)
})

test.each<PartialSettings>([
  {},
  { lossType: 'vespo' },
  { lossType: 'luspo', importanceSampling: 'sequence' },
  { lossType: 'cispo', importanceSampling: 'sequence' },
  { delta: 4 },
  { rewardAggregation: 'normalize_then_sum' },
  { advantageEstimator: 'gae' },
  { advantageEstimator: 'gae', lossType: 'cispo', gaeLambda: 0.95, klInReward: false },
])('a recipe with %j is accepted', (settings) => {
  expect(parseRecipe(recipe(settings), 'mine.json').stages).toHaveLength(2)
})
