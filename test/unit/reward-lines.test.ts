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

it.each([
  ['{', 'line 1 is not JSON'],
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
