import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type QueueEntry, turns } from '../../src-main/contract/queue.ts'
import { initialSettings } from '../../src-main/contract/recipe.ts'
import { openForWriting } from '../../src-main/store/database.ts'
import { migrate } from '../../src-main/store/migrations.ts'
import {
  enqueue,
  firstWaiting,
  markStarted,
  moveEntry,
  queueEntries,
  removeEntries,
} from '../../src-main/store/queue.ts'
import { insertRun } from '../../src-main/store/runs.ts'
import { salvage } from '../../src-main/store/salvage.ts'
import { insertSweep } from '../../src-main/store/sweeps.ts'
import { recipeOf } from '../host/support/records.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

const entry = (seconds: number | null) => ({ seconds }) as QueueEntry

test('an entry’s turn comes when all before it are done; where one is unknown, so are those behind it', () => {
  expect(turns([entry(10), entry(20), entry(5)], 0)).toEqual([0, 10, 30])
  expect(turns([entry(10), entry(null), entry(5)], 7)).toEqual([7, 17, null])
  expect(turns([entry(10), entry(5)], null)).toEqual([null, null])
  expect(turns([], 3)).toEqual([])
})

function filled(count: number) {
  const path = join(temporaryFolder(), 'studio.db')
  mkdirSync(join(path, '..'), { recursive: true })
  const db = openForWriting(path)
  migrate(db, path)
  const order = { recipe: recipeOf(), backend: null, anyway: false }
  for (let i = 0; i < count; i++) enqueue(db, order, '2026-01-01')
  return db
}
const ids = (db: ReturnType<typeof filled>) => queueEntries(db).map(({ id }) => id)

test.each([
  [3, 1, [3, 1, 2, 4]],
  [1, 3, [2, 3, 1, 4]],
  [2, 99, [1, 3, 4, 2]],
  [4, 4, [1, 2, 3, 4]],
])('q%i moved to place %i', (id, place, order) => {
  const db = filled(4)
  moveEntry(db, id, place)
  expect(ids(db)).toEqual(order)
  db.close()
})

test('an entry starts once: a second start, and one of a removed entry, are refused', () => {
  const db = filled(3)
  for (const number of [1, 2]) {
    const run = { number, id: `000${number}-test`, config: recipeOf(), backendWanted: null, createdAt: '' }
    insertRun(db, { ...run, settings: initialSettings(run.config) } as Parameters<typeof insertRun>[1])
  }
  markStarted(db, 1, 1)
  expect(() => markStarted(db, 1, 2)).toThrow(/q1 was taken out/)
  removeEntries(db, [2])
  expect(() => markStarted(db, 2, 2)).toThrow(/q2 was taken out/)
  expect(firstWaiting(db)?.id).toBe(3)
  db.close()
})

test('a salvaged database keeps the queue and its sweeps; an entry whose run is lost names none', () => {
  const db = filled(3)
  const plan = {
    title: 's',
    description: '',
    recipe: 'test',
    common: [],
    cells: [{ label: 'a', assignments: [] }],
    seeds: [0],
    reference: 0,
  }
  const { number } = insertSweep(db, 's', plan, '2026-01-01')
  enqueue(db, { recipe: recipeOf(), backend: null, anyway: false, sweep: number, cell: 0 }, '2026-01-01')
  db.exec(`PRAGMA foreign_keys = OFF; UPDATE queue SET state = 'started', run = 77 WHERE id = 1`)
  const path = db.name
  db.close()
  const saved = join(path, '..', 'fresh', 'studio.db')
  mkdirSync(join(saved, '..'))
  salvage(path, saved)
  const fresh = openForWriting(saved)
  expect(queueEntries(fresh)).toMatchObject([{ id: 2 }, { id: 3 }, { id: 4, sweep: 's', cell: 'a' }])
  expect(fresh.prepare('SELECT run FROM queue WHERE id = 1').pluck().get()).toBeNull()
  fresh.close()
})
