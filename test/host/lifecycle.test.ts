/** A host with the real engine: a run from launch to its end, steered on the way. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { openHost, tinyRecipe, Watch } from './support/hosts.ts'

const launch = (more: Record<string, unknown> = {}) => loadRecipe(tinyRecipe(more), [])
/** So long that it is still running when it is steered. */
const long = {
  stages: [
    { kind: 'grpo', name: 'first', steps: 400, settings: { maxCompletionTokens: 12 } },
    { kind: 'grpo', name: 'second', steps: 400, settings: { maxCompletionTokens: 16 } },
  ],
}

describe('a run', () => {
  test('goes through its stages, is stored step by step, and ends with a model that others can load', async () => {
    const host = openHost()
    const watch = new Watch(host)
    const launched = await host.launch(launch())
    expect(launched).toMatchObject({ id: '0001-tiny', number: 1, status: 'starting', totalSteps: 12, stageCount: 2 })
    await host.idle()
    const run = await host.ask.run('last')
    expect(run).toMatchObject({ status: 'finished', step: 12, stage: 1, stageName: 'long', error: null, pending: [] })
    expect(run.trainedSeconds).toBeGreaterThan(0)
    expect(run.stages).toMatchObject([
      { firstStep: 1, lastStep: 6, endReason: 'steps' },
      { firstStep: 7, lastStep: 12, endReason: 'steps' },
    ])
    expect((await host.ask.evaluations(run.id)).map((e) => e.step)).toEqual([0, 7, 12])
    expect((await host.ask.metrics(run.id, ['reward'], 0)).steps).toHaveLength(12)
    const announced = watch.events.flatMap((e) => (e.type === 'step' ? [e.step.step] : []))
    expect(announced).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))

    // The newest three and the end of each stage.
    const checkpoints = await host.ask.checkpoints(run.id)
    expect(checkpoints.map((c) => c.step)).toEqual([6, 9, 12])
    expect(readdirSync(join(run.folder, 'checkpoints')).sort()).toEqual(checkpoints.map((c) => c.folder.slice(12)))
    const model = join(run.folder, checkpoints.at(-1)!.folder)
    for (const file of ['config.json', 'tokenizer.json', 'model.safetensors'])
      expect(existsSync(join(model, file))).toBe(true)

    await expect(host.resume(run.id)).rejects.toMatchObject({
      code: 'bad-request',
      message: 'Run #1 is finished: there is nothing left to do.',
    })
    expect(() => host.steer(run.id, { kind: 'pause' })).toThrow('Run #1 has no engine to steer: it is finished.')
  })

  test('is the only one at a time', async () => {
    const host = openHost()
    await host.launch(launch(long))
    await expect(host.launch(launch())).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringContaining('#1 (A tiny run)'),
    })
    host.endNow()
    await host.idle()
    expect(await host.launch(launch())).toMatchObject({ number: 2 })
  })
})

describe('steering', () => {
  test('a change is in force at the very next step, confirmed with its number and the values before', async () => {
    const host = openHost()
    const watch = new Watch(host)
    const { id } = await host.launch(launch(long))
    await watch.step(2)
    const asked = host.steer(id, { kind: 'set', changes: { temperature: 0.7, groupSize: 6 }, note: 'calmer' })
    expect(asked).toMatchObject({ effectiveStep: null, refused: null, note: 'calmer' })
    // until it is in force, which may be sooner than the question is answered
    expect([[asked.id], []]).toContainEqual((await host.ask.run(id)).pending.map((e) => e.id))
    const confirmed = await watch.for((e) => e.type === 'steering' && e.event.effectiveStep !== null)
    expect(confirmed).toMatchObject({
      event: { id: asked.id, before: { temperature: 1, groupSize: 4 } },
      settings: { temperature: 0.7, groupSize: 6 },
    })
    // The step in hand when it was asked goes on as it was; the next has the change.
    const from = (confirmed as { event: { effectiveStep: number } }).event.effectiveStep
    expect(from).toBeLessThanOrEqual(asked.requestedStep + 2)
    await watch.step(from)
    const steps = watch.events.flatMap((e) => (e.type === 'step' ? [e.step] : []))
    for (const { step, settings, groups } of steps) {
      expect([settings.temperature, groups[0].rewards.length]).toEqual(step < from ? [1, 4] : [0.7, 6])
    }
    expect(() => host.steer(id, { kind: 'set', changes: { temperature: 0.7 } })).toThrow('temperature is 0.7 already')
  })

  test('pausing takes at most the step in hand; then single steps, and on', async () => {
    const host = openHost()
    const watch = new Watch(host)
    const { id } = await host.launch(launch(long))
    await watch.step(2)
    const { requestedStep } = host.steer(id, { kind: 'pause' })
    await watch.status('paused')
    const { step, status } = await host.ask.run(id)
    expect(status).toBe('paused')
    expect(step).toBeLessThanOrEqual(requestedStep + 1)
    expect((await host.ask.checkpoints(id)).at(-1)?.step).toBe(step)
    expect(() => host.steer(id, { kind: 'pause' })).toThrow('is paused already')

    host.steer(id, { kind: 'step' })
    await watch.step(step + 1)
    await watch.status('paused')
    expect((await host.ask.run(id)).step).toBe(step + 1)

    await host.resume(id)
    await watch.step(step + 3)
    expect((await host.ask.run(id)).status).toBe('running')
  })

  test('goes to the next stage now, and not beyond the last', async () => {
    const host = openHost()
    const watch = new Watch(host)
    const { id } = await host.launch(launch(long))
    await watch.step(2)
    host.steer(id, { kind: 'next-stage' })
    await watch.for((e) => e.type === 'stages' && e.stages[1].firstStep !== null)
    const { stages, totalSteps } = await host.ask.run(id)
    expect(stages[0].endReason).toBe('steered')
    expect(stages[1].firstStep).toBe(stages[0].lastStep! + 1)
    expect(totalSteps).toBe(stages[0].lastStep! + 400)
    await watch.step(stages[1].firstStep!)
    expect(() => host.steer(id, { kind: 'next-stage' })).toThrow('is in its last stage, "second": there is no next one')
  })

  test('stays in a stage beyond its planned steps until told to leave it', async () => {
    const host = openHost()
    const watch = new Watch(host)
    const { id } = await host.launch(
      launch({
        stages: [
          { kind: 'grpo', name: 'a', steps: 3 },
          { kind: 'grpo', name: 'b', steps: 2 },
        ],
      }),
    )
    await watch.step(1)
    host.steer(id, { kind: 'stay' })
    await watch.step(6)
    expect(await host.ask.run(id)).toMatchObject({ staying: true, stage: 0 })
    expect(() => host.steer(id, { kind: 'stay' })).toThrow('stays in stage "a" already')
    host.steer(id, { kind: 'next-stage' })
    await host.idle()
    const run = await host.ask.run(id)
    expect(run).toMatchObject({ status: 'finished', staying: false })
    expect(run.stages).toMatchObject([{ endReason: 'steered' }, { endReason: 'steps' }])
    expect(run.step).toBe(run.stages[0].lastStep! + 2)
  })

  test('a stopped run keeps a checkpoint and can be gone on with', async () => {
    const host = openHost()
    const watch = new Watch(host)
    const { id } = await host.launch(launch(long))
    await watch.step(4)
    host.steer(id, { kind: 'stop' })
    await host.idle()
    const stopped = await host.ask.run(id)
    expect(stopped).toMatchObject({ status: 'stopped', error: null })
    expect(stopped.stages[0]).toMatchObject({ lastStep: stopped.step, endReason: 'stopped' })
    expect((await host.ask.checkpoints(id)).at(-1)?.step).toBe(stopped.step)
    await host.resume(id)
    await watch.step(stopped.step + 2)
    expect((await host.ask.run(id)).stages[0]).toMatchObject({ lastStep: null, endReason: null })
  })
})

