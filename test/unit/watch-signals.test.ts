import { describe, expect, it } from 'vitest'
import type { RewardParts, SampledCompletion, SampledGroup } from '../../src-main/contract/records.ts'
import { evidenceOf } from '../../src-main/engine/watch/evidence.ts'
import { signalsOf } from '../../src-main/engine/watch/signals.ts'
import { inOtherLanguage, isHollow, languageOf } from '../../src-main/engine/watch/signs.ts'

const part = (value: number | null) => ({ value, weight: 1, reason: '' })

function sampleOf(
  text: string,
  right: boolean | null | undefined,
  more: Partial<SampledCompletion> = {},
): SampledCompletion {
  const parts: RewardParts = right === undefined ? {} : { accuracy: part(right === null ? null : Number(right)) }
  return { sample: 0, text, tokens: text.length, finishReason: 'stop', reward: 0, parts, advantage: 0, ...more }
}

function groupOf(group: number, completions: SampledCompletion[]): SampledGroup {
  const numbered = completions.map((one, sample) => ({ ...one, sample }))
  return {
    group,
    prompt: '2+2=',
    answer: '4',
    kind: 'sum',
    meanReward: 0,
    stdReward: 0,
    zeroSpread: false,
    advantages: [],
    rewards: [],
    completions: numbered,
  }
}

const answer = (text: string, think = 'two and two') => `<think>${think}</think><answer>${text}</answer>`
const settings = { rewardWeights: { accuracy: 1 }, rewardParameters: {} }
const german =
  '<think>Zuerst addiere ich die beiden Zahlen, dann prüfe ich das Ergebnis noch einmal.</think><answer>4</answer>'
const english = '<think>First I add the two numbers, then I check the result once more.</think><answer>4</answer>'
const chinese = '<think>我们需要把这两个数字加起来，然后再检查一次结果。</think><answer>4</answer>'

describe('signals of a step', () => {
  it('count the right ones among those with a verdict; without any there is no number', async () => {
    const group = groupOf(0, [sampleOf(answer('4'), true), sampleOf(answer('5'), false), sampleOf(answer('6'), null)])
    expect((await signalsOf([group], ['2+2='], settings))['completions/right']).toBe(0.5)
    const none = groupOf(0, [sampleOf(answer('4'), undefined)])
    expect((await signalsOf([none], ['2+2='], settings))['completions/right']).toBeNaN()
  })

  it('groups of one answer count unless it is right', async () => {
    const same = (text: string, right: boolean) => [
      sampleOf(answer(text), right),
      sampleOf(answer(text, 'otherwise thought'), right),
    ]
    const groups = [
      groupOf(0, same('5', false)),
      groupOf(1, same('4', true)),
      groupOf(2, [...same('5', false), sampleOf(answer('7'), false)]),
    ]
    const questions = ['', '', '']
    expect((await signalsOf(groups, questions, settings))['completions/identical_groups']).toBeCloseTo(1 / 3)
    expect(await evidenceOf('identical-answers', { step: 3, groups, settings: settings as never }, questions)).toEqual([
      { step: 3, group: 0, sample: 0 },
    ])
  })

  it.each([
    ['<think>guess</think><answer>5</answer>', false, true],
    ['<think></think><answer>...</answer>', null, true],
    ['<think>  ?! </think><answer>5</answer>', undefined, true],
    ['<think>guess</think><answer>4</answer>', true, false],
    ['<think>2+2=5</think><answer>5</answer>', false, false],
    ['<think>guess</think>5', false, false],
    ['<think></think><answer>first take cake</answer>', null, false],
  ])('%j, right %s: hollow %s', (text, right, hollow) => {
    expect(isHollow(sampleOf(text, right))).toBe(hollow)
  })

  it('tell reasoning in another language, by words and by script; numbers are of none', async () => {
    const numbers = '<think>2+2=4wait2+2=4</think><answer>4</answer>'
    expect(await inOtherLanguage([english, german, chinese, numbers], 'en')).toEqual([false, true, true, false])
    expect(await inOtherLanguage([english, german], 'de')).toEqual([true, false])
    expect(await languageOf('Wie viel ist zwei und zwei, und warum ist das eigentlich so?')).toBe('de')
    expect(await languageOf('75+73=')).toBe('en')
    const group = groupOf(0, [sampleOf(english, true), sampleOf(german, true)])
    const shareIn = async (question: string, weights: object) =>
      (
        await signalsOf([group], [question], {
          rewardWeights: weights,
          rewardParameters: { language: { target: 'de' } },
        })
      )['completions/other_language']
    expect(await shareIn('What is two and two, and why is that so?', {})).toBe(0.5)
    expect(
      await evidenceOf('other-language', { step: 9, groups: [group], settings: settings as never }, [
        'What is two and two?',
      ]),
    ).toEqual([{ step: 9, group: 0, sample: 1 }])
    // a language reward says itself what is wanted
    const both = groupOf(0, [sampleOf(german, true), sampleOf(german, true)])
    const wanted = { rewardWeights: { language: 1 }, rewardParameters: { language: { target: 'de' } } }
    expect((await signalsOf([both], ['What is two and two?'], wanted))['completions/other_language']).toBe(0)
  })

  it('tell of scores that leave what a reward model has learnt', async () => {
    const scored = (outside: number) => ({ value: 2, weight: 1, reason: '', parts: { score: 9, outside } })
    const group = groupOf(0, [
      sampleOf(answer('4'), true),
      ...[0, 1, 0].map((outside) => sampleOf(answer('4'), true, { parts: { helpfulness: scored(outside) } })),
    ])
    expect((await signalsOf([group], [''], settings))['reward_model/out_of_range']).toBeCloseTo(1 / 3)
    const none = groupOf(0, [sampleOf(answer('4'), true)])
    expect((await signalsOf([none], [''], settings))['reward_model/out_of_range']).toBeNaN()
    expect(
      await evidenceOf('reward-model-range', { step: 1, groups: [group], settings: settings as never }, ['']),
    ).toEqual([{ step: 1, group: 0, sample: 2 }])
  })

  it('evidence is the plainest of each group, four at most, and there', async () => {
    const groups = [0, 1, 2].map((g) =>
      groupOf(
        g,
        [10, 40, 30].map((tokens) => sampleOf(answer('5'), false, { tokens: tokens + g })),
      ),
    )
    const at = { step: 7, groups, settings: settings as never }
    expect(await evidenceOf('length-growth', at, ['', '', ''])).toEqual([
      { step: 7, group: 2, sample: 1 },
      { step: 7, group: 1, sample: 1 },
      { step: 7, group: 0, sample: 1 },
      { step: 7, group: 2, sample: 2 },
    ])
    expect(await evidenceOf('sampler-gap', at, ['', '', ''])).toEqual([])
  })
})
