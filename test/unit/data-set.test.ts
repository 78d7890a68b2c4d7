import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dataSetSchema } from '../../src-main/contract/data-set.ts'
import { StudioError } from '../../src-main/contract/errors.ts'
import { parseRecipe, withAssignments } from '../../src-main/contract/recipe.ts'
import { readProblems } from '../../src-main/engine/tasks/data-set.ts'
import { solutionOf } from '../../src-main/engine/tasks/question.ts'
import { problemsOf } from '../../src-main/engine/tasks/source.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { parseCsv } from '../../src-main/library/csv.ts'
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

async function refusal(work: () => unknown): Promise<StudioError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof StudioError) return error
    throw error
  }
  throw new Error('it was accepted')
}

describe('a data set', () => {
  it('is read line by line, all of it, with what each line says', async () => {
    const { data } = files(
      `\uFEFF${line(1)}\n\n${line(2, { kind: 'hard', domain: 'code', data: { tests: [1] }, source: 'ignored' })}\r\n`,
      lines(10, 3),
    )
    const { training, heldOut } = await problemsOf(recipeOf(data))
    expect(training.toSorted((a, b) => (a.answer < b.answer ? -1 : 1))).toEqual([
      { prompt: 'What is 1 + 1?', answer: '2', kind: 'data', domain: 'math' },
      { prompt: 'What is 2 + 1?', answer: '3', kind: 'hard', domain: 'code', data: { tests: [1] } },
    ])
    expect(heldOut).toHaveLength(3)
    expect((await problemsOf(recipeOf({ ...data, domain: 'general' }))).heldOut[0].domain).toBe('general')
  })

  it('gives as many problems as the recipe asks for: by the seed to train on, always the same to evaluate', async () => {
    const { data } = files(lines(0, 1000), lines(2000, 100))
    expect((await problemsOf(recipeOf(data))).training).toHaveLength(1000)
    const few = { trainPrompts: 20, evalPrompts: 10, finalEvalPrompts: 30 }
    const [one, other] = await Promise.all([1, 2].map((seed) => problemsOf(recipeOf(data, { ...few, seed }))))
    expect([one.training.length, one.heldOut.length]).toEqual([20, 30])
    expect(one.training).not.toEqual(other.training)
    expect(one.heldOut).toEqual(other.heldOut)
    expect(await problemsOf(recipeOf(data, { ...few, seed: 1 }))).toEqual(one)
  })

  it('names file and line of what is wrong, ten of them', async () => {
    const { data } = files(`${line(1)}\n{"prompt":""}\nnonsense\n[]\n{"prompt":"a","answer":[]}`, lines(10, 2))
    const { code, message } = await refusal(() => problemsOf(recipeOf(data)))
    expect(code).toBe('bad-recipe')
    expect(message).toContain(`${data.train} is no data set: line 2 has a bad prompt: `)
    expect(message).toContain('; line 3 is not JSON; line 4 is no object; line 5 has a bad answer: ')
    const { data: many } = files(lines(1, 2), Array.from({ length: 15 }, () => '{').join('\n'))
    expect((await refusal(() => problemsOf(recipeOf(many)))).message).toMatch(
      /eval\.jsonl .*line 10 is not JSON, and 5 more\.$/,
    )
    const { data: empty } = files('\n\n', lines(1, 1))
    expect((await refusal(() => problemsOf(recipeOf(empty)))).message).toBe(`${empty.train} has no problem in it.`)
  })

  it('is refused where a file is missing, or has changed since the launch', async () => {
    const { data } = files(lines(1, 3), lines(10, 3))
    const missing = { ...data, eval: `${data.eval}x` }
    expect((await refusal(() => withHashes(missing))).message).toBe(`There is no data set ${missing.eval}.`)
    expect((await refusal(() => problemsOf(recipeOf({ ...data, train: temporaryFolder() })))).message).toContain(
      '(EISDIR)',
    )
    const launched = recipeOf(withHashes(data))
    expect(launched.data!.sha256!.train).toMatch(/^[0-9a-f]{64}$/)
    expect((await problemsOf(launched)).training).toHaveLength(3)
    writeFileSync(data.eval, lines(11, 3))
    expect((await refusal(() => problemsOf(launched))).message).toContain(`${data.eval} is not what it was`)
  })

  it('has no problem in both files, however it is spaced and whatever answer it has', async () => {
    const { data } = files(lines(1, 5), `${line(77)}\n{"prompt":"what is  3 + 1? ","answer":"5"}\n${line(4)}`)
    expect((await refusal(() => problemsOf(recipeOf(data)))).message).toBe(
      `Line 2 of ${data.eval}, and 1 more are in the training set too (line 3 of ${data.train}).`,
    )
  })

  it('shows those lines as examples that have a reasoning', async () => {
    const { data } = files(`${line(1)}\n${line(2, { reasoning: 'One more is 3.' })}`, lines(10, 2))
    const { examples } = await problemsOf(recipeOf(data, { prompt: { examples: 1 } }))
    expect(examples.map(solutionOf)).toEqual(['<think>One more is 3.</think><answer>3</answer>'])
    expect((await refusal(() => problemsOf(recipeOf(data, { prompt: { examples: 2 } })))).message).toBe(
      `prompt.examples asks for 2 solved problems, but 1 lines of ${data.train} have a reasoning.`,
    )
  })

  it('lies where the recipe’s file says, and is not mixed with generated problems', async () => {
    const { folder, data } = files(lines(1, 3), lines(10, 3))
    const file = join(folder, 'recipe.json')
    const json = { ...recipeOf(data), data: { train: 'train.jsonl', eval: './eval.jsonl' } }
    writeFileSync(file, JSON.stringify(json))
    expect(loadRecipe(file, []).data).toMatchObject({ train: data.train, eval: data.eval })
    expect((await refusal(() => recipeOf(data, { task: { sum: 1 } }))).message).toContain('it has both task and data')
    expect((await refusal(() => parseRecipe({ ...json, data: undefined }, 'it'))).message).toContain(
      'neither task nor data',
    )
  })

  it('gives puzzles a level that there is', async () => {
    const levels = (given: object) =>
      parseRecipe({ ...recipeOf({ train: 'a', eval: 'b' }), data: undefined, task: { grid: 1 }, levels: given }, 'it')
        .levels
    expect(levels({ grid: [2, 3], sat: 5 })).toEqual({ grid: [2, 3], sat: 5 })
    expect((await refusal(() => levels({ grid: 6 }))).message).toContain('levels.grid')
    expect((await refusal(() => levels({ grid: [3, 2] }))).message).toContain('levels.grid')
    expect((await refusal(() => levels({ sum: 2 }))).message).toContain('levels')
  })
})

