import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StudioError } from '../../src-main/contract/errors.ts'
import { Hub } from '../../src-main/host/hub.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { Session } from '../../src-main/host/session.ts'
import { prepareDataFolder, runFolder } from '../../src-main/store/folder.ts'
import { queries } from '../../src-main/store/queries.ts'
import { insertRun } from '../../src-main/store/runs.ts'
import { insertStages } from '../../src-main/store/stages.ts'
import { Store } from '../../src-main/store/store.ts'
import { openHost, scripted, tinyRecipe, Watch } from './support/hosts.ts'
import { recipeOf } from './support/records.ts'
import { temporaryFolder } from './support/temporary.ts'

const id = '0001-test'

function thrown(work: () => unknown): StudioError {
  try {
    work()
  } catch (error) {
    return error as StudioError
  }
  throw new Error('it did not throw')
}

/** A store with a run that has no step yet. */
function withRunBegun() {
  const dataFolder = temporaryFolder()
  prepareDataFolder(dataFolder)
  const store = new Store(dataFolder)
  const config = recipeOf()
  mkdirSync(runFolder(dataFolder, id))
  store.write((db) => {
    insertRun(db, { number: 1, id, config, backendWanted: null, createdAt: '', settings: {} as never })
    insertStages(db, 1, config)
  })
  return { dataFolder, store, config }
}

describe('a database that may not grow', () => {
  test('pauses the run with an alert; nothing is lost and the run goes on once there is room', async () => {
    const { dataFolder, store, config } = withRunBegun()
    const limit = (pages: number) => store.read((db) => db.pragma(`max_page_count = ${pages}`))
    limit(200)
    const hub = new Hub()
    const events = hub.subscribe([])
    const startEngine = scripted({ steps: 30, textLength: 8000 })
    const session = new Session(
      { store, hub, dataFolder, startEngine, pinned: () => new Set() },
      { number: 1, id, config },
      { type: 'start', recipe: config, folder: '', backend: null, checkpoint: null, replay: [], paused: false },
      [],
    )
    onTestFinished(() => session.endNow())
    for await (const event of events) if (event.type === 'alert') break

    const before = session.detail()
    expect(before).toMatchObject({ status: 'paused', error: { code: 'disk-full' } })
    expect(before.step).toBeGreaterThan(0)
    expect(before.step).toBeLessThan(30)
    expect(before.error?.message).toContain(`The disk is full: ${join(dataFolder, 'studio.db')} cannot be written.`)
    expect(session.heldAlert).toMatchObject({ id: -1, kind: 'disk-full', step: before.step })

    // Still full: the same answer, and nothing moves.
    expect(thrown(() => session.steer({ kind: 'resume' }))).toMatchObject({ code: 'disk-full' })
    expect(session.detail()).toMatchObject({ status: 'paused', step: before.step })

    limit(100_000)
    expect(session.steer({ kind: 'resume' })).toMatchObject({ effectiveStep: before.step + 2, refused: null })
    await session.ended
    expect(store.read((db) => queries.run(db, dataFolder, id))).toMatchObject({
      status: 'finished',
      step: 30,
      error: null,
    })
    const { steps } = store.read((db) => queries.metrics(db, dataFolder, id, ['reward'], 0))
    expect(steps).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
    expect(store.read((db) => queries.alerts(db, dataFolder, id))).toMatchObject([{ id: 1, kind: 'disk-full' }])
    store.close()
  })

  test('an engine that ends while the disk is full is not forgotten', async () => {
    const { dataFolder, store, config } = withRunBegun()
    store.read((db) => db.pragma('max_page_count = 120'))
    const hub = new Hub()
    const events = hub.subscribe([])
    const engine = scripted({ steps: 30, textLength: 20_000 })()
    const session = new Session(
      { store, hub, dataFolder, startEngine: () => engine, pinned: () => new Set() },
      { number: 1, id, config },
      { type: 'start', recipe: config, folder: '', backend: null, checkpoint: null, replay: [], paused: false },
      [],
    )
    for await (const event of events) if (event.type === 'alert') break
    const { step } = session.detail()
    const gone = new Promise((resolve) => engine.onExit(resolve))
    engine.kill()
    await gone
    store.read((db) => db.pragma('max_page_count = 100000'))
    expect(thrown(() => session.steer({ kind: 'resume' }))).toMatchObject({
      code: 'engine-died',
      hint: expect.stringContaining('Resume the run'),
    })
    await session.ended
    expect(store.read((db) => queries.run(db, dataFolder, id))).toMatchObject({ status: 'interrupted', step: step + 1 })
    store.close()
  })
})

