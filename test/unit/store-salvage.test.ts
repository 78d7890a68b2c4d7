import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { initialSettings } from '../../src-main/contract/recipe.ts'
import { putCheckpoint } from '../../src-main/store/checkpoints.ts'
import { putEvaluation } from '../../src-main/store/evaluations.ts'
import { prepareDataFolder, runFolder } from '../../src-main/store/folder.ts'
import { addLabel, insertLabelSet } from '../../src-main/store/labelling.ts'
import { queries } from '../../src-main/store/queries.ts'
import { insertRun, updateRun } from '../../src-main/store/runs.ts'
import { insertStages } from '../../src-main/store/stages.ts'
import { insertStep } from '../../src-main/store/steps.ts'
import { Store } from '../../src-main/store/store.ts'
import { evaluationReport, recipeOf, stepReport } from '../host/support/records.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

const id = '0001-test'
const steps = 40

/** A data folder with one run, closed in good order. */
function filled(): string {
  const folder = temporaryFolder()
  prepareDataFolder(folder)
  const store = new Store(folder)
  const config = recipeOf()
  const run = { number: 1, id, config, backendWanted: null, createdAt: '2026-01-01' }
  mkdirSync(runFolder(folder, id))
  writeFileSync(join(runFolder(folder, id), 'run.json'), JSON.stringify(run))
  store.write((db) => {
    insertRun(db, { ...run, settings: initialSettings(config) })
    insertStages(db, 1, config)
    putEvaluation(db, 1, evaluationReport(0))
    for (let step = 1; step <= steps; step++) insertStep(db, 1, stepReport(step), step)
    updateRun(db, 1, { step: steps, status: 'interrupted' })
    const labels = {
      kind: 'helpfulness',
      name: 'mine',
      guidelines: '',
      repeats: true,
      source: 'a file',
      createdAt: '',
    } as const
    const item = { first: 'a'.repeat(500), second: 'b'.repeat(500), swapped: false, said: null }
    const items = Array.from({ length: 60 }, (_, i) => ({ ...item, prompt: `label this ${i}` }))
    const { number: set } = insertLabelSet(db, labels, items)
    for (let position = 0; position < 30; position++)
      addLabel(db, { set, position, repeat: false, value: 'left' }, '2026-01-01')
    putCheckpoint(db, 1, { step: steps, at: '', folder: 'checkpoints/step-000040', bytes: 1 })
  })
  store.close()
  return folder
}

const database = (folder: string) => join(folder, 'studio.db')
const hash = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

function damage(file: string, at: number, bytes: Buffer): void {
  const content = readFileSync(file)
  bytes.copy(content, at)
  writeFileSync(file, content)
}

function setAsideIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.includes('.damaged-'))
}

