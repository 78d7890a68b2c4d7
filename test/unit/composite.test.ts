/** The composite reward: sides, their weights by domain, their scaling, and the rule of no neural reward on reasoning prompts. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sidesOf } from '../../src-main/contract/composite.ts'
import { contradiction } from '../../src-main/contract/contradictions.ts'
import { knobsOf, knobValue, knobWord, refusal, settingsOf } from '../../src-main/contract/knobs.ts'
import { parseRecipe, withAssignments } from '../../src-main/contract/recipe.ts'
import type { RewardParts } from '../../src-main/contract/records.ts'
import { defaultSettings, keptSettings, mergeSettings } from '../../src-main/contract/settings.ts'
import { neuralRewardOn, type RunningSides, sidesOfGroup, withStep } from '../../src-main/engine/rewards/composite.ts'
import { score } from '../../src-main/engine/rewards/score.ts'

const weights = { accuracy: 1, format: 0.5, helpfulness: 2, language: 0.25 }
const settings = { ...defaultSettings, rewardWeights: weights }
const part = (value: number | null) => ({ value, weight: 0, reason: '' })
const outputs = (rows: (number | null)[][]): RewardParts[] =>
  rows.map(([accuracy, format, helpfulness, language]) => ({
    accuracy: part(accuracy),
    format: part(format),
    helpfulness: part(helpfulness),
    language: part(language),
  }))

describe('sides', () => {
  const parts = outputs([
    [1, 1, 0.5, 1],
    [0, 1, -1.5, null],
    [null, null, null, 0],
  ])

  it('are sums of their rewards, and count by the domain of the prompt', () => {
    expect(sidesOfGroup(parts, 'general', settings)).toEqual([
      {
        reasoning: { value: 1.5, share: 1.5 },
        general: { value: 1, share: 1 },
        language: { value: 0.25, share: 0.25 },
      },
      { reasoning: { value: 0.5, share: 0.5 }, general: { value: -3, share: -3 } },
      { language: { value: 0, share: 0 } },
    ])
    for (const domain of ['math', 'code', 'logic'] as const)
      expect(sidesOfGroup(parts, domain, settings).map((s) => s.general?.share)).toEqual([0, -0, undefined])
  })

  it('are scaled within the group over those that have a value', () => {
    const scaled = { ...settings, sideScaling: { ...settings.sideScaling, general: 'group' as const } }
    const [a, b, c] = sidesOfGroup(parts, 'general', scaled)
    const std = Math.sqrt(8)
    expect(a.general!.share).toBeCloseTo(2 / (std + 1e-4), 12)
    expect(b.general!.share).toBeCloseTo(-2 / (std + 1e-4), 12)
    expect(c.general).toBeUndefined()
    expect(a.reasoning!.share).toBe(1.5)
    const alike = sidesOfGroup(
      outputs([
        [1, 1, 0.1, 1],
        [1, 1, 0.1, 1],
      ]),
      'general',
      scaled,
    )
    expect(alike.map((s) => s.general!.share)).toEqual([0, 0])
  })

  it('are scaled by running statistics, which are those of all values so far', () => {
    const values = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 5 }), (steps) => {
        let running: RunningSides = {}
        for (const step of steps) {
          const completions = step.map((value) => ({ sides: { general: { value, share: 0 } } }))
          running = withStep(running, [{ completions }] as never)
        }
        const all = steps.flat()
        const mean = all.reduce((sum, v) => sum + v, 0) / all.length
        const squares = all.reduce((sum, v) => sum + (v - mean) ** 2, 0)
        expect(running.general!.count).toBe(all.length)
        expect(running.general!.mean).toBeCloseTo(mean, 9)
        expect(running.general!.squares).toBeCloseTo(squares, 8)
        if (all.length < 2) return
        const scaled = { ...settings, sideScaling: { ...settings.sideScaling, general: 'running' as const } }
        const [one] = sidesOfGroup(outputs([[1, 1, 1, 1]]), 'general', scaled, running)
        expect(one.general!.share).toBeCloseTo((2 - mean) / (Math.sqrt(squares / (all.length - 1)) + 1e-4), 6)
      }),
    )
  })

  it('a step leaves the statistics before it as they were', () => {
    const before: RunningSides = { general: { count: 2, mean: 1, squares: 2 } }
    withStep(before, [{ completions: [{ sides: { general: { value: 9, share: 9 } } }] }] as never)
    expect(before).toEqual({ general: { count: 2, mean: 1, squares: 2 } })
  })
})

describe('scores', () => {
  const completions = ['<think>a</think><answer>4</answer>', '<answer>5</answer>'].map((text) => ({
    text,
    finished: true,
    tokens: 9,
  }))
  const of = (change: object, domain?: 'math' | 'general') =>
    score(
      { problem: { prompt: '2+2=', answer: '4', domain }, completions, tokenLimit: 64 },
      mergeSettings({ ...defaultSettings, rewardWeights: { accuracy: 1, format: 0.1 } }, change),
    )

  it('are those of before there were sides, unless weights or scaling say otherwise', async () => {
    expect((await of({})).map((s) => s.reward)).toEqual([1.1, 0])
    const half = await of({ sideWeights: { math: { reasoning: 0.5 } } })
    expect(half.map((s) => s.reward)).toEqual([0.55, 0])
    expect(half[0].parts.accuracy!.weight).toBe(0.5)
    const other = await of({ sideWeights: { math: { reasoning: 0.5 } } }, 'general')
    expect(other[0].reward).toBe(1.1)
    const scaled = await of({ sideScaling: { reasoning: 'group' } })
    expect(scaled[0].reward).toBeCloseTo(0.55 / (Math.sqrt(2 * 0.55 ** 2) + 1e-4), 9)
    expect(scaled[0].reward).toBe(scaled[0].sides.reasoning!.share)
  })
})

describe('settings', () => {
  it('of before have the paper’s weights, and a stage changes only what it names', () => {
    expect(keptSettings('{}').sideWeights.code).toEqual({ reasoning: 1, general: 0, language: 1 })
    expect(keptSettings({ rewardWeights: { accuracy: 1 } }).rewardWeights).toEqual({ accuracy: 1 })
    const changed = mergeSettings(settings, { sideWeights: { math: { general: 0.3 } } })
    expect(changed.sideWeights.math).toEqual({ reasoning: 1, general: 0.3, language: 1 })
    expect(changed.sideWeights.general).toEqual(settings.sideWeights.general)
  })

  it('are knobs in runs whose rewards are on several sides', () => {
    const names = knobsOf(settings).map((k) => k.name)
    expect(names).toContain('sideWeights.math.general')
    const plain = { ...settings, rewardWeights: { accuracy: 1, format: 1 } }
    expect(knobsOf(plain).filter((k) => k.name.startsWith('sideWeights'))).toEqual([])
    expect(refusal('sideWeights.math.general', 1, plain)).toBe(
      'The general side, math has no weight in this run: the sides of its rewards are reasoning.',
    )
    expect(refusal('sideWeights.math.general', 11, settings)).toContain('between -10 and 10')
    const after = mergeSettings(settings, settingsOf({ 'sideWeights.math.general': 0.5, temperature: 0.7 }))
    const scaled = mergeSettings(settings, settingsOf({ 'sideScaling.general': 2 }))
    expect(scaled.sideScaling).toEqual({ reasoning: 'none', general: 'running', language: 'none' })
    expect(knobValue(scaled, 'sideScaling.general')).toBe(2)
    expect(knobWord('sideScaling.general', 2)).toBe('running')
    expect(names).toContain('sideScaling.general')
    expect(refusal('sideScaling.general', 3, settings)).toContain('between 0 and 2')
    expect(refusal('sideScaling.general', 1, plain)).toContain('the sides of its rewards are reasoning')
    expect(knobValue(after, 'sideWeights.math.general')).toBe(0.5)
    expect(knobValue(after, 'sideWeights.code.general')).toBe(0)
    expect(after.temperature).toBe(0.7)
  })

  it('are refused where they make no sense', () => {
    const both = mergeSettings(settings, {
      rewardAggregation: 'normalize_then_sum',
      sideScaling: { general: 'running' },
    })
    expect(contradiction(both)!.what).toContain('normalize_then_sum does not go with sideScaling.general running')
    const recipe = { name: 'r', title: 'r', task: { sum: 1 }, stages: [{ kind: 'grpo', name: 's', steps: 1 }] }
    const given = (assignment: string) => parseRecipe(withAssignments(recipe, [assignment]), 'r')
    expect(given('sideWeights.math.general=0.2').settings.sideWeights).toEqual({ math: { general: 0.2 } })
    expect(() => given('sideWeights.maths.general=0.2')).toThrow('sideWeights')
    expect(() => given('sideScaling.general=batch')).toThrow('sideScaling.general')
  })
})

describe('no neural reward on reasoning prompts', () => {
  const on = (change: object, ...domains: ('math' | 'general' | 'code')[]) =>
    neuralRewardOn(new Set(domains), mergeSettings(settings, change))

  it('is the default, and said where it is not so', () => {
    expect(on({}, 'math', 'general', 'code')).toBeNull()
    const told = on({ sideWeights: { math: { general: 0.3 } } }, 'math', 'general')!
    expect(told.message).toContain('helpfulness on math (0.3)')
    expect(told.hint).toContain('sideWeights.math.general')
    expect(on({ sideWeights: { code: { general: 1 } } }, 'math')).toBeNull()
    expect(on({ sideWeights: { math: { general: 1 } }, rewardWeights: { helpfulness: 0 } }, 'math')).toBeNull()
  })

  it('rewards know their sides', () => {
    expect(sidesOf(weights)).toEqual(['reasoning', 'general', 'language'])
    expect(sidesOf({ accuracy: 1 })).toEqual(['reasoning'])
  })
})
