import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noteEngine } from '../../src-main/host/orphans.ts'
import { identify, isAlive, type ProcessIdentity } from '../../src-main/host/process-identity.ts'
import { openHost, scripted, Watch } from './support/hosts.ts'
import { recipeOf } from './support/records.ts'

test('an engine that ends with an error leaves a failed run, its last words and the way out', async () => {
  const host = openHost({ startEngine: scripted({ steps: 3, ending: 'exit', exitCode: 3 }) })
  const { id } = await host.launch(recipeOf())
  await host.idle()
  const run = await host.ask.run(id)
  expect(run).toMatchObject({ status: 'failed', step: 3 })
  expect(run.error).toMatchObject({
    code: 'engine-died',
    message: expect.stringMatching(/ended with code 3 after step 3\. .*the last words of the engine/s),
    hint: expect.stringContaining(join(run.folder, 'engine.log')),
  })
  expect(readFileSync(join(run.folder, 'engine.log'), 'utf8')).toContain('first line')
  expect(await host.ask.alerts(id)).toMatchObject([{ kind: 'engine-died', step: 3 }])
})

test('an engine that leaves without a word has failed too', async () => {
  const host = openHost({ startEngine: scripted({ steps: 1, ending: 'exit', exitCode: 0 }) })
  const { id } = await host.launch(recipeOf())
  await host.idle()
  expect((await host.ask.run(id)).error?.message).toContain('ended with code 0 after step 1')
})

test('a native crash names its signal', async () => {
  const host = openHost({ startEngine: scripted({ steps: 2, ending: 'crash' }) })
  const { id } = await host.launch(recipeOf())
  await host.idle()
  expect(await host.ask.run(id)).toMatchObject({ status: 'failed', step: 2 })
  expect((await host.ask.run(id)).error?.message).toContain('crashed (SIGABRT)')
})

test('a killed engine leaves an interrupted run', async () => {
  const host = openHost({ startEngine: scripted({ steps: 2, ending: 'stay' }) })
  const watch = new Watch(host)
  const { id } = await host.launch(recipeOf())
  await watch.step(2)
  const { folder } = await host.ask.run(id)
  const engine = JSON.parse(readFileSync(join(folder, 'engine.pid'), 'utf8')) as ProcessIdentity
  process.kill(engine.pid, 'SIGKILL')
  await host.idle()
  const run = await host.ask.run(id)
  expect(run).toMatchObject({ status: 'interrupted', step: 2 })
  expect(run.error?.message).toContain('killed (SIGKILL) after step 2')
  expect(run.error?.hint).toContain('resume goes on')
})

test('what an engine says of its failure is what the person reads', async () => {
  const host = openHost({ startEngine: scripted({ ending: 'fail' }) })
  const { id } = await host.launch(recipeOf())
  await host.idle()
  expect(await host.ask.run(id)).toMatchObject({
    status: 'failed',
    error: { code: 'bad-model', message: 'model.safetensors is damaged.', hint: 'Take it again.' },
  })
})

test('a report that contradicts what is stored fails the run and nothing else', async () => {
  const host = openHost({ startEngine: scripted({ steps: 2, ending: 'repeat' }) })
  const { id } = await host.launch(recipeOf())
  await host.idle()
  expect(await host.ask.run(id)).toMatchObject({ status: 'failed', step: 2, error: { code: 'internal' } })
  await host.launch(recipeOf())
})

test('an engine whose program is missing is reported, not waited for', async () => {
  const host = openHost({
    startEngine: () => {
      const path = process.execPath
      process.execPath = '/nowhere/node'
      try {
        return scripted({})()
      } finally {
        process.execPath = path
      }
    },
  })
  const { id } = await host.launch(recipeOf())
  await host.idle()
  expect((await host.ask.run(id)).error?.message).toContain('could not be started')
})

test('one that neither answers nor ends is stopped by asking again, and does not hold up closing', async () => {
  const host = openHost({ startEngine: scripted({ steps: 1, ending: 'silence' }) })
  const watch = new Watch(host)
  const { id } = await host.launch(recipeOf())
  await watch.step(1)
  const { folder } = await host.ask.run(id)
  const engine = JSON.parse(readFileSync(join(folder, 'engine.pid'), 'utf8')) as ProcessIdentity
  host.steer(id, { kind: 'stop' })
  expect(() => host.steer(id, { kind: 'stop' })).toThrow('is stopping')
  const start = performance.now()
  await host.close()
  expect(performance.now() - start).toBeLessThan(5000)
  expect(isAlive(engine)).toBe(false)
  expect(host.look(id).run.status).toBe('interrupted')
})

test('an engine that outlived its killed app is ended before the run goes on', async () => {
  const first = openHost({ startEngine: scripted({ steps: 1, ending: 'stay' }) })
  const watch = new Watch(first)
  const { id } = await first.launch(recipeOf())
  await watch.step(1)
  const { folder } = await first.ask.run(id)
  await first.close()
  // As it would be found after the app was killed: the engine's note names a process that still lives.
  const orphan = identify(await new Promise(scripted({ ending: 'silence' })().onSpawn))
  noteEngine(folder, orphan.pid)
  const second = openHost({ dataFolder: first.dataFolder, startEngine: scripted({ steps: 2 }) })
  expect(isAlive(orphan)).toBe(true)
  await second.resume(id)
  expect(isAlive(orphan)).toBe(false)
  await second.idle()
})
