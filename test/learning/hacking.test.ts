/** Policies that really hack a reward by rule, each by a run of some twenty steps that pays for it. */
import { beforeAll, describe, expect, it } from 'vitest'
import { openBackend } from '../../src-main/engine/tensor/index.ts'
import { bestBackend } from '../engine/support/backends.ts'
import { found, measured, recipe } from '../engine/support/hacking.ts'
import { run } from '../engine/support/run.ts'

beforeAll(() => openBackend(bestBackend))

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
})