describe('closing', () => {
  test('pauses at a checkpoint, so that nothing is computed twice', async () => {
    const first = openHost()
    const watch = new Watch(first)
    const { id } = await first.launch(launch(long))
    await watch.step(4)
    await first.close('The lid was shut.')
    const { run } = first.look(id)
    expect(run).toMatchObject({ status: 'interrupted', error: null })

    const second = openHost({ dataFolder: first.dataFolder })
    const again = new Watch(second)
    expect((await second.ask.checkpoints(id)).at(-1)?.step).toBe(run.step)
    expect((await second.ask.events(id)).at(-1)).toMatchObject({ kind: 'pause', note: 'The lid was shut.' })
    expect(await second.resume(id)).toMatchObject({ status: 'starting', step: run.step })
    await again.step(run.step + 1)
    expect(again.events.some((e) => e.type === 'rewound')).toBe(false)
  })

  test('a run that was never resumed is found interrupted, with every stored step', async () => {
    const first = openHost()
    const watch = new Watch(first)
    const { id } = await first.launch(launch(long))
    await watch.step(5)
    first.endNow()
    await first.idle()
    const { step } = await first.ask.run(id)
    await first.close()
    const second = openHost({ dataFolder: first.dataFolder })
    const again = new Watch(second)
    expect(await second.ask.run(id)).toMatchObject({ status: 'interrupted', step })
    await second.resume(id)
    // The newest checkpoint lies before the last step: steps after it are forgotten, and come again.
    const rewound = await again.for((e) => e.type === 'rewound')
    expect(rewound).toMatchObject({ runId: id, lastStep: 3 })
    await again.step(step)
  })
})

describe('what was asked just before a kill', () => {
  test('comes into force after the resume; a pause asked then is not taken up again', async () => {
    const host = openHost()
    const watch = new Watch(host)
    const { id } = await host.launch(launch(long))
    await watch.step(3)
    const change = host.steer(id, { kind: 'set', changes: { beta: 0.25 } })
    const pause = host.steer(id, { kind: 'pause' })
    host.endNow()
    await host.idle()
    const cutOff = await host.ask.events(id)
    expect(cutOff.map((e) => [e.id, e.effectiveStep])).toEqual([
      [change.id, null],
      [pause.id, null],
    ])
    await host.resume(id)
    const confirmed = await watch.for(
      (e) => e.type === 'steering' && e.event.id === change.id && e.event.effectiveStep !== null,
    )
    expect(confirmed).toMatchObject({ settings: { beta: 0.25 } })
    expect((await host.ask.events(id))[1].refused).toContain('The run was cut off')
    await watch.step(8)
    expect((await host.ask.run(id)).settings.beta).toBe(0.25)
  })
})

describe('bad input', () => {
  test('a damaged model file fails the run with its name', async () => {
    const host = openHost()
    await host.launch(launch({ model: '/nowhere/model' }))
    await host.idle()
    expect(await host.ask.run('last')).toMatchObject({
      status: 'failed',
      error: { code: 'bad-model', message: expect.stringContaining('/nowhere/model') },
    })
  })

  test('a backend that is not there fails the run with the reason', async () => {
    const host = openHost()
    await host.launch(launch(), 'abacus')
    await host.idle()
    expect((await host.ask.run('last')).error).toMatchObject({
      code: 'backend',
      message: expect.stringContaining('abacus'),
    })
  })
})
