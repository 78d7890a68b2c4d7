/** Policies that really hack a reward by rule, each by a run of some twenty steps that pays for it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { openBackend } from '../../src-main/engine/tensor/index.ts'
import { saidBy } from '../../src-main/engine/watch/signs.ts'
import { bestBackend } from '../engine/support/backends.ts'
import { found, measured, recipe } from '../engine/support/hacking.ts'
import { run } from '../engine/support/run.ts'

beforeAll(() => openBackend(bestBackend))

describe('a policy that hacks its reward', () => {
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
})