/** A small disk of its own: only root can have one, and not in every container. */
function smallDisk(megabytes: number): string | undefined {
  const folder = temporaryFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder], { stdio: 'ignore' }))
  return folder
}

function canMount(): boolean {
  if (process.getuid?.() !== 0) return false
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe.runIf(canMount())('a disk that is really full (as root, who may mount one)', () => {
  test('pauses the run; with room again it goes on without a gap', async () => {
    const dataFolder = smallDisk(8)!
    const host = openHost({ dataFolder, startEngine: scripted({ steps: 25, textLength: 4000, pace: 5 }) })
    const watch = new Watch(host)
    const { id } = await host.launch(recipeOf())
    await watch.step(3)
    const ballast = join(dataFolder, 'ballast')
    const { bavail, bsize } = statfsSync(dataFolder)
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 40_000))
    const alert = await watch.for((event) => event.type === 'alert')
    expect(alert).toMatchObject({ alert: { kind: 'disk-full', hint: expect.stringContaining('Free some space') } })
    const { step, status } = await host.ask.run(id)
    expect(status).toBe('paused')
    expect((await host.ask.alerts(id)).map((a) => a.kind)).toEqual(['disk-full'])
    expect(thrown(() => host.steer(id, { kind: 'resume' })).code).toBe('disk-full')
    await expect(host.launch(recipeOf())).rejects.toMatchObject({ code: 'busy' })
    rmSync(ballast)
    host.steer(id, { kind: 'resume' })
    await host.idle()
    const run = await host.ask.run(id)
    expect(run).toMatchObject({ status: 'finished', step: 25 })
    expect(step).toBeLessThan(25)
    expect((await host.ask.metrics(id, ['reward'], 0)).steps).toHaveLength(25)
    expect(await host.ask.groupsOfStep(id, step + 1)).toHaveLength(2)
  })

  test('that refuses the real engine’s checkpoint pauses the run too', async () => {
    const dataFolder = smallDisk(12)!
    const host = openHost({ dataFolder })
    const watch = new Watch(host)
    const recipe = loadRecipe(tinyRecipe({ stages: [{ kind: 'grpo', name: 'only', steps: 30 }] }), [])
    const { id } = await host.launch(recipe)
    await watch.step(2)
    const ballast = join(dataFolder, 'ballast')
    const { bavail, bsize } = statfsSync(dataFolder)
    writeFileSync(ballast, Buffer.alloc(bavail * bsize - 100_000))
    await watch.for((event) => event.type === 'alert' && event.alert.kind === 'disk-full')
    await expect.poll(async () => (await host.ask.run(id)).status).toBe('paused')
    rmSync(ballast)
    host.steer(id, { kind: 'resume' })
    await host.idle()
    expect(await host.ask.run(id)).toMatchObject({ status: 'finished', step: 30, error: null })
    expect((await host.ask.metrics(id, ['reward'], 0)).steps).toHaveLength(30)
    expect((await host.ask.checkpoints(id)).map((c) => c.step)).toEqual([24, 27, 30])
  })

  test('is named when a run is launched on it', async () => {
    const dataFolder = smallDisk(1)!
    const host = openHost({ dataFolder, startEngine: scripted({}) })
    const { bavail, bsize } = statfsSync(dataFolder)
    writeFileSync(join(dataFolder, 'ballast'), Buffer.alloc(bavail * bsize))
    await expect(host.launch(recipeOf())).rejects.toMatchObject({ code: 'disk-full' })
    expect(await host.ask.runs()).toEqual([])
  })

  test('is named when the folder is opened on it', () => {
    const dataFolder = smallDisk(1)!
    const { bavail, bsize } = statfsSync(dataFolder)
    writeFileSync(join(dataFolder, 'ballast'), Buffer.alloc(bavail * bsize))
    expect(thrown(() => openHost({ dataFolder }))).toMatchObject({ code: 'disk-full' })
  })
})
