/** Groups without signal give way to others: within the bound, from seed, step and place alone, and nothing that was sampled is hidden. */
import { describe, expect, it } from 'vitest'
import type { Settings } from '../../src-main/contract/settings.ts'
import { spreadOf } from '../../src-main/engine/grpo/advantages.ts'
import type { Episode } from '../../src-main/engine/grpo/episode.ts'
import { disposeWeights } from '../../src-main/engine/model/model.ts'
import { bareIds } from '../../src-main/engine/prompts.ts'
import { type Groups, sampleGroups } from '../../src-main/engine/stages/groups.ts'
import { trainingSet } from '../../src-main/engine/tasks/sets.ts'
import { onEachBackend } from './support/backends.ts'
import { testSettings, tinyPolicyHere } from './support/episodes.ts'
import { run, smallRecipe, untimed } from './support/run.ts'

const problems = trainingSet({ difference: 1, product: 1 }, 40, 3)
const worthless = { accuracy: 0, format: 0 }
const alike = (group: Episode[]) => spreadOf(group.map((e) => e.reward)).equal
const all = ({ used, dropped }: Groups) => [...used, ...dropped].sort((a, b) => a[0].group - b[0].group)

async function sampled(changes: Partial<Settings>, step = 1, from = problems) {
  const policy = tinyPolicyHere()
  const fractions: number[] = []
  const settings = { ...testSettings, ...changes }
  const groups = await sampleGroups({
    step,
    seed: 2,
    settings,
    policy,
    problems: from,
    promptIds: bareIds(policy.tokenizer),
    progress: async (_, fraction) => void fractions.push(fraction),
  })
  disposeWeights(policy.weights)
  return { groups, fractions }
}

onEachBackend('the groups of a step', () => {
  it('have spread, each of another prompt, and those before them are what one rollout gives', async () => {
    let replaced = 0
    for (const step of [1, 2, 3]) {
      const { groups: plain } = await sampled({ promptsPerStep: 5 }, step)
      const { groups, fractions } = await sampled({ promptsPerStep: 5, dynamicSampling: 32 }, step)
      expect(plain.dropped).toEqual([])
      expect(groups.used).toHaveLength(5)
      expect(groups.used.some(alike)).toBe(false)
      expect(groups.dropped.every(alike)).toBe(true)
      expect(all(groups).map((g) => g[0].group)).toEqual(all(groups).map((_, i) => i))
      expect(all(groups).slice(0, 5)).toEqual(plain.used)
      expect(new Set(all(groups).map((g) => g[0].problem)).size).toBe(all(groups).length)
      expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
      expect(fractions.at(-1)).toBeLessThanOrEqual(1)
      replaced += groups.dropped.length
    }
    expect(replaced).toBeGreaterThan(0)
  })

  it('are filled up with groups without spread when the bound is reached', async () => {
    const { groups } = await sampled({ promptsPerStep: 3, rewardWeights: worthless, dynamicSampling: 3 })
    expect(groups.used.map((g) => g[0].group)).toEqual([0, 1, 2])
    expect(groups.dropped.map((g) => g[0].group)).toEqual([3, 4, 5, 6, 7, 8])
    expect([...groups.used, ...groups.dropped].every(alike)).toBe(true)
  })

  it('take prompts again, with other samples, when there are no others', async () => {
    const { groups } = await sampled(
      { promptsPerStep: 3, rewardWeights: worthless, dynamicSampling: 3 },
      1,
      problems.slice(0, 2),
    )
    expect(new Set(all(groups).map((g) => g[0].problem)).size).toBe(2)
    expect(new Set(all(groups).map((g) => JSON.stringify(g.map((e) => e.ids)))).size).toBe(9)
  })
})

describe('a run with dynamic sampling', () => {
  const recipe = smallRecipe({ checkpointEvery: 1, trainPrompts: 40, settings: { dynamicSampling: 4 } })

  it('tells of every group that it sampled, and counts their tokens', async () => {
    const t = await run(recipe)
    let tokens = 0
    let dropped = 0
    for (const { report } of t.of('step')) {
      const { metrics, groups } = report
      expect(groups.map((g) => g.group)).toEqual(groups.map((_, i) => i))
      expect(metrics['sampling/groups']).toBe(groups.length)
      expect(metrics['sampling/groups_dropped']).toBe(groups.length - 4)
      expect(metrics.frac_reward_zero_std).toBe(groups.filter((g) => g.zeroSpread).length / groups.length)
      const completions = groups.flatMap((g) => g.completions)
      expect(metrics.reward).toBeCloseTo(completions.reduce((sum, c) => sum + c.reward, 0) / completions.length, 12)
      tokens += completions.reduce((sum, c) => sum + c.tokens, 0)
      expect(metrics.num_tokens).toBe(tokens)
      dropped += metrics['sampling/groups_dropped'] ?? 0
    }
    expect(dropped).toBeGreaterThan(5)
  })

  it('is the same when paused, steered and resumed', async () => {
    const whole = await run(recipe, {
      react(message, command) {
        if (message.type !== 'step') return
        if (message.report.step === 2) command({ kind: 'set', changes: { dynamicSampling: 2, topK: 12 } })
        if (message.report.step === 3) command({ kind: 'pause' })
        if (message.report.step === 3) command({ kind: 'resume' })
      },
    })
    expect(whole.settingsAt(3).dynamicSampling).toBe(2)
    for (const step of [1, 2, 4]) {
      const resumed = await run(recipe, {
        folder: whole.folder,
        checkpoint: `checkpoints/step-00000${step}`,
        replay: whole.replayAfter(step),
        react(message, command) {
          if (message.type === 'step' && message.report.step === 5) command({ kind: 'pause' })
          if (message.type === 'paused') command({ kind: 'resume' })
        },
      })
      expect(resumed.course).toEqual(whole.course.slice(step))
    }
  })

  it('of which every group has signal is a run without', async () => {
    // of so many samples some are in the form and some are not
    const plain = smallRecipe({ settings: { groupSize: 48 } })
    const without = await run(plain)
    expect(without.of('step').every(({ report }) => report.metrics.frac_reward_zero_std === 0)).toBe(true)
    const withIt = await run({ ...plain, settings: { ...plain.settings, dynamicSampling: 8 } })
    const metrics = (t: typeof without) => t.of('step').map(({ report }) => untimed(report.metrics))
    expect(metrics(withIt)).toEqual(metrics(without))
  })
})
