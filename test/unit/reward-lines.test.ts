import { expect, it } from 'vitest'
import { readLines, readParameters, rewardNamed, scoreLines } from '../../src-main/engine/rewards/lines.ts'

const line = (completion: string, answer: string) => JSON.stringify({ completion, answer })

it('scores lines in their order, whatever their groups', async () => {
  const lines = readLines(
    [line('<answer>1</answer>', '1'), '', line('<answer>2</answer>', '2'), line('<answer>3</answer>', '1')].join('\n'),
    'accuracy',
  )
  const verdicts = await scoreLines(lines, 'accuracy', {}, 100)
  expect(verdicts.map((v) => v.value)).toEqual([1, 1, 0])
})

it('takes lines of other data or domain for answers to another problem', async () => {
  const of = (tokens: number, more: object) => JSON.stringify({ completion: 'a', answer: '1', tokens, ...more })
  const group = (more: object) => [of(10, more), of(20, more)]
  const lines = readLines(
    [...group({ data: { n: 1 } }), ...group({ data: { n: 2 } }), ...group({ domain: 'code' }), of(5, {})].join('\n'),
    'kimi_length',
  )
  expect(lines[0].data).toEqual({ n: 1 })
  const verdicts = await scoreLines(lines, 'kimi_length', {}, 100)
  // wrong answers: 0 for the shortest, -0.5 for the longest of a group; one that is alone gets 0
  expect(verdicts.map((v) => v.value)).toEqual([0, -0.5, 0, -0.5, 0, -0.5, 0])
})

it.each([
  ['{', 'line 1 is not JSON'],
  ['{"completion":"a","data":[1],"domain":"maths"}', 'line 1 has a bad data and domain'],
  [`${line('a', 'b')}\n\n{"answer":"1"}\n[]`, 'line 3 has a bad completion; line 4 has a bad value'],
  ['{"completion":"a","answer":1}', 'line 1 has a bad answer'],
  ['{"completion":"a","finished":"no"}', 'line 1 has a bad finished'],
  [Array.from({ length: 12 }, () => 'x').join('\n'), 'line 10 is not JSON, and 2 more'],
])('names what is wrong with %j', (text, message) => {
  expect(() => readLines(text, 'accuracy')).toThrow(message)
})

it('names a reward and a parameter that there are not', () => {
  expect(() => rewardNamed('acuracy')).toThrow('There is no reward "acuracy"')
  expect(() => readParameters('accuracy', ['n=3'])).toThrow('"n=3" is no parameter of accuracy')
})
