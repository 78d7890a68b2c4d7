/** What the groups of a run came to, against a count over all of its completions. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { figureColumns } from '../../src-main/contract/group-figures.ts'
import { isRight } from '../../src-main/contract/rewards.ts'
import { type Db, openForWriting } from '../../src-main/store/database.ts'
import { eachCompletion } from '../../src-main/store/groups.ts'
import { migrate, migrations } from '../../src-main/store/migrations.ts'
import { queries } from '../../src-main/store/queries.ts'
import { insertRun } from '../../src-main/store/runs.ts'
import { insertStages } from '../../src-main/store/stages.ts'
import { insertStep } from '../../src-main/store/steps.ts'
import { recipeOf, stepReport } from '../host/support/records.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

function open(list = migrations): { db: Db; path: string } {
  const path = join(temporaryFolder(), 'studio.db')
  const db = openForWriting(path)
  migrate(db, path, list)
  return { db, path }
}

function addRun(db: Db, number: number, more: object = {}): void {
  const config = recipeOf()
  insertRun(db, { number, id: `${number}`, config, backendWanted: null, createdAt: '', settings: {} as never, ...more })
  insertStages(db, number, config)
}

function rowsOf(db: Db, runId: string, afterStep = 0) {
  const { prompts, rows } = queries.groupFigures(db, '', runId, afterStep)
  const bytes = Buffer.from(rows, 'base64')
  const numbers = [...new Float32Array(new Uint8Array(bytes).buffer)]
  const width = figureColumns.length
  return Array.from({ length: numbers.length / width }, (_, i) => {
    const row = Object.fromEntries(figureColumns.map((name, at) => [name, numbers[i * width + at]]))
    return { ...row, prompt: prompts[row.prompt as number] } as Record<string, unknown>
  })
}

test('a row a group, as its completions say', () => {
  const { db } = open()
  addRun(db, 1)
  for (let step = 1; step <= 3; step++) insertStep(db, 1, stepReport(step), step)
  const all = [...eachCompletion(db, 1)]
  const rows = rowsOf(db, '1')
  expect(rows).toHaveLength(6)
  for (const row of rows) {
    const own = all.filter(({ step, group }) => step === row.step && group === row.group)
    expect(row.prompt).toEqual({ prompt: own[0].prompt, answer: own[0].answer, kind: own[0].kind })
    expect(row.judged).toBe(own.length)
    expect(row.right).toBe(own.filter(({ parts }) => isRight(parts)).length)
    expect(row.tokens).toBeCloseTo(own.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0) / own.length, 4)
    expect(row).toMatchObject({ mean: expect.closeTo(0.4), std: expect.closeTo(0.608), silent: 0 })
  }
  expect(rowsOf(db, '1', 2).map(({ step }) => step)).toEqual([3, 3])
  db.close()
})

test('a fork has the groups of the run that it grew out of before its own', () => {
  const { db } = open()
  addRun(db, 1)
  for (let step = 1; step <= 4; step++) insertStep(db, 1, stepReport(step), step)
  addRun(db, 2, { parent: 1, forkStep: 2 })
  insertStep(db, 2, stepReport(3, { groups: [stepReport(9).groups[0]] }), 3)
  expect(rowsOf(db, '2').map(({ step }) => step)).toEqual([1, 1, 2, 2, 3])
  db.close()
})

test('groups that were stored before get their figures when the file is brought up to date', () => {
  const { db, path } = open(
    migrations.slice(
      0,
      migrations.findIndex((one) => one.includes('ADD COLUMN judged')),
    ),
  )
  db.exec(`
    INSERT INTO runs (number, id, name, config, status, created_at, settings) VALUES (1, '1', 'a', '{}', 'finished', '', '{}');
    INSERT INTO steps VALUES (1, 1, 0, '', 1, '{}');
    INSERT INTO groups VALUES (1, 1, 0, '1+1=', '2', 'sum', 0.5, 0.5, 0), (1, 1, 1, '?', '', 'talk', NULL, NULL, 1);
    INSERT INTO completions (run, step, grp, sample, text, tokens, finish_reason, parts) VALUES
      (1, 1, 0, 0, '', 4, 'stop', '{"accuracy":{"value":1,"weight":1}}'),
      (1, 1, 0, 1, '', 8, 'stop', '{"accuracy":{"value":0,"weight":1},"format":{"value":1,"weight":1}}'),
      (1, 1, 0, 2, '', 6, 'stop', '{"accuracy":{"value":null,"weight":1},"math":{"value":1,"weight":1}}'),
      (1, 1, 1, 0, '', 3, 'stop', '{"helpfulness":{"value":2,"weight":1}}');`)
  migrate(db, path)
  expect(rowsOf(db, '1')).toMatchObject([
    { judged: 3, right: 2, tokens: 6 },
    { judged: 0, right: 0, tokens: 3, mean: Number.NaN },
  ])
  expect([...eachCompletion(db, 1)].every(({ language }) => language === undefined)).toBe(true)
  db.close()
})
