import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { initialSettings } from '../../src-main/contract/recipe.ts'
import { traceQuery } from '../../src-main/contract/traces.ts'
import { moveAfter } from '../../src-main/store/abandon.ts'
import { type Db, openForWriting } from '../../src-main/store/database.ts'
import { migrate } from '../../src-main/store/migrations.ts'
import { queries } from '../../src-main/store/queries.ts'
import { insertRun } from '../../src-main/store/runs.ts'
import { labelSample } from '../../src-main/store/sample-labels.ts'
import { insertStages } from '../../src-main/store/stages.ts'
import { deleteStepsAfter, insertStep } from '../../src-main/store/steps.ts'
import { searchTraces } from '../../src-main/store/traces.ts'
import { recipeOf, stepReport } from '../host/support/records.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

let db: Db
const id = '0001-test'
const at = '2026-01-01T00:00:00Z'
const place = { runId: id, step: 2, group: 1, sample: 0 }

function insert(number: number, status?: 'abandoned'): void {
  const config = recipeOf()
  const run = { number, id: `000${number}-test`, config, backendWanted: null, createdAt: at, status }
  insertRun(db, { ...run, settings: initialSettings(config) })
}

beforeEach(() => {
  const path = join(temporaryFolder(), 'studio.db')
  db = openForWriting(path)
  migrate(db, path)
  insert(1)
  insertStages(db, 1, recipeOf())
  for (const step of [1, 2, 3]) insertStep(db, 1, stepReport(step), step)
  return () => db.close()
})

const found = (label: string, sort = 'newest', run = 1) =>
  searchTraces(db, run, traceQuery.parse({ runId: id, label, sort })).hits.map((hit) => [hit.step, hit.label])

describe('a label of a sample', () => {
  test('shows in its group, through time and among traces, and is found by itself or as any', () => {
    const label = { label: 'hacking', note: 'no thought' }
    labelSample(db, 1, place, label, at)
    expect(queries.group(db, '', id, 2, 1).completions.map((c) => c.label)).toEqual([label, undefined, undefined])
    expect(queries.promptHistory(db, '', id, '21+2=')[0].samples[0].label).toEqual(label)
    for (const sort of ['newest', 'oldest', 'reward']) {
      expect(found('hacking', sort)).toEqual([[2, label]])
      expect(found('*', sort)).toEqual([[2, label]])
      expect(found('good', sort)).toEqual([])
    }
    expect(queries.labelsInUse(db, '', id)).toEqual(['hacking'])
    labelSample(db, 1, place, { label: '', note: '' }, at)
    expect(found('*')).toEqual([])
  })

  test('is refused for a sample that is not there', () => {
    expect(() => labelSample(db, 1, { ...place, sample: 7 }, { label: 'x', note: '' }, at)).toThrow(
      'Step 2 has no sample 8 in its group 2.',
    )
  })

  test('outlives that its step is done again after a crash', () => {
    labelSample(db, 1, place, { label: 'hacking', note: '' }, at)
    deleteStepsAfter(db, 1, 1)
    expect(found('*')).toEqual([])
    insertStep(db, 1, stepReport(2), 2)
    expect(found('*')).toHaveLength(1)
  })

  test('goes with the step that is abandoned', () => {
    labelSample(db, 1, place, { label: 'hacking', note: '' }, at)
    insert(2, 'abandoned')
    db.transaction(() => moveAfter(db, 1, 2, 1))()
    expect(found('*')).toEqual([])
    expect(found('*', 'newest', 2)).toHaveLength(1)
  })
})
