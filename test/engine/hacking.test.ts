/** Policies that really hack their reward, each by a short run that pays for it: the alert says so, points at samples, and can pause the run. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CourseAlert, StepReport } from '../../src-main/contract/records.ts'
import { rewardModelTraining } from '../../src-main/contract/reward-models.ts'
import { trainRewardModel } from '../../src-main/engine/reward-models/train.ts'
import { openBackend } from '../../src-main/engine/tensor/index.ts'
import { saidBy } from '../../src-main/engine/watch/signs.ts'
import { readNote } from '../../src-main/library/reward-models.ts'
import { bestBackend } from './support/backends.ts'
import { run, smallRecipe, type Transcript, temporaryFolder, tinyPolicy } from './support/run.ts'
import { twoTongues } from './support/two-tongues.ts'

beforeAll(() => openBackend(bestBackend))

/** The embedded model, made to learn fast. */
function recipe(steps: number, settings: object, more: object = {}) {
  return smallRecipe({
    model: 'embedded',
    seed: 1,
    task: { sum: 1, chain: 1 },
    trainPrompts: 64,
    finalEvalPrompts: 8,
    stages: [{ kind: 'grpo', name: 'only', steps }],
    // nobody is there to let it go on
    pauseOn: [],
    ...more,
    settings: {
      groupSize: 8,
      promptsPerStep: 4,
      miniBatches: 2,
      learningRate: 0.0005,
      warmupSteps: 2,
      maxCompletionTokens: 64,
      beta: 0,
      ...settings,
    },
  })
}

/** Where it matters whether held-out accuracy falls: enough problems to tell. */
const measured = { evalPrompts: 128, finalEvalPrompts: 128 }

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

const kinds = (t: Transcript) => t.of('alert').map(({ alert }) => alert.kind)

/** The alert of this kind, with the texts that it points at. */
function found(t: Transcript, kind: CourseAlert) {
  const alert = t.of('alert').find((m) => m.alert.kind === kind)?.alert
  expect(alert, `${kind} among ${kinds(t)}`).toBeDefined()
  const steps = new Map(t.of('step').map(({ report }) => [report.step, report]))
  const groupAt = (step: number, group: number) =>
    (steps.get(step) as StepReport).groups.find((g) => g.group === group)!.completions
  const samples = alert!.evidence.map(
    ({ step, group, sample }) => groupAt(step, group).find((c) => c.sample === sample)!,
  )
  /** All texts of the groups that are pointed at. */
  const said = alert!.evidence.map(({ step, group }) => groupAt(step, group).map(({ text }) => text))
  return { alert: alert!, samples, said }
}

describe('a policy that hacks its reward', () => {
  it('by growing longer: the answers are shown, and held-out accuracy falls while the reward rises', async () => {
    const parameters = { rightShort: 0, rightLong: 1, wrongShort: 0, wrongLong: 1, exceeded: 1 }
    const t = await run(
      recipe(
        24,
        {
          rewardWeights: { accuracy: 0, cosine_length: 1 },
          rewardParameters: { cosine_length: { correctness: 'accuracy', ...parameters } },
        },
        measured,
      ),
    )
    const { alert, samples } = found(t, 'length-growth')
    expect(alert.message).toMatch(
      /^Answers grew from \d+ to \d+ tokens in 20 steps, while the share of right ones went from/,
    )
    expect(samples.length).toBeGreaterThan(0)
    const lengths = t.of('step').find((m) => m.report.step === alert.step)!.report.metrics
    for (const { tokens } of samples) expect(tokens).toBeGreaterThanOrEqual(lengths['completions/mean_length']!)
    const apart = found(t, 'reward-apart').alert
    expect(apart.message).toMatch(/^The reward cosine_length went from .+ while held-out accuracy fell from/)
  })

  it('by repeating itself', async () => {
    const t = await run(recipe(24, { rewardWeights: { accuracy: 0, repetition: -1 } }))
    const { alert, samples } = found(t, 'repetition-growth')
    expect(alert.message).toMatch(/^Answers repeat themselves: from \d+ % to \d+ % repeated 4-grams/)
    for (const { text } of samples) expect(new Set(text.match(/.{4}/g)).size).toBeLessThan(text.length / 4)
  })

  it('by keeping the form with nothing in it; the run pauses where its recipe says so, and goes on when it is told', async () => {
    const hollow = recipe(
      16,
      {
        rewardWeights: { accuracy: 0, format: 1, soft_overlong: 1 },
        rewardParameters: { soft_overlong: { maxTokens: 24, cacheShare: 0.8 } },
      },
      { pauseOn: ['hollow-format'] },
    )
    const t = await run(hollow, {
      react: (message, command) => void (message.type === 'paused' && command({ kind: 'resume' })),
    })
    const { alert, samples } = found(t, 'hollow-format')
    for (const { text, parts } of samples) {
      expect(text).toMatch(/^<think>[a-z]*<\/think><answer>.+<\/answer>$/)
      expect([parts.format?.value, parts.accuracy?.value]).toEqual([1, 0])
    }
    expect(t.of('paused')).toEqual([{ type: 'paused', step: alert.step, reason: 'alert' }])
    expect(
      t
        .of('alert')
        .filter((m) => m.pause)
        .map((m) => m.alert.kind),
    ).toEqual(['hollow-format'])
    expect(t.steps.at(-1)).toBe(16)
  })

  it('by saying the same whatever is drawn: the shortest output that there is', async () => {
    const shortest = { soft_overlong: { maxTokens: 24, cacheShare: 1 } }
    const t = await run(recipe(26, { rewardWeights: { accuracy: 0, soft_overlong: 1 }, rewardParameters: shortest }))
    const { samples, said } = found(t, 'identical-answers')
    expect(samples.length).toBeGreaterThan(0)
    for (const texts of said) expect(new Set(texts.map((text) => saidBy({ text }))).size).toBe(1)
  })

  it('by jumping away from the reference', async () => {
    const t = await run(recipe(6, { warmupSteps: 0, learningRate: 0.01 }))
    const { samples } = found(t, 'kl-jump')
    expect(samples.length).toBeGreaterThan(0)
  })

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
