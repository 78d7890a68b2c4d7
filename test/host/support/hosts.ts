/** Hosts on fresh data folders, closed after the test; with the real engine or a scripted one. */
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { HostEvent } from '../../../src-main/contract/api.ts'
import type { RunSummary } from '../../../src-main/contract/records.ts'
import { forkEngine, type StartEngine } from '../../../src-main/host/engine-process.ts'
import { Host } from '../../../src-main/host/host.ts'
import { recipeOf } from './records.ts'
import type { Script } from './scripted-engine.ts'
import { temporaryFolder } from './temporary.ts'

const entry = new URL('./scripted-engine.ts', import.meta.url)
export const tinyPolicy = join(import.meta.dirname, '../../fixtures/tiny-policy')

/** Some 30 ms a step on one core; two stages of a different token limit. */
export function tinyRecipe(more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'tiny',
    title: 'A tiny run',
    model: tinyPolicy,
    task: { sum: 1 },
    trainPrompts: 8,
    evalPrompts: 4,
    evalEvery: 7,
    finalEvalPrompts: 8,
    checkpointEvery: 3,
    settings: { groupSize: 4, promptsPerStep: 2, learningRate: 0.001, warmupSteps: 2, maxCompletionTokens: 12 },
    stages: [
      { kind: 'grpo', name: 'short', steps: 6 },
      { kind: 'grpo', name: 'long', steps: 6, settings: { maxCompletionTokens: 20 } },
    ],
    ...more,
  }
}

export function scripted(script: Script): StartEngine {
  return () => {
    process.env.SCRIPT = JSON.stringify(script)
    try {
      return forkEngine(entry)
    } finally {
      delete process.env.SCRIPT
    }
  }
}

export function openHost(options: { dataFolder?: string; startEngine?: StartEngine } = {}): Host {
  const host = new Host({ dataFolder: options.dataFolder ?? temporaryFolder(), command: 'test', ...options })
  onTestFinished(() => host.close())
  return host
}

/** A data folder with one finished run, made without an engine. */
export async function withOneRun(script: Script = { steps: 3 }): Promise<string> {
  const host = openHost({ startEngine: scripted(script) })
  await host.launch(recipeOf())
  await host.idle()
  await host.close()
  return host.dataFolder
}

/** Everything a host announces from now on, and waiting for it. */
export class Watch {
  readonly events: HostEvent[] = []
  readonly #stop = new AbortController()
  #wake: (() => void)[] = []

  constructor(host: Host) {
    onTestFinished(() => this.#stop.abort())
    void this.#read(host)
  }

  async #read(host: Host): Promise<void> {
    for await (const event of host.subscribe(this.#stop.signal)) {
      this.events.push(event)
      for (const wake of this.#wake.splice(0)) wake()
    }
  }

  /** The first event, past or to come, that fits. @throws Error when a run fails before */
  async for<E extends HostEvent>(fits: (event: HostEvent) => event is E): Promise<E>
  async for(fits: (event: HostEvent) => boolean): Promise<HostEvent>
  async for(fits: (event: HostEvent) => boolean): Promise<HostEvent> {
    for (let seen = 0; ; ) {
      for (; seen < this.events.length; seen++) {
        const event = this.events[seen]
        if (fits(event)) return event
        if (event.type === 'run' && event.run.status === 'failed') throw new Error(event.run.error?.message)
      }
      await new Promise<void>((resolve) => this.#wake.push(resolve))
    }
  }

  step(step: number): Promise<HostEvent> {
    return this.for((event) => event.type === 'step' && event.step.step === step)
  }

  /** From now on, not in the past. */
  async status(status: RunSummary['status']): Promise<RunSummary> {
    const from = this.events.length
    const event = await this.for(
      (e): e is Extract<HostEvent, { type: 'run' }> =>
        e.type === 'run' && e.run.status === status && this.events.indexOf(e) >= from - 1,
    )
    return event.run
  }
}
