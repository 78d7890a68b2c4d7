/** The queue of a host: runs start one after the other, whatever becomes of the one before; it outlives its host, however that ends. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { Recipe } from '../../src-main/contract/recipe.ts'
import type { Host } from '../../src-main/host/host.ts'
import { askHolder } from '../../src-main/host/requests.ts'
import { queueEntries } from '../../src-main/store/queue.ts'
import { lookInto } from '../../src-main/store/reader.ts'
import { listRuns } from '../../src-main/store/runs.ts'
import { openHost, scripted, tinyRecipe, Watch } from './support/hosts.ts'
import { recipeOf } from './support/records.ts'
import type { Script } from './support/scripted-engine.ts'
import { temporaryFolder } from './support/temporary.ts'

const order = (title: string, more: Record<string, unknown> = {}) => ({
  recipe: recipeOf({ title, ...more }),
  backend: null,
  anyway: false,
})
const waiting = (host: Host) => host.queue.state().entries.flatMap((e) => (e.status === 'waiting' ? [e.title] : []))
const ended = async (host: Host) => {
  const runs = await host.ask.runs()
  return runs.map(({ name, status }) => `${name}: ${status}`).reverse()
}

/** Until no run is active and none will start by itself. */
async function workedOff(host: Host): Promise<void> {
  do {
    await host.idle()
    await host.queue.settled()
  } while (host.active)
}

test('what waits starts by itself when the run before it has finished, failed or was stopped, in the order that a person gave it', async () => {
  const host = openHost({ startEngine: scripted({ steps: 2, ending: 'stay' }) })
  const watch = new Watch(host)
  const first = await host.launch(recipeOf({ title: 'first' }))
  host.queue.add([order('second'), order('third')])
  const [fourth] = host.queue.add([order('fourth')])
  expect(waiting(host)).toEqual(['second', 'third', 'fourth'])
  expect(host.queue.move(fourth.id, 1).entries.map((e) => e.title)).toEqual(['fourth', 'second', 'third'])
  expect(host.active?.id).toBe(first.id)
  for (const name of ['fourth', 'second', 'third']) {
    await watch.for((e) => e.type === 'step' && e.step.step === 2 && e.runId === host.active?.id)
    host.steer('last', { kind: 'stop' })
    await watch.for((e) => e.type === 'run' && e.run.name === name)
  }
  host.steer('last', { kind: 'stop' })
  await workedOff(host)
  expect(await ended(host)).toEqual(['first', 'fourth', 'second', 'third'].map((name) => `${name}: stopped`))
  expect(host.queue.state()).toMatchObject({ entries: [], hold: null })
})

test('a run that dies or fails does not stop those behind it', async () => {
  const scripts: Record<string, Script> = {
    fails: { ending: 'fail' },
    dies: { ending: 'exit', exitCode: 3, steps: 1 },
    finishes: { steps: 1 },
  }
  // engines of estimates are started, too
  const starting = () => lookInto(host.dataFolder, listRuns).find(({ status }) => status === 'starting')
  const host: Host = openHost({ startEngine: () => scripted(scripts[starting()?.name ?? ''] ?? {})() })
  host.queue.add([order('fails'), order('dies'), order('finishes')])
  await workedOff(host)
  expect(await ended(host)).toEqual(['fails: failed', 'dies: failed', 'finishes: finished'])
})

test('one that is refused at its start stays listed with the reason, and the next has its turn', async () => {
  const host = openHost({ startEngine: scripted({ steps: 1 }) })
  host.queue.add([order('no model', { model: 'nobody/nothing' }), order('fine')])
  await workedOff(host)
  expect(await ended(host)).toEqual(['fine: finished'])
  const [refused] = host.queue.state().entries
  expect(refused).toMatchObject({ title: 'no model', status: 'failed', error: { code: 'not-found' } })
  expect(refused.error?.message).toContain('nobody/nothing')
  expect(host.queue.remove([refused.id]).entries).toEqual([])
})

