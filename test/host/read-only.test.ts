import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StudioError } from '../../src-main/contract/errors.ts'
import { readerEntry } from '../../src-main/host/entries.ts'
import { queries } from '../../src-main/store/queries.ts'
import { lookInto, startReader } from '../../src-main/store/reader.ts'
import { openHost, scripted, withOneRun } from './support/hosts.ts'
import { recipeOf } from './support/records.ts'
import { temporaryFolder } from './support/temporary.ts'

const nobody = 65534

/** Root may write anywhere: for as long as the test lasts this process is somebody else. */
function asNobody(folder: string): void {
  if (process.getuid?.() !== 0) return
  own(folder)
  process.seteuid!(nobody)
  onTestFinished(() => process.seteuid!(0))
}

function own(path: string): void {
  chownSync(path, nobody, nobody)
  if (statSync(path).isDirectory()) for (const name of readdirSync(path)) own(join(path, name))
}

function readOnly(path: string): void {
  const folder = statSync(path).isDirectory()
  if (folder) for (const name of readdirSync(path)) readOnly(join(path, name))
  chmodSync(path, folder ? 0o555 : 0o444)
}

function writable(path: string): void {
  const folder = statSync(path).isDirectory()
  chmodSync(path, folder ? 0o755 : 0o644)
  if (folder) for (const name of readdirSync(path)) writable(join(path, name))
}

function refusalOf(work: () => unknown): StudioError {
  try {
    work()
  } catch (error) {
    return error as StudioError
  }
  throw new Error('it did not throw')
}

describe('a read-only data folder', () => {
  test('is named before anything else happens', () => {
    const folder = temporaryFolder()
    asNobody(folder)
    readOnly(folder)
    expect(refusalOf(() => openHost({ dataFolder: folder }))).toMatchObject({
      code: 'data-folder',
      message: expect.stringContaining(`The data folder ${folder} cannot be written`),
      hint: expect.stringMatching(/--data DIR or GRPO_STUDIO_DATA/),
    })
    writable(folder)
  })

  test('below which nothing can be made is named too', () => {
    const parent = temporaryFolder()
    asNobody(parent)
    readOnly(parent)
    const folder = join(parent, 'new')
    expect(refusalOf(() => openHost({ dataFolder: folder })).message).toContain(folder)
    writable(parent)
  })

  test('where a file stands in the way is named', () => {
    const file = join(temporaryFolder(), 'file')
    writeFileSync(file, '')
    expect(refusalOf(() => openHost({ dataFolder: file })).message).toContain(
      `${file} cannot be made: a file is in its way`,
    )
  })

  test('can still be looked into', async () => {
    const folder = await withOneRun()
    asNobody(folder)
    readOnly(folder)
    expect(lookInto(folder, (db) => queries.runs(db))).toMatchObject([{ number: 1, status: 'finished', step: 3 }])
    writable(folder)
  })

  test('with a database that alone is read-only is named by the file', async () => {
    const folder = await withOneRun()
    asNobody(folder)
    const database = join(folder, 'studio.db')
    chmodSync(database, 0o444)
    expect(refusalOf(() => openHost({ dataFolder: folder }))).toMatchObject({
      code: 'data-folder',
      message: expect.stringContaining(`${database} cannot be written`),
    })
    chmodSync(database, 0o644)
  })

  test('that was made read-only under a run does not disturb it; the next launch names it', async () => {
    const folder = temporaryFolder()
    asNobody(folder)
    const host = openHost({ dataFolder: folder, startEngine: scripted({ steps: 40, pace: 10 }) })
    const { id } = await host.launch(recipeOf())
    const runs = join(folder, 'runs')
    readOnly(runs)
    await expect(host.launch(recipeOf())).rejects.toMatchObject({ code: 'busy' })
    writable(runs)
    await host.idle()
    expect((await host.ask.run(id)).step).toBe(40)
    readOnly(runs)
    await expect(host.launch(recipeOf())).rejects.toMatchObject({
      code: 'data-folder',
      message: expect.stringContaining('cannot be written'),
    })
    writable(runs)
  })
})

describe('looking without being the writer', () => {
  test('sees a run while another app trains it', async () => {
    const host = openHost({ startEngine: scripted({ steps: 2, ending: 'stay' }) })
    const { id } = await host.launch(recipeOf())
    await expect.poll(async () => (await host.ask.run(id)).step).toBe(2)
    expect(lookInto(host.dataFolder, (db) => queries.run(db, host.dataFolder, 'last'))).toMatchObject({ id, step: 2 })
  })

  test('says where there is nothing yet', () => {
    const folder = temporaryFolder()
    expect(refusalOf(() => lookInto(folder, () => 1))).toMatchObject({
      code: 'not-found',
      message: `There are no runs in ${folder} yet.`,
    })
    expect(readdirSync(folder)).toEqual([])
  })

  test('names a damaged database without touching it', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'runs'))
    writeFileSync(join(folder, 'studio.db'), 'nonsense '.repeat(1000))
    expect(refusalOf(() => lookInto(folder, (db) => queries.runs(db)))).toMatchObject({
      code: 'data-folder',
      message: expect.stringContaining(`${join(folder, 'studio.db')} is damaged`),
    })
    expect(readdirSync(folder).sort()).toEqual(['runs', 'studio.db'])
  })
})

describe('the reader’s thread', () => {
  test('answers long questions without holding up the thread that asks', async () => {
    const folder = await withOneRun()
    const { Store } = await import('../../src-main/store/store.ts')
    const store = new Store(folder)
    store.write((db) => {
      db.exec(`WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
        INSERT INTO steps (run, step, stage, at, seconds, settings) SELECT 1, i, 0, '', i, '{}' FROM n;
        INSERT INTO metrics SELECT 1, metric, step, step FROM steps, metric_names WHERE step > 3 AND metric < 11`)
    })
    const reader = startReader(folder, readerEntry)
    await reader.ask.runs()
    // of processor time: the thread may have to wait for a core
    const spent = () => process.threadCpuUsage().user / 1000
    let longest = 0
    let last = spent()
    const timer = setInterval(() => {
      longest = Math.max(longest, spent() - last)
      last = spent()
    }, 5)
    const [metrics] = await Promise.all([1, 2, 3].map(() => reader.ask.metrics('last', undefined, 3)))
    clearInterval(timer)
    expect(metrics.steps).toHaveLength(59_997)
    expect(longest).toBeLessThan(400)
    await expect(reader.ask.run('9')).rejects.toMatchObject({ code: 'not-found' })
    await reader.close()
    await expect(reader.ask.runs()).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringContaining('reader stopped'),
    })
    store.close()
  })
})
