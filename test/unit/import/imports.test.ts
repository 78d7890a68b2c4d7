/** Imports into a store: whole, once, or not at all; and what an export has comes back as it was. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import type { HostEvent } from '../../../src-main/contract/api.ts'
import type { ImportAsk } from '../../../src-main/contract/imports.ts'
import { initialSettings } from '../../../src-main/contract/recipe.ts'
import { defaultSettings, mergeSettings } from '../../../src-main/contract/settings.ts'
import { type TableFormat, tableFormats } from '../../../src-main/contract/table.ts'
import { Bin } from '../../../src-main/host/bin.ts'
import { Imports } from '../../../src-main/host/imports/imports.ts'
import { keepDelivery } from '../../../src-main/host/ingest/keep.ts'
import { requireOwn } from '../../../src-main/host/ingest/own.ts'
import { insertAlert } from '../../../src-main/store/alerts.ts'
import { putCheckpoint } from '../../../src-main/store/checkpoints.ts'
import { sql } from '../../../src-main/store/database.ts'
import { putEvaluation } from '../../../src-main/store/evaluations.ts'
import { exportRun } from '../../../src-main/store/export.ts'
import { prepareDataFolder, runFolder } from '../../../src-main/store/folder.ts'
import { changeMarks } from '../../../src-main/store/marks.ts'
import { queries } from '../../../src-main/store/queries.ts'
import { findRun, insertRun, updateRun } from '../../../src-main/store/runs.ts'
import { labelSample } from '../../../src-main/store/sample-labels.ts'
import { beginStage, endStage, insertStages } from '../../../src-main/store/stages.ts'
import { confirmEvent, insertEvent, refuseEvents } from '../../../src-main/store/steering.ts'
import { insertStep } from '../../../src-main/store/steps.ts'
import { Store } from '../../../src-main/store/store.ts'
import { evaluationReport, recipeOf, stepReport } from '../../host/support/records.ts'
import { temporaryFolder } from '../../host/support/temporary.ts'
import { delivery, group, openStore, step } from '../../support/attached-run.ts'

const fixtures = fileURLToPath(new URL('../../fixtures/imports', import.meta.url))
let stores: Store[] = []
afterEach(() => {
  for (const store of stores) store.close()
  stores = []
})

function fresh(folder = temporaryFolder()) {
  prepareDataFolder(folder)
  const store = new Store(folder)
  stores.push(store)
  const events: HostEvent[] = []
  const imports = new Imports({ store, dataFolder: folder, publish: (event) => events.push(event) })
  const bringIn = async (ask: ImportAsk) => {
    await imports.start(ask)
    await imports.idle()
    return imports.state!
  }
  const rows = (table: string) => store.read((db) => sql<Record<string, unknown>>(db, `SELECT * FROM ${table}`).all())
  const isEmpty = () => {
    const tables = ['runs', 'stages', 'steps', 'metrics', 'groups', 'completions', 'evaluations', 'alerts', 'writers']
    for (const table of tables) expect([table, rows(table)]).toEqual([table, []])
    expect(readdirSync(join(folder, 'runs'))).toEqual([])
  }
  return { folder, store, imports, events, bringIn, rows, isEmpty }
}

const trl = { path: join(fixtures, 'trl') }

describe('an import', () => {
  test('is a run like others of its trainer, announced when it is whole', async () => {
    const { store, folder, events, bringIn, imports } = fresh()
    expect(imports.state).toBeNull()
    expect(await bringIn({ ...trl, title: 'Sums' })).toMatchObject({
      phase: 'done',
      title: 'Sums',
      format: 'trl',
      steps: 6,
      run: { number: 1, id: '0001-trl' },
    })
    const detail = store.read((db) => queries.run(db, folder, '1'))
    expect(detail).toMatchObject({
      name: 'Sums',
      status: 'finished',
      source: { engine: 'trl', version: '1.16.0' },
      totalSteps: 6,
      seed: 1,
      settings: { temperature: 1.2, groupSize: 4, rewardWeights: { accuracy: 1, brevity: 0.5 } },
    })
    expect(() => requireOwn(detail, 'resumed')).toThrow('Run #1 cannot be resumed here: it was imported')
    expect(store.read((db) => queries.group(db, folder, '1', 2, 1)).completions).toHaveLength(4)
    const { steps, series } = store.read((db) => queries.metrics(db, folder, '1', ['reward', 'eval_reward'], 0))
    expect(steps).toEqual([1, 2, 3, 4, 5, 6])
    expect(series.eval_reward.map((value) => value === null)).toEqual([true, true, true, false, true, false])
    expect(events.filter(({ type }) => type === 'run')).toHaveLength(1)
    expect(events.at(-1)).toMatchObject({ type: 'import', state: { phase: 'done' } })
  })

  test('of the same again names the run that there is, wherever the files lie now', async () => {
    const { bringIn, imports, store } = fresh()
    await bringIn(trl)
    const elsewhere = join(temporaryFolder(), 'moved')
    cpSync(trl.path, elsewhere, { recursive: true })
    expect((await imports.look({ path: elsewhere })).known).toEqual({
      id: '0001-trl',
      number: 1,
      name: 'trl',
      binned: false,
    })
    await expect(imports.start({ path: elsewhere })).rejects.toMatchObject({
      message: expect.stringMatching(/moved was imported before: it is run #1, trl/),
      hint: expect.stringContaining('Open that run'),
    })
    store.write((db) => sql(db, "UPDATE runs SET deleted_at = '2026'").run())
    await expect(imports.start(trl)).rejects.toMatchObject({ hint: expect.stringContaining('grpo-studio restore 1') })
    store.write((db) => sql(db, 'UPDATE runs SET emptied = 1').run())
    expect((await bringIn(trl)).run).toMatchObject({ number: 2 })
    const table = join(temporaryFolder(), 'a.csv')
    writeFileSync(table, 'step,reward,loss\n1,1,2\n')
    await bringIn({ path: table })
    expect((await imports.look({ path: table, map: { 'metric.kl': 'loss' } })).known).toBeNull()
  })

  test('that fails on its way leaves nothing, and says why', async () => {
    const { bringIn, isEmpty, events } = fresh()
    const path = join(temporaryFolder(), 'trl')
    cpSync(trl.path, path, { recursive: true })
    writeFileSync(join(path, 'completions/completions_00003.parquet'), 'PAR1')
    expect(await bringIn({ path })).toMatchObject({
      phase: 'failed',
      run: null,
      error: { message: expect.stringContaining('completions_00003.parquet is no whole Parquet file') },
    })
    isEmpty()
    expect(events.some(({ type }) => type === 'run')).toBe(false)
    expect((await bringIn(trl)).run).toMatchObject({ number: 1 })
  })

  test('that is cancelled leaves nothing; another one waits for it', async () => {
    const { imports, isEmpty, bringIn } = fresh()
    const path = join(temporaryFolder(), 'long.csv')
    writeFileSync(path, `step,reward\n${Array.from({ length: 1200 }, (_, i) => `${i + 1},0.5\n`).join('')}`)
    await imports.start({ path })
    await expect(imports.start(trl)).rejects.toThrow('long.csv is being imported')
    imports.cancel()
    await imports.idle()
    expect(imports.state).toMatchObject({ phase: 'cancelled', run: null, error: null })
    isEmpty()
    expect(await bringIn({ path })).toMatchObject({ phase: 'done', steps: 1200 })
  })

  test.each(['killed', 'closed'])('of an app that is %s is cleared away at the next opening', async (how) => {
    const { folder, store, imports } = fresh()
    const path = join(temporaryFolder(), 'long.csv')
    writeFileSync(path, `step,reward\n${Array.from({ length: 1200 }, (_, i) => `${i + 1},0.5\n`).join('')}`)
    await imports.start({ path })
    while (store.read((db) => sql<number>(db, 'SELECT count(*) FROM steps').pluck().get()) === 0)
      await new Promise((resolve) => setImmediate(resolve))
    if (how === 'closed') await imports.close()
    const left = join(temporaryFolder(), 'left')
    store.read((db) => db.pragma('wal_checkpoint'))
    cpSync(folder, left, { recursive: true })
    await imports.close()
    const next = fresh(left)
    expect(next.store.read((db) => queries.runs(db))).toEqual([])
    const bin = new Bin({ store: next.store, dataFolder: left, publish: () => {}, inUse: () => [] })
    await bin.empty()
    expect(next.rows('steps')).toEqual([])
    expect(existsSync(runFolder(left, '0001-table'))).toBe(false)
    expect(await next.bringIn({ path })).toMatchObject({ phase: 'done', steps: 1200 })
  })

  test('refuses a group beyond the limits by its place', async () => {
    const { bringIn, isEmpty } = fresh()
    const path = join(temporaryFolder(), 'wide.jsonl')
    writeFileSync(path, '{"step": 4, "prompt": "p", "completion": "c", "reward": 1}\n'.repeat(1100))
    expect((await bringIn({ path })).error).toMatchObject({
      message: expect.stringContaining('Group 1 of step 4 cannot be stored: completions: '),
      hint: expect.stringContaining('At most 1024 completions a group'),
    })
    isEmpty()
  })
})

/** All that a run may leave behind. */
function richRun(store: Store, folder: string): void {
  const config = recipeOf({
    stages: [recipeOf().stages[0], { ...recipeOf().stages[1], settings: { lossType: 'dapo' } }],
  })
  const id = '0007-test'
  mkdirSync(runFolder(folder, id))
  const at = (second: number) => new Date(1_700_000_000_000 + 1000 * second).toISOString()
  store.write((db) => {
    insertRun(db, { number: 7, id, config, backendWanted: null, createdAt: at(0), settings: initialSettings(config) })
    insertStages(db, 7, config)
    beginStage(db, 7, 0, 1)
    const [first] = stepReport(1).groups
    first.data = { numbers: [1, 2], target: 3 }
    first.completions[0].sides = { reasoning: { value: 1, share: 0.5 } } as never
    first.completions[1].parts.accuracy!.parts = { ratio: 0.5, of: '9' }
    first.completions[2].parts = { accuracy: { value: null, weight: 1, reason: '' } }
    first.completions[2].reward = Number.NaN
    first.completions[1].language = 'en'
    const turned = mergeSettings(defaultSettings, { temperature: 0.7 })
    const dapo = mergeSettings(turned, { lossType: 'dapo', beta: 0.1 })
    insertStep(db, 7, stepReport(1, { groups: [first] }), 1.5)
    insertStep(db, 7, stepReport(2, { settings: turned, metrics: { reward: Number.NaN, loss: 0.25 } as never }), 3)
    endStage(db, 7, 0, 2, 'steps')
    beginStage(db, 7, 1, 3)
    insertStep(db, 7, stepReport(3, { settings: dapo, stage: 1, groups: [] }), 4.25)
    insertStep(db, 7, stepReport(4, { settings: dapo, stage: 1 }), 5)
    putEvaluation(db, 7, evaluationReport(0))
    putEvaluation(db, 7, { ...evaluationReport(4), consensus: { value: 0.5, low: 0, high: 1 }, formatRate: Number.NaN })
    const event = insertEvent(db, 7, { kind: 'set', changes: { temperature: 0.7 }, note: 'cooler, "please"' }, at(1), 1)
    confirmEvent(db, 7, event, 2, { temperature: 1 }, null)
    insertEvent(db, 7, { kind: 'stop' }, at(5), 4)
    refuseEvents(db, 7, ['stop'], 'It ended.')
    putCheckpoint(db, 7, { step: 4, at: at(5), folder: 'checkpoints/step-000004', bytes: 123 })
    const evidence = [{ step: 2, group: 0, sample: 1 }]
    insertAlert(db, 7, { step: 2, at: at(2), kind: 'kl-jump', message: 'KL rose,\nfast', hint: 'Look.', evidence })
    labelSample(db, 7, { step: 1, group: 0, sample: 1 }, { label: 'hacking', note: '' }, at(9))
    changeMarks(db, findRun(db, id)!, { starred: true, addTags: ['a', 'b'], note: 'Two\nlines' } as never)
    updateRun(db, 7, {
      status: 'failed',
      backend: 'wasm',
      device: 'a "CPU"',
      parameters: 1234,
      step: 4,
      stage: 1,
      endedAt: at(6),
      settings: dapo,
      error: { code: 'internal', message: 'It fell.', hint: '' },
    })
  })
}

