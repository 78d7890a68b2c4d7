/** What lies on the disk: counted, and deleted only where nobody needs it. */
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { StudioError } from '../../src-main/contract/errors.ts'
import type { DiskUse, Removal } from '../../src-main/contract/library.ts'
import { DiskUseCounter, partOf } from '../../src-main/host/disk-use.ts'
import type { Host } from '../../src-main/host/host.ts'
import { filesBelow } from '../../src-main/host/walk.ts'
import { runFolder } from '../../src-main/store/folder.ts'
import { addCheckpoint } from '../support/checkpoint-files.ts'
import { putRewardModel } from '../support/reward-model-folder.ts'
import { openHost, scripted, Watch } from './support/hosts.ts'
import { recipeOf } from './support/records.ts'
import { temporaryFolder } from './support/temporary.ts'

const refusal = async (work: Promise<unknown>): Promise<StudioError> =>
  work.then(
    () => {
      throw new Error('It was not refused.')
    },
    (error) => error as StudioError,
  )

function put(path: string, bytes: number): string {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, Buffer.alloc(bytes))
  return path
}

async function checkpoint(host: Host, run: number, step: number, bytes: number): Promise<string> {
  const { id } = await host.ask.run(String(run))
  return host.keep((db) => addCheckpoint(db, host.dataFolder, { number: run, id }, step, bytes))
}

async function withCheckpoints(ending: 'finish' | 'exit' = 'finish'): Promise<Host> {
  const host = openHost({ startEngine: scripted({ steps: 9, ending, exitCode: 1 }) })
  await host.launch(recipeOf())
  await host.idle()
  for (const step of [3, 6, 9]) await checkpoint(host, 1, step, step * 1000)
  return host
}

/** Models in a folder of the test's own. */
function modelsIn(folder: string): void {
  vi.stubEnv('GRPO_STUDIO_MODELS', folder)
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
}

function putModel(folder: string, name: string, bytes: number): void {
  put(join(folder, name, 'model.safetensors'), bytes)
  const note = { name, revision: 'r', at: '2026-01-01', bytes, files: [] }
  writeFileSync(join(folder, name, 'grpo-studio-model.json'), JSON.stringify(note))
}

function counter(dataFolder: string, more: { models?: string; binned?: string[] } = {}) {
  const told: DiskUse[] = []
  const disk = new DiskUseCounter({
    dataFolder,
    modelsFolder: more.models ?? join(dataFolder, '..', 'nowhere'),
    cachesFolder: join(dataFolder, '..', 'nowhere'),
    binned: () => new Set(more.binned),
    announce: (state) => told.push(state),
  })
  onTestFinished(() => disk.close())
  return { disk, told }
}

test('every file belongs to a part', () => {
  const folders = { dataFolder: '/d', modelsFolder: '/c/models' }
  const part = (path: string) => partOf(path, folders, new Set(['0002-b']))
  expect(part('/d/studio.db')).toBe('database')
  expect(part('/d/studio.db-wal')).toBe('database')
  expect(part('/d/runs/0001-a/checkpoints/step-1/model.safetensors')).toBe('checkpoints')
  expect(part('/d/runs/0001-a/reward-models/x/model.safetensors')).toBe('reward-models')
  expect(part('/d/runs/0001-a/engine.log')).toBe('runs')
  expect(part('/d/runs/0002-b/checkpoints/step-1/model.safetensors')).toBe('bin')
  expect(part('/d/reward-models/h/model.safetensors')).toBe('reward-models')
  expect(part('/d/token')).toBe('other')
  expect(part('/c/models/owner/name/model.safetensors')).toBe('models')
  expect(part('/c/libtensorflow/lib.so')).toBe('caches')
})

test('sizes are counted in the background, a file with two names once, and told at the end', async () => {
  const folder = temporaryFolder()
  const first = put(join(folder, 'runs/0001-a/checkpoints/step-1/model'), 5000)
  mkdirSync(join(folder, 'runs/0002-b/checkpoints/step-1'), { recursive: true })
  linkSync(first, join(folder, 'runs/0002-b/checkpoints/step-1/model'))
  put(join(folder, 'runs/0003-c/engine.log'), 70)
  put(join(folder, 'studio.db'), 300)
  const { disk, told } = counter(folder, { binned: ['0003-c'] })
  expect(disk.state()).toMatchObject({ countedAt: null, counting: 0, parts: { checkpoints: 0 } })
  await disk.settled()
  const known = disk.state()
  expect(known).toMatchObject({ counting: null, parts: { checkpoints: 5000, bin: 70, database: 300, models: 0 } })
  expect(known.freeBytes).toBeGreaterThan(0)
  expect(told.at(-1)).toEqual(known)

  put(join(folder, 'reward-models/h/model'), 11)
  expect(disk.state().parts['reward-models'], 'a fresh count is kept').toBe(0)
  disk.stale()
  await disk.settled()
  expect(disk.state().parts['reward-models']).toBe(11)
})