describe('a damaged database', () => {
  test('is not touched while it is whole', () => {
    const folder = filled()
    const store = new Store(folder, true)
    expect(store.notices).toEqual([])
    expect(setAsideIn(folder)).toEqual([])
    store.close()
  })

  test('with a broken page is set aside whole, and what can be read is saved', () => {
    const folder = filled()
    const pages = statSync(database(folder)).size / 4096
    damage(database(folder), 4096 * Math.floor(pages * 0.6), Buffer.alloc(4096, 0xa5))
    const before = hash(database(folder))
    const store = new Store(folder)
    const [aside] = setAsideIn(folder)
    expect(hash(join(folder, aside))).toBe(before)
    expect(store.notices).toHaveLength(1)
    expect(store.notices[0].message).toContain(join(folder, aside))
    expect(store.notices[0].message).toMatch(/1 runs with \d+ steps were saved/)
    const run = store.read((db) => queries.run(db, folder, id))
    expect(run).toMatchObject({ id, number: 1, recipe: 'test' })
    expect(run.step).toBeGreaterThan(steps / 2)
    store.write((db) => insertStep(db, 1, stepReport(run.step + 1), 1))
    store.close()
    const again = new Store(folder)
    expect(again.notices).toEqual([])
    again.close()
  })

  test('of which nothing can be read gives way to a fresh one that knows the runs by their folders', () => {
    const folder = filled()
    writeFileSync(database(folder), 'This is not a database. '.repeat(1000))
    const store = new Store(folder)
    expect(store.notices[0].message).toContain('Not all could be read of')
    expect(setAsideIn(folder)).toHaveLength(1)
    expect(store.read((db) => queries.runs(db))).toMatchObject([{ id, status: 'interrupted', step: 0 }])
    expect(store.read((db) => queries.run(db, folder, id).stages.map((s) => s.name))).toEqual(['first', 'second'])
    store.close()
  })

  test('keeps the weights of a run whose steps are lost: it stands at its newest checkpoint', () => {
    const folder = filled()
    const checkpoint = join(runFolder(folder, id), 'checkpoints', 'step-000030')
    mkdirSync(checkpoint, { recursive: true })
    const settings = { ...initialSettings(recipeOf()), temperature: 0.7 }
    writeFileSync(join(checkpoint, 'state.json'), JSON.stringify({ step: 30, stage: 1, settings }))
    writeFileSync(database(folder), 'gone')
    const store = new Store(folder)
    const run = store.read((db) => queries.run(db, folder, id))
    expect(run).toMatchObject({ step: 30, stage: 1, settings: { temperature: 0.7 } })
    expect(store.read((db) => queries.checkpoints(db, folder, id))).toMatchObject([
      { step: 30, folder: 'checkpoints/step-000030' },
    ])
    store.close()
  })

  test('keeps no label whose item is lost', () => {
    const folder = filled()
    const at = readFileSync(database(folder)).indexOf('label this 10')
    damage(database(folder), 4096 * Math.floor(at / 4096), Buffer.alloc(4096, 0xa5))
    const store = new Store(folder)
    const [{ items, done }] = store.read(queries.labelSets)
    expect(items).toBeLessThan(60)
    expect(done).toBeLessThan(30)
    expect(store.read((db) => db.prepare('SELECT count(*) AS n FROM labels').get())).toEqual({ n: done })
    store.close()
  })

  test('that was cut short is salvaged too', () => {
    const folder = filled()
    truncateSync(database(folder), Math.floor(statSync(database(folder)).size * 0.7))
    const store = new Store(folder)
    expect(store.notices).toHaveLength(1)
    expect(store.read((db) => queries.runs(db))).toHaveLength(1)
    store.close()
  })

  test('opens whatever page is broken, and never shows a step of which a part is missing as an error', () => {
    const whole = filled()
    const size = statSync(database(whole)).size
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: size - 64 }),
        fc.uint8Array({ minLength: 16, maxLength: 64 }),
        (at, bytes) => {
          const folder = temporaryFolder()
          prepareDataFolder(folder)
          copyFileSync(database(whole), database(folder))
          damage(database(folder), at, Buffer.from(bytes))
          const store = new Store(folder)
          for (const run of store.read((db) => queries.runs(db))) {
            for (let step = 1; step <= run.step; step++)
              store.read((db) => queries.groupsOfStep(db, folder, run.id, step))
          }
          store.close()
        },
      ),
      { numRuns: 25, seed: 3 },
    )
  })

  test('met while running is checked at the next opening', () => {
    const folder = filled()
    const store = new Store(folder)
    const corrupt = Object.assign(new Error('database disk image is malformed'), { code: 'SQLITE_CORRUPT' })
    expect(() =>
      store.write(() => {
        throw corrupt
      }),
    ).toThrow(expect.objectContaining({ code: 'data-folder', hint: expect.stringContaining('open it again') }))
    expect(existsSync(`${database(folder)}.check`)).toBe(true)
    store.close()
    new Store(folder).close()
    expect(existsSync(`${database(folder)}.check`)).toBe(false)
  })
})