function contentsOf(folder: string): Record<string, string> {
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'latin1')]))
}

const exported = (store: Store, name: string, format: TableFormat) => {
  const out = join(temporaryFolder(), 'out')
  store.read((db) => exportRun(db, findRun(db, name)!, format, out))
  return out
}

describe.each(tableFormats)('an export as %s', (format) => {
  test('comes in as the run that it was: exported again it is the same, file by file', async () => {
    const from = fresh()
    richRun(from.store, from.folder)
    const out = exported(from.store, '7', format)
    const to = fresh()
    expect(await to.bringIn({ path: out })).toMatchObject({
      phase: 'done',
      run: { number: 7, id: '0007-test' },
      steps: 4,
    })
    expect(contentsOf(exported(to.store, '7', format))).toEqual(contentsOf(out))
    for (const place of [1, 2, 4]) {
      const [a, b] = [from, to].map(({ store }) => store.read((db) => queries.group(db, '', '7', place, 0)))
      expect(b.completions).toEqual(a.completions)
    }
    expect(to.rows('steps')).toEqual(from.rows('steps'))
    // where its number is taken it gets another one
    rmSync(join(out, `problems.${format}`))
    const again = await to.bringIn({ path: join(out, `run.${format}`), title: 'Other' })
    expect(again).toMatchObject({ phase: 'done', title: 'Other', run: { number: 8, id: '0008-test' } })
    expect(to.rows('alerts')).toHaveLength(2)
  })

  test('of a run of another trainer comes in as one', async () => {
    const from = openStore()
    stores.push(from.store)
    const { row } = from.open()
    const reports = [
      group(1, 0, [1, null]),
      step(1, { reward: 1, 'its/own': null }),
      { kind: 'evaluation', step: 1, at: step(1).at, metrics: { eval_reward: 0.5 }, accuracy: 0.5, prompts: null },
      { kind: 'checkpoint', step: 1, at: step(1).at, path: '/there/checkpoint-1', bytes: null },
      step(2),
      { kind: 'status', step: 2, at: step(2).at, status: 'stopped' },
    ]
    from.store.write((db) => keepDelivery(db, row, delivery(reports), step(2).at))
    const out = exported(from.store, '1', format)
    const to = fresh()
    expect(await to.bringIn({ path: out })).toMatchObject({ phase: 'done', run: { number: 1 } })
    expect(contentsOf(exported(to.store, '1', format))).toEqual(contentsOf(out))
    expect(to.store.read((db) => queries.run(db, to.folder, '1'))).toMatchObject({
      status: 'stopped',
      source: { engine: 'trl' },
    })
  })
})