test('what was removed never starts, and comes back to its place when that is undone', async () => {
  const host = openHost({ startEngine: scripted({ steps: 1, ending: 'stay' }) })
  await host.launch(recipeOf())
  const added = host.queue.add([order('a'), order('b'), order('c')])
  host.queue.remove([added[0].id, added[1].id])
  expect(waiting(host)).toEqual(['c'])
  host.queue.putBack([added[1].id])
  expect(waiting(host)).toEqual(['b', 'c'])
  expect(() => host.queue.remove([added[0].id])).toThrow(/no q1/)
  expect(() => host.queue.move(added[0].id, 1)).toThrow(/no q1/)
  expect(() => host.queue.putBack([added[2].id])).toThrow(/no q3/)
})

test('the queue waits for a paused run, until a person starts it: then that run is set aside and can be resumed', async () => {
  const host = openHost({ startEngine: scripted({ steps: 3, ending: 'stay', pace: 20 }) })
  const watch = new Watch(host)
  await host.launch(recipeOf({ title: 'paused' }))
  host.queue.add([order('next')])
  await watch.step(1)
  host.steer('last', { kind: 'pause' })
  await watch.for((e) => e.type === 'run' && e.run.status === 'paused')
  await sleep(200)
  expect(host.active).toMatchObject({ name: 'paused', status: 'paused' })
  await host.queue.start()
  expect(host.active).toMatchObject({ name: 'next' })
  expect((await host.ask.runs()).find((r) => r.name === 'paused')).toMatchObject({ status: 'interrupted' })
})

test('a held queue starts nothing, and goes on when it is started', async () => {
  const host = openHost({ startEngine: scripted({ steps: 1 }) })
  host.queue.hold()
  host.queue.add([order('held')])
  await host.launch(recipeOf({ title: 'launched' }))
  await workedOff(host)
  expect(waiting(host)).toEqual(['held'])
  await host.queue.start()
  await workedOff(host)
  expect(await ended(host)).toEqual(['launched: finished', 'held: finished'])
})

test('what waits survives a closing, and waits until something runs again; a run of its own that was cut off comes first', async () => {
  const dataFolder = temporaryFolder()
  const before = openHost({ dataFolder, startEngine: scripted({ steps: 2, ending: 'stay' }) })
  const watch = new Watch(before)
  before.queue.add([order('cut off'), order('behind it')])
  await watch.step(2)
  await before.close()
  const after = openHost({ dataFolder, startEngine: scripted({ steps: 2 }) })
  await sleep(200)
  expect(after.active).toBeUndefined()
  expect(after.queue.state()).toMatchObject({ hold: 'opened', cutOff: 1, entries: [{ title: 'behind it' }] })
  await after.queue.start()
  await workedOff(after)
  expect(await ended(after)).toEqual(['cut off: finished', 'behind it: finished'])
})

test('a run that is launched by itself after an opening is followed by what waited', async () => {
  const dataFolder = temporaryFolder()
  const before = openHost({ dataFolder, startEngine: scripted({}) })
  before.queue.hold()
  before.queue.add([order('from before')])
  await before.close()
  const after = openHost({ dataFolder, startEngine: scripted({ steps: 1 }) })
  await after.launch(recipeOf({ title: 'new' }))
  await workedOff(after)
  expect(await ended(after)).toEqual(['new: finished', 'from before: finished'])
})

test('the queue has a limit, and takes all of an order or nothing', () => {
  const host = openHost({ startEngine: scripted({ ending: 'stay' }) })
  const many = Array.from({ length: 1001 }, (_, i) => order(`run ${i}`))
  expect(() => host.queue.add(many)).toThrow(/at most 1000 runs: 0 wait, and 1001 more/)
  expect(host.queue.state().entries).toEqual([])
})

test('an entry takes as long as the newest run of its recipe took a step, where nothing else is known', async () => {
  const host = openHost({ startEngine: scripted({ steps: 5 }) })
  await host.launch(recipeOf())
  await host.idle()
  host.queue.hold()
  const [entry] = host.queue.add([order('alike')])
  // 0.01 s a step in the script, ten steps in the recipe
  expect(entry.seconds).toBeCloseTo(0.1, 5)
})

