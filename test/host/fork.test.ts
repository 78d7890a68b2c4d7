/** Forks and roll backs with the real engine: where they begin, what they share, and that what was abandoned leaves no trace. */
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { KnobChanges } from '../../src-main/contract/knobs.ts'
import { Host } from '../../src-main/host/host.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { lookInto } from '../../src-main/store/reader.ts'
import { courseOf } from './support/course.ts'
import { openHost, tinyRecipe, Watch } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

const launch = (host: Host, more: Record<string, unknown> = {}) => host.launch(loadRecipe(tinyRecipe(more), []))
const endless = { stages: [{ kind: 'grpo', name: 'only', steps: 4000 }] }

/** The data folder of a finished run, which was trained once for all tests. */
const trained = mkdtempSync(join(tmpdir(), 'grpo-studio-test-'))
beforeAll(async () => {
  const host = new Host({ dataFolder: trained, command: 'test' })
  await launch(host)
  await host.idle()
  await host.close()
})
afterAll(() => rmSync(trained, { recursive: true }))

/** A host on a copy of it. */
function finished(): Host {
  const dataFolder = temporaryFolder()
  cpSync(trained, dataFolder, { recursive: true })
  return openHost({ dataFolder })
}

describe('a fork', () => {
  test('without changes goes the way of the run that was forked, bit for bit', async () => {
    const host = finished()
    const fork = await host.fork('1', 6)
    expect(fork).toMatchObject({
      number: 2,
      id: '0002-tiny',
      parent: 1,
      forkStep: 6,
      status: 'starting',
      step: 6,
      stage: 0,
    })
    await host.idle()
    const run = await host.ask.run('2')
    expect(run).toMatchObject({ status: 'finished', step: 12, stage: 1 })
    expect(run.stages).toEqual((await host.ask.run('1')).stages)
    // steps before the fork are the parent's own, those after it were made anew
    expect(courseOf(host.dataFolder, '2')).toEqual(courseOf(host.dataFolder, '1'))
    expect(run.trainedSeconds).toBeGreaterThan((await host.ask.metrics('1', [], 0)).seconds[5])
  })

  test('begins with what is asked to differ, and with what was steered before', async () => {
    const host = openHost()
    const watch = new Watch(host)
    const { id } = await launch(host, { stages: [{ kind: 'grpo', name: 'only', steps: 30 }] })
    await watch.step(1)
    host.steer(id, { kind: 'set', changes: { temperature: 0.7 } })
    await host.idle()
    await host.fork('1', 27, ['beta=0', 'lossType=dapo', 'stages.0.steps=33', 'title=Without a reference'])
    await host.idle()
    const fork = await host.ask.run('2')
    expect(fork).toMatchObject({
      name: 'Without a reference',
      step: 33,
      settings: { beta: 0, lossType: 'dapo', temperature: 0.7 },
    })
    const story = await host.ask.events('2')
    expect(story).toMatchObject([
      { kind: 'set', changes: { temperature: 0.7 } },
      {
        kind: 'fork',
        effectiveStep: 28,
        changes: { beta: 0 },
        before: { beta: 0.001 },
        detail: { run: 1, assignments: ['beta=0', 'lossType=dapo', 'stages.0.steps=33', 'title=Without a reference'] },
      },
    ])
    expect((await host.ask.metrics('2', ['reward'], 0)).steps).toEqual(Array.from({ length: 33 }, (_, i) => i + 1))
    expect(courseOf(host.dataFolder, '2').series.kl.slice(0, 27)).toEqual(
      courseOf(host.dataFolder, '1').series.kl.slice(0, 27),
    )
  })

  test('changes a stage that it has yet to come to', async () => {
    const stages = ['first', 'second', 'third'].map((name) => ({ kind: 'grpo', name, steps: 1 }))
    const host = openHost()
    await launch(host, { stages, checkpointEvery: 1, evalEvery: 0 })
    await host.idle()
    await host.fork('1', 1, ['stages.2.settings.temperature=0.5'])
    await host.idle()
    const temperatures = lookInto(host.dataFolder, (db) =>
      db.prepare("SELECT settings ->> 'temperature' FROM steps WHERE run = 2 ORDER BY step").pluck().all(),
    )
    expect(temperatures.slice(-2)).toEqual([1, 0.5])
  })

  test('needs nothing of the other run any more', async () => {
    const host = openHost()
    const watch = new Watch(host)
    await launch(host, endless)
    await watch.for((e) => e.type === 'checkpoint' && e.checkpoint.step === 3)
    // the engine goes on and its old checkpoints go
    const fork = await host.fork('1', 3, [], { instead: true })
    await host.ask.run('1').then((run) => expect(run.status).toBe('interrupted'))
    rmSync(join(host.dataFolder, 'runs', '0001-tiny'), { recursive: true })
    await watch.for((e) => e.type === 'step' && e.runId === fork.id && e.step.step === 5)
    host.endNow()
    await host.idle()
    await host.resume('2')
    await watch.for((e) => e.type === 'checkpoint' && e.runId === fork.id && e.checkpoint.step >= 21)
    host.endNow()
    await host.idle()
    // the checkpoint that it began with stays, so that it can go back to its beginning
    expect((await host.ask.checkpoints('2'))[0].step).toBe(3)
  })

  test('that makes no sense is refused with the way out, and leaves nothing behind', async () => {
    const host = finished()
    const refused: [number, string[], string, string][] = [
      [4, [], 'not-found', 'It has those of the steps 6, 9, 12.'],
      [6, ['model=embedded'], 'bad-request', 'Launch a new run with it.'],
      [6, ['beta=-1'], 'bad-recipe', 'Correct the fields named'],
      [9, ['stages.0.steps=3'], 'bad-request', 'Change the stages after it'],
      [9, ['stages.1.kind=sft', 'stages.1.data=solutions'], 'bad-request', 'Change the stages after it'],
      [12, [], 'bad-request', '--set stages.1.steps=12'],
      [9, ['groupSizes=4'], 'bad-setting', 'Did you mean groupSize?'],
    ]
    for (const [step, assignments, code, hint] of refused)
      await expect(host.fork('1', step, assignments)).rejects.toMatchObject({
        code,
        hint: expect.stringContaining(hint),
      })
    expect(await host.ask.runs()).toHaveLength(1)
    expect(readdirSync(join(host.dataFolder, 'runs'))).toEqual(['0001-tiny'])
  })

  test('of a run while another trains is refused, unless that one is to give way', async () => {
    const host = openHost()
    const watch = new Watch(host)
    await launch(host, endless)
    await watch.for((e) => e.type === 'checkpoint' && e.checkpoint.step === 3)
    await expect(host.fork('1', 3)).rejects.toMatchObject({ code: 'busy' })
  })
})

