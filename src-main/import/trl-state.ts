/** What Trainer keeps of its run beside the weights: `trainer_state.json`, its arguments, the model card. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { complaint } from './complaint.ts'
import { type FoundFile, fileAt, foldersOf, textOf } from './files.ts'
import { parseLoose } from './loose-json.ts'
import { type TrainingArguments, trainingArguments } from './trl-arguments.ts'

export type LogEntry = Readonly<Record<string, unknown>> & { step: number }

export interface TrainerState {
  file: FoundFile
  step: number
  /** 0: not known. */
  maxSteps: number
  log: LogEntry[]
}

export interface TrainerCheckpoint {
  step: number
  path: string
  at: string
}

export function checkpointsIn(folder: string): TrainerCheckpoint[] {
  return foldersOf(folder)
    .flatMap(({ name, path, at }) => {
      const number = /^checkpoint-(\d+)$/.exec(name)
      return number ? [{ step: Number(number[1]), path, at }] : []
    })
    .sort((a, b) => a.step - b.step)
}

/** The one that goes furthest: of the folder, or of its checkpoints. @throws StudioError bad-request for one that is broken */
export function furthestState(folder: string, checkpoints: readonly TrainerCheckpoint[]): TrainerState | undefined {
  return [folder, ...checkpoints.map(({ path }) => path)]
    .map((one) => join(one, 'trainer_state.json'))
    .filter((path) => existsSync(path))
    .map(readState)
    .reduce<TrainerState | undefined>((far, one) => (far && far.step > one.step ? far : one), undefined)
}

function readState(path: string): TrainerState {
  const file = fileAt(path)
  let read: { global_step?: unknown; max_steps?: unknown; log_history?: unknown }
  try {
    read = parseLoose(textOf(path)) as typeof read
  } catch (error) {
    throw complaint(`${path} is no whole JSON: ${(error as Error).message}.`, 'Copy it again, or take it away.', error)
  }
  const { global_step: step, max_steps: most, log_history: history } = read ?? {}
  if (typeof step !== 'number' || !Array.isArray(history))
    throw complaint(
      `${path} has no "global_step" and "log_history": no Trainer of transformers wrote it.`,
      'Take it away, or give the folder that GRPOTrainer wrote into (its output_dir).',
    )
  const isEntry = (entry: unknown): entry is LogEntry =>
    typeof entry === 'object' && entry !== null && Number.isInteger((entry as LogEntry).step)
  return { file, step, maxSteps: typeof most === 'number' ? Math.max(0, most) : 0, log: history.filter(isEntry) }
}

/** Of the newest checkpoint that has them. */
export function argumentsIn(folder: string, checkpoints: readonly TrainerCheckpoint[]): TrainingArguments | undefined {
  for (const one of [folder, ...checkpoints.map(({ path }) => path).reverse()]) {
    const read = trainingArguments(join(one, 'training_args.bin'))
    if (read) return read
  }
  return undefined
}

export interface ModelCard {
  model: string
  /** Of TRL. */
  version: string
}

export function modelCardIn(folder: string, checkpoints: readonly TrainerCheckpoint[]): ModelCard {
  const path = [folder, ...checkpoints.map((one) => one.path)]
    .map((one) => join(one, 'README.md'))
    .find((one) => existsSync(one))
  const text = path ? textOf(path) : ''
  const model = /^base_model: *(.+)$/m.exec(text)?.[1] ?? ''
  return { model, version: /^- TRL: *(\S+)/m.exec(text)?.[1] ?? '' }
}

const settingNames: Readonly<Record<string, string>> = {
  temperature: 'temperature',
  beta: 'beta',
  learning_rate: 'learningRate',
  epsilon: 'epsilonLow',
  epsilon_high: 'epsilonHigh',
  delta: 'delta',
  num_generations: 'groupSize',
  max_completion_length: 'maxCompletionTokens',
  top_p: 'topP',
  top_k: 'topK',
  min_p: 'minP',
  repetition_penalty: 'repetitionPenalty',
  num_iterations: 'innerEpochs',
  max_grad_norm: 'maxGradNorm',
  weight_decay: 'weightDecay',
  top_entropy_quantile: 'topEntropyQuantile',
}

/** By our names. Without an upper bound of its own TRL clips alike on both sides. */
export function settingsIn(args: TrainingArguments): Record<string, number> {
  const entries = Object.entries(settingNames).flatMap(([theirs, ours]) => {
    const value = args[theirs] ?? (theirs === 'epsilon_high' ? args.epsilon : undefined)
    return typeof value === 'number' && Number.isFinite(value) ? [[ours, value]] : []
  })
  return Object.fromEntries(entries) as Record<string, number>
}