describe('other formats', () => {
  const asked = [
    { prompt: 'Nia has 12 pears and eats 5. How many are left?', answer: '7', level: 1 },
    { prompt: 'A ticket costs $4.50. What do 1,000 tickets cost?', answer: '4,500', level: 2 },
    { prompt: 'Wie viel sind 3 Äpfel und 4 Äpfel? 🍎', answer: '7' },
  ].map((one) => ({ ...one, kind: 'data', domain: 'math' }))
  const read = async (path: string, map?: object) =>
    (await readProblems({ path, domain: 'math', map })).map(({ problem }) => problem)
  const written = (name: string, text: string) => {
    const path = join(temporaryFolder(), name)
    writeFileSync(path, text)
    return path
  }

  it.each(['snappy', 'zstd', 'gzip'])(
    'Parquet as pyarrow writes it, with %s, in the layout of GSM8K',
    async (codec) => {
      const path = fileURLToPath(new URL(`../fixtures/data/gsm8k-layout.${codec}.parquet`, import.meta.url))
      const problems = await read(path)
      expect(problems).toMatchObject(asked)
      expect(problems[2].level).toBeUndefined()
      expect(problems.map((p) => p.reasoning)).toEqual([
        '12 - 5 = 7 pears are left.',
        '1,000 * 4.50 = $4,500',
        '3 + 4 = 7',
      ])
    },
  )

  it('CSV with fields mapped, a JSON array, tabs', async () => {
    const map = { prompt: 'Q', answer: 'gold', level: 'difficulty' }
    const csv = 'id,Q,gold,difficulty\r\n1,"What is ""1"", and\nwhat is 1 + 1?",2,Level 3\r\n2,Next?,,hard\r\n'
    expect(await read(written('a.csv', csv), map)).toMatchObject([
      { prompt: 'What is "1", and\nwhat is 1 + 1?', answer: '2', level: 3 },
      { prompt: 'Next?', answer: '', level: undefined },
    ])
    const rows = [{ problem: 'x?', answer: 3 }]
    expect(await read(written('a.json', JSON.stringify(rows)))).toMatchObject([{ prompt: 'x?', answer: '3' }])
    expect(await read(written('a.tsv', 'prompt\tanswer\na, b\t1'))).toMatchObject([{ prompt: 'a, b', answer: '1' }])
  })

  it('CSV gives back what was written into it', () => {
    const field = fc.stringMatching(/^[\w",\n ]{1,12}$/)
    fc.assert(
      fc.property(fc.array(fc.tuple(field, field), { minLength: 1 }), (rows) => {
        const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
        const text = rows.map((row) => row.map(quoted).join(',')).join('\n')
        expect(parseCsv(text).map((r) => r.fields)).toEqual(rows)
      }),
    )
  })

  it('what is wrong is named: a field that is not there, a ragged line, an open quote, no Parquet at all', async () => {
    const path = written('a.csv', 'q,a\n1,2')
    expect((await refusal(() => read(path, { prompt: 'query' }))).message).toBe(
      `${path} is no data set: line 2 has no field "query" (it has q, a).`,
    )
    expect((await refusal(() => read(written('b.csv', 'q,a\n1,2,3')))).message).toContain(
      'line 2 has 3 fields, and the head names 2',
    )
    expect((await refusal(() => read(written('c.csv', 'q,a\n"1,2')))).message).toContain('line 2 is never closed')
    expect((await refusal(() => read(written('d.parquet', 'PAR1 not')))).message).toContain('cannot be read as Parquet')
    expect((await refusal(() => read(written('e.json', '[1,')))).message).toContain('cannot be read as JSON')
  })
})

describe('files given in place of a recipe’s problems', () => {
  const generated = {
    ...{ name: 'r', title: 'R', description: '', task: { sum: 1 }, stages: [{ kind: 'grpo', name: 'one', steps: 1 }] },
  }
  const named = { train: '/t.jsonl', eval: '/e.jsonl' }

  it('a whole data set takes the place of the task, and the other way', () => {
    const own = parseRecipe(withAssignments(generated, [`data=${JSON.stringify(named)}`]), 'r')
    expect(own).toMatchObject({ data: named })
    expect(own.task).toBe(undefined)
    const back = parseRecipe(withAssignments(own, ['task={"product":1}']), 'r')
    expect(back).toMatchObject({ task: { product: 1 } })
    expect(back.data).toBe(undefined)
  })

  it('a part of it does not: both are refused', () => {
    expect(() => parseRecipe(withAssignments({ ...generated, data: named }, ['task.sum=2']), 'r')).toThrow(
      'both task and data',
    )
  })
})
