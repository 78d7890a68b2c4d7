import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dataSetSchema } from '../../src-main/contract/data-set.ts'
import { StudioError } from '../../src-main/contract/errors.ts'
import { parseRecipe } from '../../src-main/contract/recipe.ts'
import { solutionOf } from '../../src-main/engine/tasks/question.ts'
import { problemsOf } from '../../src-main/engine/tasks/source.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { withHashes } from '../../src-main/library/data-files.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

const line = (i: number, more: object = {}) => JSON.stringify({ prompt: `What is ${i} + 1?`, answer: i + 1, ...more })
const lines = (from: number, count: number) => Array.from({ length: count }, (_, i) => line(from + i)).join('\n')

function files(train: string, evaluation: string) {
  const folder = temporaryFolder()
  const data = dataSetSchema.parse({ train: join(folder, 'train.jsonl'), eval: join(folder, 'eval.jsonl') })
  writeFileSync(data.train, train)
  writeFileSync(data.eval, evaluation)
  return { folder, data }
}

const recipeOf = (data: object, more: object = {}) =>
  parseRecipe({ name: 'own', title: 'Own', data, stages: [{ kind: 'grpo', name: 'only', steps: 1 }], ...more }, 'it')

function refusal(work: () => unknown): StudioError {
  try {
    work()
  } catch (error) {
    if (error instanceof StudioError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('a data set', () => {
  it('is read line by line, all of it, with what each line says', () => {
    const { data } = files(
      `\uFEFF${line(1)}\n\n${line(2, { kind: 'hard', domain: 'code', data: { tests: [1] }, source: 'ignored' })}\r\n`,
      lines(10, 3),
    )
    const { training, heldOut } = problemsOf(recipeOf(data))
    expect(training.toSorted((a, b) => (a.answer < b.answer ? -1 : 1))).toEqual([
      { prompt: 'What is 1 + 1?', answer: '2', kind: 'data', domain: 'math' },
      { prompt: 'What is 2 + 1?', answer: '3', kind: 'hard', domain: 'code', data: { tests: [1] } },
    ])
    expect(heldOut).toHaveLength(3)
    expect(problemsOf(recipeOf({ ...data, domain: 'general' })).heldOut[0].domain).toBe('general')
  })

  it('gives as many problems as the recipe asks for: by the seed to train on, always the same to evaluate', () => {
    const { data } = files(lines(0, 1000), lines(2000, 100))
    expect(problemsOf(recipeOf(data)).training).toHaveLength(1000)
    const few = { trainPrompts: 20, evalPrompts: 10, finalEvalPrompts: 30 }
    const [one, other] = [1, 2].map((seed) => problemsOf(recipeOf(data, { ...few, seed })))
    expect([one.training.length, one.heldOut.length]).toEqual([20, 30])
    expect(one.training).not.toEqual(other.training)
    expect(one.heldOut).toEqual(other.heldOut)
    expect(problemsOf(recipeOf(data, { ...few, seed: 1 }))).toEqual(one)
  })

  it('names file and line of what is wrong, ten of them', () => {
    const { data } = files(`${line(1)}\n{"prompt":""}\nnonsense\n[]\n{"prompt":"a","answer":[]}`, lines(10, 2))
    const { code, message } = refusal(() => problemsOf(recipeOf(data)))
    expect(code).toBe('bad-recipe')
    expect(message).toContain(`${data.train} is no data set: line 2 has a bad prompt: `)
    expect(message).toContain('; line 3 is not JSON; line 4 is no object; line 5 has a bad answer: ')
    const { data: many } = files(lines(1, 2), Array.from({ length: 15 }, () => '{').join('\n'))
    expect(refusal(() => problemsOf(recipeOf(many))).message).toMatch(
      /eval\.jsonl .*line 10 is not JSON, and 5 more\.$/,
    )
    const { data: empty } = files('\n\n', lines(1, 1))
    expect(refusal(() => problemsOf(recipeOf(empty))).message).toBe(`${empty.train} has no problem in it.`)
  })

  it('is refused where a file is missing, or has changed since the launch', () => {
    const { data } = files(lines(1, 3), lines(10, 3))
    const missing = { ...data, eval: `${data.eval}x` }
    expect(refusal(() => withHashes(missing)).message).toBe(`There is no data set ${missing.eval}.`)
    expect(refusal(() => problemsOf(recipeOf({ ...data, train: temporaryFolder() }))).message).toContain('(EISDIR)')
    const launched = recipeOf(withHashes(data))
    expect(launched.data!.sha256!.train).toMatch(/^[0-9a-f]{64}$/)
    expect(problemsOf(launched).training).toHaveLength(3)
    writeFileSync(data.eval, lines(11, 3))
    expect(refusal(() => problemsOf(launched)).message).toContain(`${data.eval} is not what it was`)
  })

  it('has no problem in both files, however it is spaced and whatever answer it has', () => {
    const { data } = files(lines(1, 5), `${line(77)}\n{"prompt":"what is  3 + 1? ","answer":"5"}\n${line(4)}`)
    expect(refusal(() => problemsOf(recipeOf(data))).message).toBe(
      `Line 2 of ${data.eval}, and 1 more are in the training set too (line 3 of ${data.train}).`,
    )
  })

  it('shows those lines as examples that have a reasoning', () => {
    const { data } = files(`${line(1)}\n${line(2, { reasoning: 'One more is 3.' })}`, lines(10, 2))
    const { examples } = problemsOf(recipeOf(data, { prompt: { examples: 1 } }))
    expect(examples.map(solutionOf)).toEqual(['<think>One more is 3.</think><answer>3</answer>'])
    expect(refusal(() => problemsOf(recipeOf(data, { prompt: { examples: 2 } }))).message).toBe(
      `prompt.examples asks for 2 solved problems, but 1 lines of ${data.train} have a reasoning.`,
    )
  })

  it('lies where the recipe’s file says, and is not mixed with generated problems', () => {
    const { folder, data } = files(lines(1, 3), lines(10, 3))
    const file = join(folder, 'recipe.json')
    const json = { ...recipeOf(data), data: { train: 'train.jsonl', eval: './eval.jsonl' } }
    writeFileSync(file, JSON.stringify(json))
    expect(loadRecipe(file, []).data).toMatchObject({ train: data.train, eval: data.eval })
    expect(refusal(() => recipeOf(data, { task: { sum: 1 } })).message).toContain('it has both task and data')
    expect(refusal(() => parseRecipe({ ...json, data: undefined }, 'it')).message).toContain('neither task nor data')
  })

  it('gives puzzles a level that there is', () => {
    const levels = (given: object) =>
      parseRecipe({ ...recipeOf({ train: 'a', eval: 'b' }), data: undefined, task: { grid: 1 }, levels: given }, 'it')
        .levels
    expect(levels({ grid: [2, 3], sat: 5 })).toEqual({ grid: [2, 3], sat: 5 })
    expect(refusal(() => levels({ grid: 6 })).message).toContain('levels.grid')
    expect(refusal(() => levels({ grid: [3, 2] })).message).toContain('levels.grid')
    expect(refusal(() => levels({ sum: 2 })).message).toContain('levels')
  })
})
