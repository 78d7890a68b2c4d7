/** Rewards by reward models in a run: values, what cannot be judged, what is refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type RewardModelKind, rewardModelTraining } from '../../src-main/contract/reward-models.ts'
import { loadRewardModel } from '../../src-main/engine/reward-models/model.ts'
import { openRewardModels } from '../../src-main/engine/reward-models/open.ts'
import { scoresOf } from '../../src-main/engine/reward-models/scores.ts'
import { written } from '../../src-main/engine/reward-models/texts.ts'
import { trainRewardModel } from '../../src-main/engine/reward-models/train.ts'
import { judge } from '../../src-main/engine/rewards/score.ts'
import { rewardModels, usableRewardModels } from '../../src-main/library/reward-models.ts'
import { bestBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { run, smallRecipe, temporaryFolder, tinyPolicy } from './support/run.ts'

let root = ''

async function trainOne(name: string, kind: RewardModelKind, lines: object[], epochs: number): Promise<void> {
  const data = join(root, `${name}.jsonl`)
  writeFileSync(data, lines.map((line) => JSON.stringify(line)).join('\n'))
  const training = rewardModelTraining.parse({ learningRate: 3e-3, batchSize: 16, epochs })
  const ask = { name, kind, model: tinyPolicy, data, folder: join(root, name), training, backend: bestBackend }
  await trainRewardModel(ask, () => {})
}

const prompts = Array.from({ length: 120 }, (_, i) => `${i}+${(i * 7) % 90}=`)
const answer = (n: number) => `<answer>${n}</answer>`

afterAll(() => rmSync(root, { recursive: true, force: true }))

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'grpo-test-'))
  // sevens are better than threes; labels say the same
  const pairs = prompts.map((prompt, i) => ({ prompt, chosen: answer(70 + (i % 3)), rejected: answer(30 + (i % 4)) }))
  await trainOne('sevens', 'helpfulness', pairs, 4)
  const labels = prompts.map((prompt, i) => ({
    prompt,
    completion: answer(i % 2 ? 7 : 3),
    label: i % 2 ? 'safe' : 'unsafe',
  }))
  await trainOne('guard', 'safety', labels, 4)
  // which of two is better is a coin's say
  const coin = prompts.map((prompt, i) => {
    const [a, b] = [answer((i * 37) % 89), answer(100 + ((i * 53 + 11) % 97))]
    return (i * 2654435761) % 8 < 4 ? { prompt, chosen: a, rejected: b } : { prompt, chosen: b, rejected: a }
  })
  await trainOne('coin', 'helpfulness', coin, 1)
}, 120_000)

const groupOf = (...texts: string[]) => ({
  problem: { prompt: '12+3=', answer: '15' },
  completions: texts.map((text) => ({ text, finished: true, tokens: 9 })),
  tokenLimit: 64,
})

it('are scores in units of the training texts, or a probability; what cannot be judged gets the least of those', async () => {
  const found = [
    ...usableRewardModels(['helpfulness'], [{ helpfulness: { model: 'sevens' } }], root),
    ...usableRewardModels(['safety'], [{ safety: { model: 'guard' } }], root),
  ]
  openRewardModels(found)
  const group = groupOf(answer(71), `<think>guess</think>${answer(31)}`, '<think>70', `<answer>hello`, answer(71))
  const parameters = { helpfulness: { model: 'sevens' }, safety: { model: 'guard' } }
  const helpful = await judge('helpfulness', group, parameters)
  const { model, note } = loadRewardModel(join(root, 'sevens'))
  const promptIds = model.tokenizer.encode('12+3=')
  const raw = await scoresOf(
    model,
    [71, 31].map((n) => written(model, promptIds, answer(n))),
    2048,
  )
  const { mean, std, low } = note.scores
  expectClose(
    'rewards',
    'helpfulness',
    helpful.slice(0, 2).map((v) => v.value!),
    raw.map((score) => (score - mean) / std),
  )
  expect(helpful[0].value).toBeGreaterThan(helpful[1].value!)
  expect(helpful[4].value).toBe(helpful[0].value)
  expect(helpful[0].reason).toMatch(/^score -?[\d.]+, (within|outside) the .* of its training$/)
  expect(helpful[2]).toEqual({
    value: (low - mean) / std,
    reason: 'nothing after the thinking: as the least of its training',
  })
  expect(helpful[3].reason).toContain("not in the reward model's tokens")
  const long = await judge('helpfulness', groupOf('1'.repeat(100_000)), parameters)
  expect(long[0].reason).toContain('longer than the model')
  const safe = await judge('safety', groupOf(answer(7), answer(3), '<think>7'), parameters)
  expect(safe[0].value).toBeGreaterThan(0.5)
  expect(safe[1].value).toBeLessThan(0.5)
  expect(safe[2].reason).toMatch(/^score/)
})

it('are no verdict where no model is named or open', async () => {
  openRewardModels([])
  const [none] = await judge('safety', groupOf('7'))
  expect(none).toEqual({ value: null, reason: 'no reward model is named' })
  const [closed] = await judge('safety', groupOf('7'), { safety: { model: 'guard' } })
  expect(closed).toEqual({ value: null, reason: 'the reward model guard is not open' })
})

const recipeWith = (helpfulness: object) =>
  smallRecipe({
    settings: { rewardWeights: { accuracy: 1, helpfulness: 0.5 }, rewardParameters: { helpfulness } },
    stages: [{ kind: 'grpo', name: 'one', steps: 2 }],
  })

it('are computed in a run, with reasons, and the same twice', async () => {
  const recipe = recipeWith({ model: join(root, 'sevens') })
  const [first, second] = [await run(recipe), await run(recipe)]
  expect(second.course).toEqual(first.course)
  const [{ report }] = first.of('step')
  const parts = report.groups.flatMap((g) => g.completions.map((c) => c.parts.helpfulness!))
  expect(parts.every((p) => p.value !== null && p.weight === 0 && p.reason.length > 0)).toBe(true)
  expect(report.metrics['rewards/helpfulness/mean']).toBeCloseTo(
    parts.reduce((sum, p) => sum + p.value!, 0) / parts.length,
  )
})

it('are refused: unknown, of another kind, doubtful; a doubtful one can be used on purpose', async () => {
  const wanted = (model: string, doubtful?: string) =>
    usableRewardModels(['helpfulness'], [{ helpfulness: { model, ...(doubtful && { doubtful }) } }], root)
  expect(() => wanted('nobody')).toThrow('There is no reward model nobody')
  expect(() => wanted('')).toThrow('No reward model is named')
  expect(() => wanted('guard')).toThrow('The reward model guard is one of safety, not of helpfulness')
  expect(() => wanted('coin')).toThrow(/coin should not be used. It is not better than chance: it orders/)
  expect(wanted('coin', 'use')).toHaveLength(1)
  await expect(run(recipeWith({ model: join(root, 'coin') }))).rejects.toThrow('not better than chance')
})

it('those that cannot be read are not listed', () => {
  const folder = temporaryFolder()
  expect(rewardModels(join(folder, 'none'))).toEqual([])
  expect(rewardModels(root).map((note) => note.name)).toEqual(['coin', 'guard', 'sevens'])
  const path = join(root, 'guard', 'reward-model.json')
  const before = readFileSync(path, 'utf8')
  writeFileSync(path, '{')
  expect(rewardModels(root).map((note) => note.name)).toEqual(['coin', 'sevens'])
  writeFileSync(path, before)
})

it('on reasoning prompts they add nothing unless a weight says so, which raises one alert and can be steered', async () => {
  const silent = await run(recipeWith({ model: join(root, 'sevens') }))
  expect(silent.of('alert').filter((m) => m.alert.kind === 'neural-reward')).toEqual([])
  const recipe = smallRecipe({
    checkpointEvery: 2,
    settings: {
      rewardWeights: { accuracy: 1, helpfulness: 0.5 },
      rewardParameters: { helpfulness: { model: join(root, 'sevens') } },
      sideWeights: { math: { general: 0.5 } },
      sideScaling: { general: 'running' },
    },
    stages: [{ kind: 'grpo', name: 'one', steps: 4 }],
  })
  const whole = await run(recipe, {
    react(message, command) {
      if (message.type === 'step' && message.report.step === 2)
        command({ kind: 'set', changes: { 'sideWeights.math.general': 0 } })
      if (message.type === 'step' && message.report.step === 3)
        command({ kind: 'set', changes: { 'sideWeights.math.general': 0.25 } })
    },
  })
  const alerts = whole.of('alert').filter((m) => m.alert.kind === 'neural-reward')
  expect(alerts.map((m) => m.alert.step)).toEqual([1, 4])
  expect(alerts[0].alert.message).toContain('helpfulness on math (0.5)')
  expect(whole.settingsAt(3).sideWeights.math.general).toBe(0)
  for (const { report } of whole.of('step')) {
    const all = report.groups.flatMap((g) => g.completions)
    const weight = report.settings.sideWeights.math.general
    for (const c of all) {
      expect(c.sides!.general!.value).toBeCloseTo(0.5 * c.parts.helpfulness!.value!)
      expect(c.reward).toBeCloseTo(c.sides!.reasoning!.share + c.sides!.general!.share)
      if (weight === 0) expect(c.reward).toBe(c.parts.accuracy!.value)
    }
    const mean = all.reduce((sum, c) => sum + c.sides!.general!.value, 0) / all.length
    expect(report.metrics['reward_sides/general/mean']).toBeCloseTo(mean)
  }
  // a resumed run has the statistics of the steps before
  const resumed = await run(recipe, {
    folder: whole.folder,
    checkpoint: 'checkpoints/step-000002',
    replay: whole.replayAfter(2),
  })
  expect(resumed.course).toEqual(whole.course.slice(2))
})