test('a count of many files lets everything else go on, and tells how far it is', async () => {
  const folder = temporaryFolder()
  for (let i = 0; i < 3000; i++) put(join(folder, `runs/0001-a/checkpoints/step-${i % 300}/part-${i}`), 1)
  const { disk } = counter(folder)
  let [longest, last] = [0, performance.now()]
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }, 1)
  disk.state()
  await disk.settled()
  clearInterval(beat)
  expect(disk.state().parts.checkpoints).toBe(3000)
  expect(longest, 'milliseconds without a turn for others').toBeLessThan(100)
})

test('a folder that is not there has no files', async () => {
  const found = []
  for await (const file of filesBelow(join(temporaryFolder(), 'nowhere'))) found.push(file)
  expect(found).toEqual([])
})

test('old checkpoints of a run go: it is said which and how much room that gives, and the list tells it', async () => {
  const host = await withCheckpoints()
  const watch = new Watch(host)
  expect(await host.ask.checkpointsByRun()).toMatchObject([
    { number: 1, count: 3, bytes: 18_000, newestStep: 9, older: 2 },
  ])
  const plan = await host.library.plan({ kind: 'checkpoints', runs: ['1'], keep: 'newest' })
  expect(plan).toMatchObject({ items: [{ name: 'Run #1: steps 3, 6', bytes: 9000 }], bytes: 9000, kept: [] })
  expect(await host.ask.checkpoints('1')).toHaveLength(3)

  expect(await host.library.remove({ kind: 'checkpoints', runs: ['1'], keep: 'newest' })).toEqual(plan)
  expect((await host.ask.checkpoints('1')).map(({ step }) => step)).toEqual([9])
  const folder = join(runFolder(host.dataFolder, (await host.ask.run('1')).id), 'checkpoints')
  expect(readdirSync(folder)).toEqual(['step-000009'])
  await watch.for((event) => event.type === 'pruned' && event.runIds.length === 1)
})

test('the ends of stages stay where that is asked for', async () => {
  const host = await withCheckpoints()
  host.keep((db) => db.prepare('UPDATE stages SET last_step = 6 WHERE run = 1 AND stage = 0').run())
  expect(await host.ask.checkpointsByRun()).toMatchObject([{ count: 3, older: 1 }])
  const { items } = await host.library.plan({ kind: 'checkpoints', runs: ['1'], keep: 'stage-ends' })
  expect(items).toEqual([{ name: 'Run #1: step 3', bytes: 3000 }])
})

test('what a fork shares gives no room', async () => {
  const host = await withCheckpoints()
  const { id } = await host.ask.run('1')
  const shared = join(runFolder(host.dataFolder, id), 'checkpoints/step-000003/model.safetensors')
  linkSync(shared, join(host.dataFolder, 'the-fork-has-it'))
  const plan = await host.library.plan({ kind: 'checkpoints', runs: ['1'], keep: 'newest' })
  expect(plan).toMatchObject({ items: [{ bytes: 9000 }], bytes: 6000 })
})

test('without its last checkpoint a run that was cut off cannot go on, which is said before', async () => {
  const host = await withCheckpoints('exit')
  const { costs } = await host.library.plan({ kind: 'checkpoints', runs: ['1'], keep: 'none' })
  expect(costs[0]).toBe('Run #1 cannot be resumed any more.')
  const less = await host.library.plan({ kind: 'checkpoints', runs: ['1'], keep: 'newest' })
  expect(less.costs.join()).not.toMatch(/resumed/)
})

test('checkpoints of a run that goes stay, and so does one that a queued run begins with', async () => {
  const host = openHost({ startEngine: scripted({ steps: 2, ending: 'stay' }) })
  await host.launch(recipeOf())
  await new Watch(host).for((event) => event.type === 'run' && event.run.step >= 0)
  await checkpoint(host, 1, 1, 500)
  await checkpoint(host, 1, 2, 500)
  const asked: Removal = { kind: 'checkpoints', runs: ['1'], keep: 'none' }
  expect(await host.library.plan(asked)).toMatchObject({
    items: [],
    kept: [{ name: 'Checkpoints of run #1', why: 'Run #1 is active, and goes on from them.' }],
  })
  expect(await refusal(host.library.remove(asked))).toMatchObject({
    code: 'busy',
    message: 'Run #1 is active, and goes on from them.',
  })
  expect(await host.ask.checkpoints('1')).toHaveLength(2)
})

