/** Estimates of what runs will need: asked of an engine process, which measures what it lacks, once a model, backend and way of training. */
import { join } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import type { Estimate, EstimateEvent, MeasuredPart } from '../contract/estimate.ts'
import { measuredParts } from '../contract/estimate.ts'
import type { EstimateRequest } from '../contract/jobs.ts'
import type { Recipe } from '../contract/recipe.ts'
import { modelPath } from '../library/places.ts'
import type { StartEngine } from './engine-process.ts'
import { JobRunner } from './jobs.ts'
import { machineMemory } from './machine-memory.ts'

export interface EstimatorOptions {
  dataFolder: string
  startEngine: StartEngine
  /** A run that trains takes the processor: what is measured beside it says nothing. */
  busy(): boolean
  /** Answers of the newest run of the same recipe. */
  earlier(recipe: Recipe): EstimateRequest['earlier'] | Promise<EstimateRequest['earlier']>
  machine?: typeof machineMemory
}

/** What measuring leaves to others. */
const ROOM = 0.7
/** A measurement that nobody waits for any more goes on so long, as somebody may turn back to it; milliseconds. */
const patience = 3000

interface Measuring {
  done: Promise<void>
  part: MeasuredPart
  waiting: number
  stop: AbortController
}

export class Estimator {
  readonly #options: EstimatorOptions
  readonly #jobs: JobRunner
  readonly #folder: string
  readonly #measuring = new Map<string, Measuring>()
  readonly #failed = new Map<string, StudioError>()

  constructor(options: EstimatorOptions) {
    this.#options = options
    this.#jobs = new JobRunner(options.startEngine)
    this.#folder = join(options.dataFolder, 'estimates')
  }

  /** From what is known. @throws StudioError as the run would */
  async now(recipe: Recipe, backend: string | null, signal?: AbortSignal): Promise<Estimate> {
    const machine = (this.#options.machine ?? machineMemory)()
    const earlier = await this.#options.earlier(recipe)
    return this.#jobs.run('estimate', { recipe, backend, folder: this.#folder, machine, earlier }, { signal })
  }

  /** From what is known, and again once what it lacked was measured. @throws StudioError as the run would; cancelled */
  async *follow(
    recipe: Recipe,
    backend: string | null,
    signal?: AbortSignal,
  ): AsyncGenerator<EstimateEvent, void, void> {
    const first = await this.now(recipe, backend)
    if (signal?.aborted) throw cancelled()
    const whole = first.measured === 'this'
    yield { type: 'estimate', estimate: first, final: whole }
    if (whole) return
    if (this.#options.busy()) {
      yield { type: 'unmeasured', reason: 'A run is training: times are measured when it has ended.' }
      return
    }
    try {
      modelPath(recipe.model)
      for (const part of measuredParts) {
        yield { type: 'measuring', part }
        await this.#measure(recipe, backend, part, signal)
      }
    } catch (error) {
      if (signal?.aborted || !(error instanceof StudioError)) throw error
      yield { type: 'unmeasured', reason: error.message }
      return
    }
    yield { type: 'estimate', estimate: await this.now(recipe, backend, signal), final: true }
  }

  /** A run is about to need the memory and the processor. */
  rest(): void {
    for (const { stop } of this.#measuring.values()) stop.abort()
    this.#jobs.rest()
  }

  close(): void {
    this.rest()
    this.#jobs.close()
  }

  /** One measurement of a kind at a time, whoever waits for it; ended when nobody does. */
  async #measure(recipe: Recipe, backend: string | null, part: MeasuredPart, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw cancelled()
    const { model, lora, gradientCheckpointing } = recipe
    const key = JSON.stringify([part, model, lora, gradientCheckpointing, backend])
    const failed = this.#failed.get(key)
    if (failed) throw failed
    const measuring = this.#measuring.get(key) ?? this.#begin(key, recipe, backend, part)
    measuring.waiting++
    const left = Promise.withResolvers<never>()
    const leave = () => left.reject(cancelled())
    signal?.addEventListener('abort', leave, { once: true })
    try {
      await Promise.race([measuring.done, left.promise])
    } finally {
      signal?.removeEventListener('abort', leave)
      measuring.waiting--
      setTimeout(() => measuring.waiting === 0 && measuring.stop.abort(), patience).unref()
    }
  }

  #begin(key: string, recipe: Recipe, backend: string | null, part: MeasuredPart): Measuring {
    const stop = new AbortController()
    const room = ROOM * (this.#options.machine ?? machineMemory)().available
    // a process of its own, as its peak of memory is part of what is measured
    const jobs = new JobRunner(this.#options.startEngine)
    const before = [...this.#measuring.values()].map(({ done }) => done.catch(() => {}))
    const done = (async () => {
      // one after the other: side by side they would measure each other
      await Promise.all(before)
      try {
        await jobs.run('measure', { recipe, backend, folder: this.#folder, part, room }, { signal: stop.signal })
      } catch (error) {
        if (!stop.signal.aborted && error instanceof StudioError) this.#failed.set(key, error)
        throw error
      } finally {
        jobs.close()
        this.#measuring.delete(key)
      }
    })()
    done.catch(() => {})
    const measuring = { done, part, waiting: 0, stop }
    this.#measuring.set(key, measuring)
    return measuring
  }
}

const cancelled = () => new StudioError('cancelled', 'The estimate was cancelled.', 'Ask again.')
