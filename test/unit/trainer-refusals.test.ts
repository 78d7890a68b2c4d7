/** What a cluster's trainer is asked for by which name, and what is refused before submission. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mappingFile, root } from '../../scripts/docs-tables.ts'
import { numberSettings } from '../../src-main/contract/number-settings.ts'
import { parseRecipe } from '../../src-main/contract/recipe.ts'
import { defaultSettings } from '../../src-main/contract/settings.ts'
import { mappingJson, trainerNames, trainers } from '../../src-main/contract/trainer-names.ts'
import { refusalsFor } from '../../src-main/contract/trainer-refusals.ts'

const shipped = (name: string) => JSON.parse(readFileSync(join(root, 'resources', 'recipes', `${name}.json`), 'utf8'))
const base = {
  name: 'a',
  title: 'A',
  task: { sum: 1 },
  stages: [{ kind: 'grpo', name: 'one', steps: 10 }],
}
const recipeWith = (settings: object, more: object = {}) => parseRecipe({ ...base, ...more, settings }, 'recipe')
const paths = (settings: object, trainer: 'trl' | 'verl', more: object = {}) =>
  refusalsFor(recipeWith(settings, more), trainer).map(({ path }) => path)

describe('the table', () => {
  it('has every setting, and nothing else', () => {
    const apart = ['rewardWeights', 'rewardParameters', 'sideWeights', 'sideScaling']
    const names = Object.keys(defaultSettings).filter((name) => !apart.includes(name))
    for (const trainer of trainers) expect(Object.keys(trainerNames[trainer]).sort()).toEqual(names.sort())
  })

  it.each(trainers)('says of each setting of %s where it goes, or why it does not', (trainer) => {
    for (const [name, { to, as, only, why, when }] of Object.entries(trainerNames[trainer])) {
      expect(to.length > 0 || as === 'driver' || only || when, name).toBeTruthy()
      expect(Boolean(only) === Boolean(why), name).toBe(true)
    }
  })

  it('takes the defaults that do nothing', () => {
    for (const trainer of trainers)
      for (const [name, { only }] of Object.entries(trainerNames[trainer]))
        if (name in numberSettings && only) expect(only).toContain(numberSettings[name as 'beta'].default)
  })

  it('is what the driver reads (npm run docs)', () => {
    expect(readFileSync(mappingFile, 'utf8')).toBe(mappingJson())
  })
})

describe('refusals', () => {
  it('lets the miniature go to TRL as it is', () => {
    expect(refusalsFor(parseRecipe(shipped('r1-zero-mini'), 'recipe'), 'trl')).toEqual([])
  })

  it('names each setting, its value, the reason and the way out', () => {
    expect(refusalsFor(recipeWith({ dynamicSampling: 3 }), 'trl')).toEqual([
      {
        path: 'stages.0.settings.dynamicSampling',
        value: 3,
        why: 'TRL samples the groups of a step once, with or without signal',
        hint: 'Set dynamicSampling to 1.',
      },
    ])
  })

  it.each([
    ['klEstimator', 'k1', 'trl'],
    ['advantageEstimator', 'gae', 'trl'],
    ['advantageEstimator', 'gae', 'verl'],
    ['lossType', 'sapo', 'verl'],
    ['maskTruncated', true, 'verl'],
    ['klTimesRatio', true, 'verl'],
    ['scaleRewards', 'batch', 'verl'],
    ['topEntropyQuantile', 0.2, 'verl'],
    ['repetitionPenalty', 1.1, 'verl'],
    ['refreshReferenceEvery', 40, 'verl'],
  ] as const)('refuses %s %s of %s', (name, value, trainer) => {
    expect(paths({ [name]: value }, trainer)).toEqual([`stages.0.settings.${name}`])
  })

  it.each([
    [{ lossType: 'sapo', sapoTemperaturePositive: 2 }, 'trl'],
    [{ lossType: 'cispo', cispoMaxRatio: 3 }, 'trl'],
    [{ lossType: 'dr_grpo', scaleRewards: 'none', klEstimator: 'k1' }, 'verl'],
    [{ gaeLambda: 0.9 }, 'verl'],
  ] as const)('takes %j of %s', (settings, trainer) => {
    expect(paths(settings, trainer)).toEqual([])
  })

  it('finds what a later stage or a milestone turns, and says what all stages have once', () => {
    const stages = [
      { kind: 'grpo', name: 'one', steps: 10 },
      { kind: 'grpo', name: 'two', steps: 10, milestones: [{ at: 5, settings: { dynamicSampling: 2 } }] },
    ]
    expect(paths({}, 'trl', { stages })).toEqual(['stages.1.settings.dynamicSampling'])
    expect(paths({ klEstimator: 'k2' }, 'trl', { stages })).toContain('stages.0.settings.klEstimator')
    expect(paths({ klEstimator: 'k2' }, 'trl', { stages })).toHaveLength(2)
  })

  it('refuses batches with a rest', () => {
    expect(paths({ promptsPerStep: 3, groupSize: 4, miniBatches: 5 }, 'trl')).toEqual(['stages.0.settings.miniBatches'])
    expect(paths({ promptsPerStep: 4, groupSize: 4, miniBatches: 8 }, 'trl')).toEqual([])
    expect(paths({ promptsPerStep: 4, groupSize: 4, miniBatches: 8 }, 'verl')).toEqual([
      'stages.0.settings.miniBatches',
    ])
  })

  it('refuses rewards that need this machine, and those that see a group where there is none', () => {
    const weights = { accuracy: 1, code: 1, kimi_length: 1 }
    expect(paths({ rewardWeights: weights }, 'trl')).toEqual(['rewardWeights.code'])
    expect(paths({ rewardWeights: weights }, 'verl')).toEqual(['rewardWeights.code', 'rewardWeights.kimi_length'])
    expect(paths({ rewardWeights: { helpfulness: 1 } }, 'trl')).toEqual(['rewardWeights.helpfulness'])
    expect(paths({ rewardWeights: { own: 1 } }, 'trl', { ownReward: 'mine.ts' })).toEqual(['rewardWeights.own'])
  })

  it('refuses sides that are scaled, or weigh by domain', () => {
    expect(paths({ sideScaling: { reasoning: 'group' } }, 'trl')).toEqual(['stages.0.settings.sideScaling.reasoning'])
    expect(paths({ sideWeights: { math: { reasoning: 0.5 } } }, 'trl')).toEqual([
      'stages.0.settings.sideWeights.math.reasoning',
    ])
    expect(paths({ sideWeights: { math: { language: 0.5 } } }, 'trl')).toEqual([])
  })

  it('refuses stages that the driver has not, gates, and fields of the recipe', () => {
    const gate = { metric: 'accuracy', above: 0.5 }
    expect(paths({}, 'trl', { stages: [{ kind: 'grpo', name: 'one', steps: 10, gate }] })).toEqual(['stages.0.gate'])
    expect(paths({}, 'verl', { stages: [{ kind: 'sft', name: 's', steps: 2, data: { traces: 20 } }] })).toEqual([
      'stages.0.kind',
    ])
    expect(paths({}, 'trl', { lora: {} })).toEqual(['lora'])
    expect(paths({}, 'trl', { addTokens: ['x'] })).toEqual(['addTokens'])
    expect(paths({}, 'trl', { pauseOn: ['no-signal'] })).toEqual(['pauseOn'])
    expect(paths({}, 'trl', { task: { function: 1 } })).toEqual(['task.function'])
  })
})