test('another process asks the one that has the folder, and hears its answer or its error', async () => {
  const host = openHost({ startEngine: scripted({ steps: 1, ending: 'stay' }) })
  await host.launch(recipeOf())
  const ask = (name: string, input: unknown) => askHolder(host.dataFolder, name, input, () => true)
  expect(await ask('queue.add', [order('from outside')])).toMatchObject([{ title: 'from outside', status: 'waiting' }])
  expect(waiting(host)).toEqual(['from outside'])
  await expect(ask('queue.move', { id: 77, place: 1 })).rejects.toThrow(/no q77/)
  await expect(ask('queue.dance', {})).rejects.toThrow(/no service "queue.dance"/)
  await host.close()
  await expect(askHolder(host.dataFolder, 'queue.start', {}, () => false)).rejects.toThrow(/takes no notice/)
})

const app = fileURLToPath(new URL('./support/queue-app.ts', import.meta.url))

interface App {
  child: ChildProcess
  exited: Promise<unknown>
  /** Steps that it announced. */
  steps(): number
}

function startApp(folder: string, recipe: string, runs: number): App {
  const child = spawn(process.execPath, [app, folder, recipe, String(runs)], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let steps = 0
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    steps += text.match(/^step/gm)?.length ?? 0
  })
  return { child, exited: once(child, 'exit'), steps: () => steps }
}

test('an app that is killed again and again while its queue works loses no run and starts none twice', {
  timeout: 300_000,
}, async () => {
  const seed = Number(process.env.KILL_SEED ?? Date.now() % 100_000)
  console.log(`KILL_SEED=${seed}`)
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const folder = temporaryFolder()
  const recipe = join(folder, 'recipe.json')
  writeFileSync(
    recipe,
    JSON.stringify(tinyRecipe({ evalEvery: 0, stages: [{ kind: 'grpo', name: 'only', steps: 4 }] })),
  )
  const count = 4
  const kills = 5
  const known = () => lookInto(folder, (db) => ({ runs: listRuns(db), waiting: queueEntries(db) }))
  for (let killed = 0; ; killed++) {
    const { child, exited, steps } = startApp(folder, recipe, count)
    if (killed < kills) {
      // between two runs, in the middle of one, or while the app still opens
      const until = Math.floor(7 * random())
      let over = false
      void exited.then(() => {
        over = true
      })
      while (!over && steps() < until) await sleep(2)
      await Promise.race([sleep(100 * random()), exited])
      child.kill('SIGKILL')
    }
    await exited
    try {
      const { runs, waiting } = known()
      // all were queued in one transaction
      expect([0, count]).toContain(runs.length + waiting.length)
      if (runs.length === count && runs.every((run) => run.status === 'finished')) break
    } catch (error) {
      // killed before there was a database
      if (killed >= kills || (error as { code?: string }).code !== 'not-found') throw error
    }
    expect(killed).toBeLessThan(kills)
  }
  const { runs } = known()
  expect(runs.map(({ seed }) => seed).sort()).toEqual([0, 1, 2, 3])
  expect(runs.every(({ step }) => step === 4)).toBe(true)
})

/** A recipe is kept as it was when it was queued. */
test('a reward file that changes while its run waits does not change the run', async () => {
  const host = openHost({ startEngine: scripted({ steps: 1 }) })
  const file = join(temporaryFolder(), 'mine.js')
  const code = 'export default () => 1'
  writeFileSync(file, code)
  host.queue.hold()
  const more = { ownReward: file, settings: { rewardWeights: { own: 1 } } } as Partial<Recipe>
  host.queue.add([order('own', more)])
  writeFileSync(file, 'export default () => 0')
  await host.queue.start()
  await workedOff(host)
  expect((await host.ask.run('last')).config.ownReward).toEqual({ name: file, code })
})
