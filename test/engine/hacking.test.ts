/** Policies that really hack a reward by rule, each by a short run that pays for it: the alert says so, points at samples, and can pause the run. Longer ones: test/learning. */
import { beforeAll, describe, expect, it } from 'vitest'
import { openBackend } from '../../src-main/engine/tensor/index.ts'
import { saidBy } from '../../src-main/engine/watch/signs.ts'
import { bestBackend } from './support/backends.ts'
import { found, recipe } from './support/hacking.ts'
import { run } from './support/run.ts'

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
})
