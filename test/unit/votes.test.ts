import { describe, expect, it } from 'vitest'
import type { EvaluationSample } from '../../src-main/contract/evaluation.ts'
import { votesOf } from '../../src-main/engine/rewards/votes.ts'
import { difficultyOf } from '../../src-main/engine/tasks/difficulty.ts'
import { evaluationSet } from '../../src-main/engine/tasks/sets.ts'
import { outcomesOf } from '../../src-renderer/pages/live/held-out/outcomes.ts'

const answers = (...given: (string | null)[]) =>
  given.map((a) => ({
    text: a === null ? '<think>lost' : `<think>so</think><answer>${a}</answer>`,
    finished: true,
    tokens: 9,
  }))
const group = (completions: ReturnType<typeof answers>, problem: object = {}) => ({
  problem: { prompt: '?', answer: '7', ...problem },
  completions,
  tokenLimit: 64,
})

describe('equal answers', () => {
  it('of accuracy are the same integer, however written', () => {
    expect(votesOf(group(answers('1,219', '1219', '+1219.0', null, 'none', 'None', '12')), 'accuracy')).toEqual([
      0,
      0,
      0,
      null,
      4,
      4,
      6,
    ])
  })

  it('of math have the same value', () => {
    expect(votesOf(group(answers('14/2', '7.0', '\\frac{21}{3}', '8', null, '2^3')), 'math')).toEqual([
      0,
      0,
      0,
      3,
      null,
      3,
    ])
  })

  it('of a puzzle are read as its verifier reads them', () => {
    const [puzzle] = evaluationSet({ countdown: 1 }, 1)
    const { numbers } = puzzle.data as { numbers: number[] }
    const forwards = numbers.join('+')
    const backwards = [...numbers].reverse().join(' + ')
    expect(votesOf(group(answers(forwards, backwards, `${forwards}*`, null), puzzle), 'logic')).toEqual([0, 0, 2, null])
    const [knights] = evaluationSet({ knights_knaves: 1 }, 1)
    const turned = knights.answer.split(', ').reverse().join(', ')
    expect(votesOf(group(answers(knights.answer, turned), knights), 'logic')).toEqual([0, 0])
    for (const kind of ['sat', 'grid'] as const) {
      const [problem] = evaluationSet({ [kind]: 1 }, 1)
      const given = answers(problem.answer, problem.answer.toUpperCase(), 'who knows')
      expect(votesOf(group(given, problem), 'logic')).toEqual([0, 0, 2])
    }
  })

  it('of a reward without a notion of its own have the same text', () => {
    expect(votesOf(group(answers('a  b', 'A b', 'ab')), 'format')).toEqual([0, 0, 2])
  })
})

it('difficulty: steps of an expression, level of a puzzle, what a data set says', () => {
  const problem = { answer: '', domain: 'math' as const }
  expect(difficultyOf({ ...problem, prompt: '1+2+3=', kind: 'sum' })).toBe(2)
  expect(difficultyOf({ ...problem, prompt: '', kind: 'grid 4' })).toBe(4)
  expect(difficultyOf({ ...problem, prompt: '', kind: 'data', level: 3 })).toBe(3)
  expect(difficultyOf({ ...problem, prompt: '', kind: 'data 7' })).toBeNull()
})

it('a prompt with several samples is spoken for by the answer of the majority', () => {
  const sample = (at: number, vote: number | null, correct: boolean) =>
    ({ prompt: 'p', answer: '1', text: `t${at}`, tokens: at, sample: at, vote, correct }) as EvaluationSample
  const group = [sample(0, 0, true), sample(1, null, false), sample(2, 2, false), sample(3, 2, false)]
  expect(outcomesOf(group, 4)).toEqual([
    { prompt: 'p', answer: '1', text: 't2', tokens: 2, correct: false, right: 1, of: 4 },
  ])
  expect(outcomesOf([sample(0, null, false)], 1)[0]).toMatchObject({ correct: false, right: 0, of: 1 })
})
