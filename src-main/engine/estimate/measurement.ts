/** What was measured of a model on this machine, and where it is kept: a file a model, backend and part in the data folder. */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import type { MeasuredPart } from '../../contract/estimate.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { ModelConfig } from '../model/config.ts'
import { configKey } from '../model/model.ts'
import type { BatchShape, SamplingShape } from './sizes.ts'
import type { Answer } from './workload.ts'

/** To be raised when what is measured, or how training uses memory and time, changes: older files are then measured anew. */
const EDITION = 1

/** Bytes that the process held at the most: of the program, after the model was read, and on top of that. */
interface Peaks {
  program: number
  model: number
}

export interface MeasuredUpdate {
  part: 'update'
  backend: string
  device: string
  peaks: Peaks
  checkpointing: boolean
  /** Small, then large; `bytes` on top of the model. */
  batches: (BatchShape & { seconds: number; bytes: number })[]
  optimizerSeconds: number
  /** What a graph's first use takes longer than the others. */
  recordingSeconds: number
}

export interface MeasuredSampling {
  part: 'sampling'
  backend: string
  device: string
  peaks: Peaks
  /**
   * A rollout of few rows, of as many as the run has, and of those with a long past. `readingSeconds` pass before the first token: adapters are
   * merged and prompts read. `bytes` on top of the model.
   */
  batches: (SamplingShape & { readingSeconds: number; stepSeconds: number; bytes: number })[]
  recordingSeconds: number
  answers: Answer[]
}

export interface Measured {
  update: MeasuredUpdate | null
  sampling: MeasuredSampling | null
}

type Part<P extends MeasuredPart> = P extends 'update' ? MeasuredUpdate : MeasuredSampling

/** Settings that change what is computed of a token are part of it; those that change how many there are, are not. */
function fileOf(
  folder: string,
  part: MeasuredPart,
  config: ModelConfig,
  recipe: Pick<Recipe, 'lora' | 'gradientCheckpointing'>,
  backend: string | null,
): string {
  const lora = recipe.lora && { rank: recipe.lora.rank, targets: recipe.lora.targets }
  const checkpointing = part === 'update' && recipe.gradientCheckpointing
  const key = JSON.stringify([
    EDITION,
    part,
    configKey(config),
    lora,
    checkpointing,
    backend ?? 'best',
    os.availableParallelism(),
  ])
  return join(folder, `${part}-${createHash('sha256').update(key).digest('hex').slice(0, 24)}.json`)
}

/** Where only training with checkpointing the other way was measured, that is better than nothing: the estimate allows for it. */
export function readMeasured(folder: string, config: ModelConfig, recipe: Recipe, backend: string | null): Measured {
  const { lora, gradientCheckpointing } = recipe
  const read = <P extends MeasuredPart>(part: P, checkpointing = gradientCheckpointing): Part<P> | null => {
    try {
      const file = fileOf(folder, part, config, { lora, gradientCheckpointing: checkpointing }, backend)
      return JSON.parse(readFileSync(file, 'utf8')) as Part<P>
    } catch {
      // not measured yet, or a write that was cut off: it is measured anew
      return null
    }
  }
  return { update: read('update') ?? read('update', !gradientCheckpointing), sampling: read('sampling') }
}

export function keepMeasured(
  folder: string,
  config: ModelConfig,
  recipe: Recipe,
  backend: string | null,
  measured: MeasuredUpdate | MeasuredSampling,
): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(fileOf(folder, measured.part, config, recipe, backend), `${JSON.stringify(measured, null, 2)}\n`)
}
