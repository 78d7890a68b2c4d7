import { describe, expect, it } from 'vitest'
import type { Domain } from '../../../src-main/contract/domains.ts'
import { defaultSettings, mergeSettings, type PartialSettings } from '../../../src-main/contract/settings.ts'
import { score } from '../../../src-main/engine/rewards/score.ts'
import { rightness } from '../../../src-renderer/pages/live/reader/moment.ts'
import { contributionOf, sharesOf } from '../../../src-renderer/text/composite.ts'

/** Outputs of a group whose rewards differ, scored as in a run. */
function scored(change: PartialSettings, domain: Domain = 'math') {
  const settings = mergeSettings({ ...defaultSettings, rewardWeights: {} }, change)
  const texts = [
    '<think>So it is four.</think><answer>4</answer>',
    '<think>Es ist fünf.</think><answer>5</answer>',
    'four',
  ]
  const completions = texts.map((text) => ({ text, finished: true, tokens: 9 }))
  return score({ problem: { prompt: '2+2=', answer: '4', domain }, completions, tokenLimit: 64 }, settings)
}

const added = (shares: ReturnType<typeof sharesOf>) =>
  shares.reduce((sum, s) => sum + (s.kind === 'reward' ? (contributionOf(s.part) ?? 0) : s.own.share), 0)

describe('what is shown of an output’s reward', () => {
  it.each([
    ['as it is', {}],
    ['one side by its group', { sideScaling: { reasoning: 'group' } }],
    ['all sides', { sideScaling: { reasoning: 'group', language: 'running' } }],
    ['with weights of sides', { sideScaling: { language: 'group' }, sideWeights: { math: { language: 0.5 } } }],
  ] as const)('adds up to it: %s', async (_, change) => {
    const rewardWeights = { accuracy: 1, format: 0.1, language: 0.5 }
    for (const { reward, parts, sides } of await scored({ rewardWeights, ...change }))
      expect(added(sharesOf(parts as never, sides))).toBeCloseTo(reward, 9)
  })

  it('puts the rewards of a scaled side together, and leaves the others alone', async () => {
    const change = {
      rewardWeights: { accuracy: 1, format: 0.1, language: 0.5 },
      sideScaling: { reasoning: 'group' },
    } as const
    const [first] = await scored(change)
    const shares = sharesOf(first.parts as never, first.sides)
    expect(shares.map((s) => (s.kind === 'side' ? [s.side, ...s.parts.map(([name]) => name)] : s.name))).toEqual([
      ['reasoning', 'accuracy', 'format'],
      'language',
    ])
    // runs of earlier versions told of no sides
    expect(sharesOf(first.parts as never).map((s) => s.kind)).toEqual(['reward', 'reward', 'reward'])
  })
})

it('what no rule judges is neither right nor wrong', () => {
  const samples = (...all: (boolean | null)[]) => all.map((correct) => ({ correct }))
  expect(rightness(samples(true, false, true))).toBe('2 of 3 samples right')
  expect(rightness(samples(true, null))).toBe('1 of 1 sample right')
  expect(rightness(samples(null, null))).toBe('no rule tells what is right')
})
