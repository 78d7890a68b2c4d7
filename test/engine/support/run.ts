/** A real run in this process: the engine's own loop, with a host that stores every step at once. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { FromEngine } from '../../../src-main/contract/engine-messages.ts'
import { type Metrics, timingMetrics } from '../../../src-main/contract/metrics.ts'
import { parseRecipe, type Recipe } from '../../../src-main/contract/recipe.ts'
import type { SteeringCommand, SteeringEvent } from '../../../src-main/contract/records.ts'
import { train } from '../../../src-main/engine/run.ts'
import type { BackendName } from '../../../src-main/engine/tensor/backend.ts'
import { bestBackend } from './backends.ts'

export const tinyPolicy = join(import.meta.dirname, '../../fixtures/tiny-policy')

/** Two stages of a few small steps, which give groups with and without signal. */
export function smallRecipe(changes: Record<string, unknown> = {}): Recipe {
  const { settings, stages, ...rest } = changes
  const recipe = {
    name: 'small',
    title: 'Small',
    model: tinyPolicy,
    seed: 5,
    task: { difference: 1, product: 1 },
    trainPrompts: 16,
    evalPrompts: 4,
    finalEvalPrompts: 6,
    evalEvery: 0,
    checkpointEvery: 100,
    settings: {
      groupSize: 4,
      promptsPerStep: 4,
      miniBatches: 2,
      learningRate: 0.001,
      warmupSteps: 2,
      maxCompletionTokens: 12,
      beta: 0.01,
      ...(settings as object),
    },
    stages: stages ?? [
      { kind: 'grpo', name: 'short', steps: 3 },
      { kind: 'grpo', name: 'long', steps: 3, settings: { maxCompletionTokens: 16 } },
    ],
    ...rest,
  }
  return parseRecipe(recipe, 'the test recipe')
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'grpo-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

let nextId = 1

export function steeringEvent(command: SteeringCommand, requestedStep = 0): SteeringEvent {
  return {
    ...command,
    id: nextId++,
    runId: 'test',
    requestedAt: new Date(0).toISOString(),
    requestedStep,
    effectiveStep: null,
    before: {},
    refused: null,
  }
}

type Message<T extends FromEngine['type']> = Extract<FromEngine, { type: T }>

export interface RunOptions {
  folder?: string
  checkpoint?: string
  replay?: SteeringEvent[]
  paused?: boolean
  backend?: BackendName
  /** Sees each message as it is sent, and may send commands. */
  react?: (message: FromEngine, command: (command: SteeringCommand) => SteeringEvent) => void
}

/** What a run said, in order. */
export class Transcript {
  readonly messages: FromEngine[] = []
  readonly folder: string
  /** As the host would keep them: confirmed ones carry their step. */
  readonly events: SteeringEvent[] = []

  constructor(folder: string) {
    this.folder = folder
  }

  of<T extends FromEngine['type']>(type: T): Message<T>[] {
    return this.messages.filter((m): m is Message<T> => m.type === type)
  }

  get steps(): number[] {
    return this.of('step').map((m) => m.report.step)
  }

  /** Everything that a seed determines: settings, groups and all metrics but wall-clock times. */
  get course(): unknown[] {
    return this.of('step').map(({ report }) => ({ ...report, at: '', metrics: untimed(report.metrics) }))
  }

  /** Evaluations without their times. */
  get evaluations(): unknown[] {
    return this.of('evaluation').map(({ report }) => ({ ...report, at: '', seconds: 0 }))
  }

  settingsAt(step: number) {
    return this.of('step').find((m) => m.report.step === step)!.report.settings
  }

  /** What changes the course again when the run is resumed after `step`. */
  replayAfter(step: number): SteeringEvent[] {
    return this.events.filter((e) => e.effectiveStep !== null && e.effectiveStep > step && e.refused === null)
  }
}

export function untimed(metrics: Metrics): Partial<Metrics> {
  const rest: Partial<Metrics> = { ...metrics }
  for (const name of timingMetrics) delete rest[name]
  return rest
}

export async function run(recipe: Recipe, options: RunOptions = {}): Promise<Transcript> {
  const transcript = new Transcript(options.folder ?? temporaryFolder())
  let listener: (event: SteeringEvent) => void = () => {}
  const command = (c: SteeringCommand) => {
    const event = steeringEvent(c, transcript.steps.at(-1) ?? 0)
    transcript.events.push(event)
    listener(event)
    return event
  }
  await train(
    {
      type: 'start',
      recipe,
      folder: transcript.folder,
      backend: options.backend ?? bestBackend,
      checkpoint: options.checkpoint ?? null,
      replay: options.replay ?? [],
      paused: options.paused ?? false,
    },
    {
      send(message) {
        transcript.messages.push(message)
        if (message.type === 'applied') {
          const event = transcript.events.find((e) => e.id === message.id)!
          event.effectiveStep = message.effectiveStep
          event.before = message.before
          event.refused = message.refused
        }
        options.react?.(message, command)
      },
      stored: () => Promise.resolve(),
      onCommand(l) {
        listener = l
      },
    },
  )
  return transcript
}
