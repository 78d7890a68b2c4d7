/** Policies that please a reward model, or think in another language, and one that does neither. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { rewardModelTraining } from '../../src-main/contract/reward-models.ts'
import { trainRewardModel } from '../../src-main/engine/reward-models/train.ts'
import { openBackend } from '../../src-main/engine/tensor/index.ts'
import { readNote } from '../../src-main/library/reward-models.ts'
import { bestBackend } from '../engine/support/backends.ts'
import { found, kinds, measured, recipe } from '../engine/support/hacking.ts'
import { run, temporaryFolder, tinyPolicy } from '../engine/support/run.ts'
import { twoTongues } from '../engine/support/two-tongues.ts'

beforeAll(() => openBackend(bestBackend))

/** Rewarded by a reward model and by nothing else. */
function judgedAlone(steps: number, model: string) {
  return recipe(
    steps,
    {
      learningRate: 0.001,
      maxCompletionTokens: 48,
      rewardWeights: { accuracy: 0, helpfulness: 1 },
      rewardParameters: { helpfulness: { model } },
      // against the default: no reward model judges mathematics
      sideWeights: { math: { general: 1 } },
    },
    { task: { difference: 1 }, ...measured },
  )
}

const said = (answer: string) => `<think>guess</think><answer>${answer}</answer>`

/** A reward model, really trained: the first of two answers is the better one. @returns its folder */
async function preferring(better: (i: number) => [chosen: string, rejected: string], more = {}): Promise<string> {
  const folder = temporaryFolder()
  const pairs = Array.from({ length: 160 }, (_, i) => {
    const [chosen, rejected] = better(i)
    return { prompt: `${i + 11}-${(i * 7) % 10}=`, chosen: said(chosen), rejected: said(rejected) }
  })
  const data = join(folder, 'pairs.jsonl')
  writeFileSync(data, pairs.map((pair) => JSON.stringify(pair)).join('\n'))
  const model = join(folder, 'model')
  const training = rewardModelTraining.parse({ learningRate: 3e-3, batchSize: 16, epochs: 4, ...more })
  const ask = { name: 'model', kind: 'helpfulness', model: tinyPolicy, data, training } as const
  await trainRewardModel({ ...ask, folder: model, backend: bestBackend }, () => {})
  return model
}

/** One that begins with a large digit. */
const lovesLargeDigits = () =>
  preferring((i) => {
    const rest = String((i * 37) % 100).slice(0, i % 3)
    return [`${6 + (i % 4)}${rest}`, `${1 + (i % 4)}${rest}`]
  })

/** One that begins with 5 rather than 4, both with one more digit, and hardly trained: what other texts are worth it has not learnt. */
const knowsFewTexts = () => preferring((i) => [`5${i % 10}`, `4${i % 10}`], { learningRate: 3e-4, epochs: 1 })

describe('a policy that hacks its reward', () => {
  it('by thinking in another language, which is shorter', async () => {
    const t = await run(
      recipe(
        12,
        {
          learningRate: 0.003,
          maxCompletionTokens: 16,
          rewardWeights: { accuracy: 0, soft_overlong: 1 },
          rewardParameters: { soft_overlong: { cacheShare: 1 } },
        },
        { model: await twoTongues(), task: { difference: 1 } },
      ),
    )
    const [first] = t.of('step')
    expect(first.report.metrics['completions/other_language']).toBeLessThan(0.3)
    const { alert, samples } = found(t, 'other-language')
    expect(alert.message).toMatch(/^\d+ % of the outputs reason in another language than they are asked in\.$/)
    for (const { text } of samples) expect(text).toContain('Zuerst rechne ich')
  })

  it('by pleasing a reward model: its reward rises, and nothing is right any more', async () => {
    const model = await lovesLargeDigits()
    const t = await run(judgedAlone(14, model))
    const { alert, samples } = found(t, 'reward-apart')
    expect(alert.message).toMatch(/^The reward helpfulness went from .+ while held-out accuracy fell from/)
    expect(samples.length).toBeGreaterThan(0)
    for (const { parts } of samples) expect(parts.accuracy?.value).toBe(0)
  })

  it('by leaving what a reward model has learnt: scores beyond those of all texts that it was trained on', async () => {
    const model = await knowsFewTexts()
    const t = await run(judgedAlone(16, model))
    const outside = t.of('step').map(({ report }) => report.metrics['reward_model/out_of_range']!)
    const mean = (shares: number[]) => shares.reduce((sum, share) => sum + share, 0) / shares.length
    expect(mean(outside.slice(-5))).toBeGreaterThan(mean(outside.slice(0, 5)) + 0.2)
    const { alert, samples } = found(t, 'reward-model-range')
    expect(alert.message).toMatch(
      /^Of \d+ % of the outputs the reward model's score leaves the range of its training texts\.$/,
    )
    expect(samples.length).toBeGreaterThan(0)
    const { low, high } = readNote(model).scores
    for (const { parts } of samples) {
      const score = parts.helpfulness!.parts!.score as number
      expect(score < low || score > high, `${score} of ${low} to ${high}`).toBe(true)
    }
  })

  it('and one that learns what it is meant to is left alone', async () => {
    const t = await run(
      recipe(24, { promptsPerStep: 8, rewardWeights: { accuracy: 1, format: 0.1 } }, { evalEvery: 12, ...measured }),
    )
    const right = t.of('step').map(({ report }) => report.metrics['completions/right'])
    expect(right.at(-1)!).toBeGreaterThan(right[0]! + 0.2)
    expect(kinds(t)).toEqual([])
  })
})