describe('an export that is not whole', () => {
  const broken = async (change: (folder: string) => void) => {
    const { store, folder, imports } = fresh()
    richRun(store, folder)
    const out = exported(store, '7', 'csv')
    change(out)
    const to = fresh()
    const refused = await to.bringIn({ path: out }).catch((error: { message: string; hint: string }) => ({ error }))
    to.isEmpty()
    await imports.close()
    return refused.error!
  }
  const edit = (file: string, from: string | RegExp, to: string) => (folder: string) => {
    const path = join(folder, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
  }

  test.each([
    ['stages.csv', (folder: string) => rmSync(join(folder, 'stages.csv')), /it has no stages.csv/],
    [
      'a number',
      edit('steps.csv', '1,0,20', 'one,0,20'),
      /Line 2 of .*steps.csv has no whole number in its column "step": "one"/,
    ],
    ['the recipe', edit('run.csv', '""grpo""', '""gpro""'), /The config of .*run.csv/],
    ['nothing of the run', (folder: string) => writeFileSync(join(folder, 'run.csv'), ''), /run.csv has no record/],
    [
      'JSON',
      edit('steering.csv', '{""temperature"":0.7}', '{temp'),
      /steering.csv has no JSON in its column "changes"/,
    ],
  ])('is refused by what is wrong: %s', async (_, change, message) => {
    expect((await broken(change)).message).toMatch(message)
  })

  test('and what is none of ours is no export', async () => {
    await expect(fresh().imports.look({ path: fixtures, as: 'export' })).rejects.toThrow(
      'holds no export of grpo-studio',
    )
  })
})