describe('a roll back', () => {
  test('keeps what it abandons, and goes the same way again where nothing is changed', async () => {
    const host = finished()
    const before = courseOf(host.dataFolder, '1')
    const watch = new Watch(host)
    expect(await host.rollBack('1', 9, {}, 'once more')).toMatchObject({ number: 1, step: 9, status: 'starting' })
    expect(await host.ask.run('2')).toMatchObject({ status: 'abandoned', parent: 1, forkStep: 9, step: 12 })
    await host.idle()
    expect(await host.ask.run('1')).toMatchObject({ status: 'finished', step: 12 })
    expect(courseOf(host.dataFolder, '1')).toEqual(before)
    expect(courseOf(host.dataFolder, '2')).toEqual(before)
    expect(watch.events.filter((e) => e.type === 'rewound')).toEqual([
      { type: 'rewound', runId: '0001-tiny', lastStep: 9, abandoned: true },
    ])
    expect(await host.ask.events('1')).toMatchObject([
      { kind: 'roll-back', effectiveStep: 10, requestedStep: 12, note: 'once more', detail: { run: 2 } },
    ])
    expect((await host.ask.checkpoints('1')).map((c) => c.step)).toEqual([6, 9, 12])
    expect((await host.ask.checkpoints('2')).map((c) => c.step)).toEqual([12])
    await expect(host.resume('2')).rejects.toMatchObject({
      code: 'bad-request',
      hint: expect.stringContaining('fork 2 --step 12'),
    })
    await expect(host.rollBack('2', 12)).rejects.toMatchObject({ code: 'bad-request' })
    expect((await host.ask.run('last')).number).toBe(1)
  })

  test('of a run that goes changes its knobs, and nothing that was asked for afterwards comes back', async () => {
    const host = openHost()
    const watch = new Watch(host)
    const { id } = await launch(host, endless)
    await watch.for((e) => e.type === 'checkpoint' && e.checkpoint.step === 6)
    host.steer(id, { kind: 'set', changes: { temperature: 0.5 } })
    host.steer(id, { kind: 'stay' })
    await watch.for((e) => e.type === 'steering' && e.event.kind === 'stay' && e.event.effectiveStep !== null)
    await watch.for((e) => e.type === 'checkpoint' && e.checkpoint.step >= 9)
    const steps = (await host.ask.checkpoints(id)).map((c) => c.step).filter((step) => step > 0 && step < 9)
    const to = steps[0]
    await host.rollBack(id, to, { learningRate: 0.0001 })
    await watch.for((e) => e.type === 'steering' && e.event.kind === 'set' && e.event.effectiveStep === to + 1)
    await watch.for((e) => e.type === 'step' && e.step.step === to + 3 && e.step.settings.learningRate === 0.0001)
    const run = await host.ask.run(id)
    expect(run).toMatchObject({ staying: false, settings: { temperature: 1, learningRate: 0.0001 }, pending: [] })
    expect((await host.ask.run('2')).settings.temperature).toBe(0.5)
    expect((await host.ask.events('2')).map((e) => e.kind)).toEqual(['set', 'stay'])
  })

  test('past a fork makes it a fork of what was abandoned, with its whole course as it was', async () => {
    const host = finished()
    await host.fork('1', 9, ['temperature=0.5'])
    await host.idle()
    const before = courseOf(host.dataFolder, '2')
    await host.rollBack('1', 6, { temperature: 2 })
    await host.idle()
    expect(await host.ask.run('2')).toMatchObject({ parent: 3, forkStep: 9 })
    expect(await host.ask.run('3')).toMatchObject({ parent: 1, forkStep: 6, status: 'abandoned' })
    expect(courseOf(host.dataFolder, '2')).toEqual(before)
    // what was abandoned can be taken up
    await host.fork('3', 9)
    await host.idle()
    expect(courseOf(host.dataFolder, '4')).toEqual(courseOf(host.dataFolder, '3'))
  })

  test('that makes no sense is refused with the way out, and changes nothing', async () => {
    const host = finished()
    const refused: [number, KnobChanges, string, string][] = [
      [12, {}, 'bad-request', 'choose an earlier checkpoint'],
      [7, {}, 'not-found', 'It has those of the steps 6, 9, 12.'],
      [9, { learningRate: 7 }, 'bad-setting', 'choose a value in the range'],
    ]
    for (const [to, changes, code, hint] of refused)
      await expect(host.rollBack('1', to, changes)).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) })
    expect(await host.ask.runs()).toHaveLength(1)
    expect(existsSync(join(host.dataFolder, 'runs', '0002-tiny'))).toBe(false)
  })
})