test('checkpoints of the run that the queue goes on with stay', async () => {
  const first = openHost({ startEngine: scripted({ steps: 2, ending: 'stay' }) })
  const watch = new Watch(first)
  first.queue.add([{ recipe: recipeOf(), backend: null, anyway: true }])
  await watch.step(2)
  await checkpoint(first, 1, 2, 500)
  await first.close()
  const again = openHost({ dataFolder: first.dataFolder, startEngine: scripted({}) })
  expect(again.queue.state().cutOff).toBe(1)
  expect(await again.library.plan({ kind: 'checkpoints', runs: ['1'], keep: 'none' })).toMatchObject({
    items: [],
    kept: [{ why: 'The queue goes on with run #1 when it is started, and goes on from them.' }],
  })
})

test('a checkpoint that a queued run begins with stays', async () => {
  const host = await withCheckpoints()
  const path = await checkpoint(host, 1, 3, 3000)
  host.queue.hold()
  host.queue.add([{ recipe: recipeOf({ model: path }), backend: null, anyway: true }])
  const plan = await host.library.plan({ kind: 'checkpoints', runs: ['1'], keep: 'newest' })
  expect(plan.items).toEqual([{ name: 'Run #1: step 6', bytes: 6000 }])
  expect(plan.kept).toEqual([{ name: 'Step 3 of run #1', why: 'The run q1 waits in the queue, and begins with it.' }])
})

test('a model that a queued run needs is not deleted, naming the run; afterwards it is', async () => {
  const models = temporaryFolder()
  modelsIn(models)
  putModel(models, 'owner/name', 4000)
  const host = openHost({ startEngine: scripted({}) })
  host.queue.hold()
  const [{ id }] = host.queue.add([{ recipe: recipeOf({ model: 'owner/name' }), backend: null, anyway: true }])
  const asked = { kind: 'model', name: 'owner/name' } as const
  expect(await refusal(host.library.remove(asked))).toMatchObject({
    code: 'busy',
    message: 'The run q1 waits in the queue, and needs owner/name.',
    hint: expect.stringContaining('take it out of the queue'),
  })
  host.queue.remove([id])
  expect(await host.library.plan(asked)).toMatchObject({ items: [{ name: 'owner/name', bytes: 4000 }], bytes: 4000 })
  await host.library.remove(asked)
  expect(existsSync(join(models, 'owner/name'))).toBe(false)
  expect((await refusal(host.library.remove(asked))).code).toBe('not-found')
})

test('what runs use is told by what their recipes name', async () => {
  const host = openHost({ startEngine: scripted({ steps: 1 }) })
  const file = put(join(temporaryFolder(), 'problems.jsonl'), 0)
  writeFileSync(file, `${JSON.stringify({ prompt: '1+1=', answer: '2' })}\n`)
  await host.launch(recipeOf({ task: undefined, data: { train: file, eval: file } }))
  await host.idle()
  await host.launch(recipeOf())
  await host.idle()
  const use = await host.library.use(await host.ask.libraryUse())
  expect(use.files).toEqual([{ path: file, bytes: readFileSync(file).length, runs: [1] }])
  expect(use.tasks).toEqual({ sum: [2] })
})

test('a reward model that a queued run is judged by is not deleted; one that nobody needs is, and it is said who was', async () => {
  const host = openHost({ startEngine: scripted({ steps: 1 }) })
  putRewardModel(host.rewardModels.folder, 'helpful-1', 800)
  const judged = recipeOf({
    settings: {
      rewardWeights: { accuracy: 1, helpfulness: 0.5 },
      rewardParameters: { helpfulness: { model: 'helpful-1' } },
    },
  })
  await host.launch(judged)
  await host.idle()
  host.queue.hold()
  const [{ id }] = host.queue.add([{ recipe: judged, backend: null, anyway: true }])
  const asked = { kind: 'reward-model', name: 'helpful-1' } as const
  expect(await refusal(host.library.remove(asked))).toMatchObject({
    code: 'busy',
    message: `The run q${id} waits in the queue, and is judged by helpful-1.`,
  })
  host.queue.remove([id])
  const { bytes, costs } = await host.library.plan(asked)
  expect(bytes).toBeGreaterThan(800)
  expect(costs.at(-1)).toBe('Run #1 cannot be resumed or launched again without it.')
  await host.library.remove(asked)
  expect(host.rewardModels.list().models).toEqual([])
  expect((await refusal(host.library.plan(asked))).message).toBe('There is no reward model helpful-1.')
})
