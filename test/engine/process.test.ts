/** The engine as the host starts it: a process of its own, which hears and tells only messages. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { FromEngine, ToEngine } from '../../src-main/contract/engine-messages.ts'
import { bestBackend } from './support/backends.ts'
import { run, smallRecipe, steeringEvent, Transcript, temporaryFolder } from './support/run.ts'

const entry = join(import.meta.dirname, '../../src-main/engine/main.ts')

class EngineProcess {
  readonly transcript: Transcript
  readonly child: ChildProcess
  stderr = ''
  private readonly waiting = new Set<() => void>()

  /** @param acknowledge false: the test says itself what was stored */
  constructor(folder: string, acknowledge = true) {
    this.transcript = new Transcript(folder)
    this.child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] })
    this.child.stderr!.setEncoding('utf8').on('data', (text) => {
      this.stderr += text
    })
    this.child.on('message', (message: FromEngine) => {
      this.transcript.messages.push(message)
      if (acknowledge && message.type === 'step') this.send({ type: 'stored', step: message.report.step })
      for (const look of this.waiting) look()
    })
    onTestFinished(() => void this.child.kill('SIGKILL'))
  }

  send(message: ToEngine): void {
    if (this.child.connected) this.child.send(message)
  }

  start(recipe: ReturnType<typeof smallRecipe>, checkpoint: string | null = null): void {
    const { folder } = this.transcript
    this.send({ type: 'start', recipe, folder, backend: bestBackend, checkpoint, replay: [], paused: false })
  }

  /** Resolves with the first message for which this holds, past or to come. */
  until(holds: (message: FromEngine) => boolean): Promise<FromEngine> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = this.transcript.messages.find(holds)
        if (!found) return
        this.waiting.delete(look)
        resolve(found)
      }
      this.child.once('exit', (code, signal) =>
        reject(new Error(`The engine ended (${code ?? signal}): ${this.stderr}`)),
      )
      this.waiting.add(look)
      look()
    })
  }

  /** Hangs up as the host does. @returns the exit status */
  async hangUp(): Promise<number | null> {
    const ended = once(this.child, 'exit')
    this.child.disconnect()
    const [code] = (await ended) as [number | null]
    return code
  }
}

const finished = (m: FromEngine) => m.type === 'finished'
const step = (n: number) => (m: FromEngine) => m.type === 'step' && m.report.step === n

describe('the engine process', () => {
  it('computes the same bits as any other process, killed and resumed or not', async () => {
    const recipe = smallRecipe({ checkpointEvery: 2 })
    const here = await run(recipe)
    const first = new EngineProcess(temporaryFolder())
    first.start(recipe)
    await first.until(step(5))
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    expect(first.transcript.course).toEqual(here.course.slice(0, first.transcript.steps.length))

    const second = new EngineProcess(first.transcript.folder)
    second.start(recipe, 'checkpoints/step-000004')
    await second.until(finished)
    expect(second.transcript.steps).toEqual([5, 6])
    expect(second.transcript.course).toEqual(here.course.slice(4))
    expect(second.transcript.evaluations).toEqual(here.evaluations.slice(-1))
    // it stays until the host has heard everything and hangs up
    expect(second.child.exitCode).toBeNull()
    expect(await second.hangUp()).toBe(0)
    expect(second.stderr).toBe('')
  })

  it('reports no step before the last one is stored, and hears a command before the next', async () => {
    const engine = new EngineProcess(temporaryFolder(), false)
    engine.start(smallRecipe())
    await engine.until(step(1))
    await sleep(1000)
    expect(engine.transcript.steps).toEqual([1])
    // step 2 is computed and waits: the command is for step 3
    const pause = steeringEvent({ kind: 'pause' })
    engine.send({ type: 'command', event: pause })
    engine.send({ type: 'stored', step: 1 })
    await engine.until(step(2))
    await sleep(300)
    expect(engine.transcript.of('paused')).toEqual([])
    engine.send({ type: 'stored', step: 2 })
    await engine.until((m) => m.type === 'paused')
    expect(engine.transcript.of('applied')).toMatchObject([{ id: pause.id, effectiveStep: 3, refused: null }])
    engine.send({ type: 'command', event: steeringEvent({ kind: 'stop' }) })
    await engine.until(finished)
    expect(engine.transcript.steps).toEqual([1, 2])
    expect(await engine.hangUp()).toBe(0)
  })

  it('ends when its host is gone', async () => {
    const engine = new EngineProcess(temporaryFolder())
    engine.start(smallRecipe({ stages: [{ kind: 'grpo', name: 'long', steps: 10_000 }] }))
    await engine.until(step(2))
    expect(await engine.hangUp()).toBe(0)
  })

  it('says why it failed, naming the file, and leaves with status 1', async () => {
    const engine = new EngineProcess(temporaryFolder())
    engine.start(smallRecipe({ model: join(engine.transcript.folder, 'no-model') }))
    const failure = await engine.until((m) => m.type === 'failed')
    expect(failure).toMatchObject({
      error: {
        code: 'bad-model',
        message: expect.stringContaining('no-model is not a model folder'),
        hint: expect.stringContaining('config.json'),
      },
    })
    expect(await engine.hangUp()).toBe(1)
  })
})
