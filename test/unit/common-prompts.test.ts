import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commonPromptsQuery } from '../../src-main/contract/common-prompts.ts'
import { openForWriting } from '../../src-main/store/database.ts'
import { putEvaluation } from '../../src-main/store/evaluations.ts'
import { migrate } from '../../src-main/store/migrations.ts'
import { queries } from '../../src-main/store/queries.ts'
import { insertRun } from '../../src-main/store/runs.ts'
import { insertStages } from '../../src-main/store/stages.ts'
import { insertStep } from '../../src-main/store/steps.ts'
import { evaluationReport, recipeOf, stepReport } from '../host/support/records.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

test('the prompts that runs have in common: held-out ones first, a fork has those of its parent', () => {
  const path = join(temporaryFolder(), 'studio.db')
  const db = openForWriting(path)
  migrate(db, path)
  const config = recipeOf()
  const add = (number: number, more: object = {}) => {
    insertRun(db, {
      number,
      id: `000${number}-a`,
      config,
      backendWanted: null,
      createdAt: '',
      settings: {} as never,
      ...more,
    })
    insertStages(db, number, config)
  }
  const ask = (runs: string[], more: object = {}) =>
    queries.commonPrompts(db, '', commonPromptsQuery.parse({ runs, ...more }))
  const names = (runs: string[], more: object = {}) => ask(runs, more).prompts.map(({ prompt }) => prompt)

  add(1)
  for (const step of [1, 2, 3]) insertStep(db, 1, stepReport(step), step)
  putEvaluation(db, 1, evaluationReport(3))
  add(2)
  insertStep(db, 2, stepReport(2), 2)
  const [first, second] = evaluationReport(2).samples
  putEvaluation(db, 2, { ...evaluationReport(2), samples: [{ ...second }, { ...first, prompt: 'other' }] })
  add(3, { parent: 1, forkStep: 2 })
  insertStep(db, 3, stepReport(3), 3)
  add(4)

  expect(ask(['1', '2'])).toEqual({
    prompts: [
      { prompt: '11+2=', answer: '2', kind: 'sum', source: 'evaluation' },
      { prompt: '20+2=', answer: '9', kind: 'sum', source: 'train' },
      { prompt: '21+2=', answer: '9', kind: 'sum', source: 'train' },
    ],
    more: false,
  })
  expect(names(['2', '3'])).toEqual(['20+2=', '21+2='])
  expect(names(['3'])).toEqual(['10+2=', '11+2=', '20+2=', '21+2=', '30+2=', '31+2='])
  expect(names(['1', '4'])).toEqual([])
  expect(names(['1', '2'], { text: '21' })).toEqual(['21+2='])
  expect(ask(['1', '2'], { limit: 2 })).toMatchObject({ prompts: { length: 2 }, more: true })
  expect(() => ask(['1', '9'])).toThrow('There is no run "9".')
  db.close()
})
