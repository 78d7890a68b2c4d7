/** A checkpoint: policy, reference, optimizer, a critic where there is one, and the run's position, in a folder that appears whole or not at all. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { StudioError } from '../../contract/errors.ts'
import { type RewardModelKind, rewardModelKinds } from '../../contract/reward-models.ts'
import { keptSettings, partialSettings, type Settings } from '../../contract/settings.ts'
import type { Critic } from '../critic/critic.ts'
import { type CriticNote, criticNote, readCritic, writeCritic } from '../critic/files.ts'
import type { AdamW } from '../optim/adamw.ts'
import { loadWeights, type RewardModel, saveWeights } from '../reward-models/model.ts'
import { type RunningSides, runningSides } from '../rewards/composite.ts'
import { type AlertMemory, Alerts, alertMemory } from '../watch/alerts.ts'
import { type BaseModel, baseSchema, requireUnchanged } from './base.ts'
import { syncFolder, writeDurably } from './durable.ts'
import { trainedOf, type Weights } from './model.ts'
import { earlier, readOptimizer, writeOptimizer } from './optimizer-file.ts'
import { holdsAdapters } from './peft.ts'
import { loadPolicy, type Policy, savePolicy } from './policy.ts'
import { writeSafetensors } from './safetensors.ts'
import { trainedParts } from './scalar-head.ts'
import { readTensors, shapesOf, tensorsOf } from './tensor-files.ts'

/** Below a checkpoint's folder, in a stage that trains one. */
const REWARD_MODEL = 'reward-model'

/** What the stage's gate knows: forgotten with the stage. */
const gateMemory = z.strictObject({
  /** Of its metric in the stage's evaluations, oldest first. */
  values: z.array(z.number()),
  /** A person was asked, and went on with the stage. */
  asked: z.boolean(),
  /** That its steps took; versions before 0.2.0 did not count them. */
  seconds: z.number().min(0).default(0),
})
type GateMemory = z.infer<typeof gateMemory>
export const noGate: Readonly<GateMemory> = { values: [], asked: false, seconds: 0 }

/** Where the run stands after `step`. Randomness needs no state: it is addressed by step. */
export interface Position {
  step: number
  stage: number
  /** First step of the stage. */
  stageFirstStep: number
  staying: boolean
  settings: Settings
  optimizerStep: number
  /** Last step before the optimizer was new; 0 for the first one. */
  optimizerSince: number
  /** Sampled tokens since the start. */
  tokens: number
  /** First step since which the present reference is in use. */
  referenceStep: number
  gate: GateMemory
  /** Of the composite reward's sides; versions before 0.2.0 had none. */
  running?: RunningSides
  alerts: AlertMemory
}

export interface Checkpoint {
  policy: Policy
  /** Values in place of what the policy trains. */
  reference: Weights
  optimizer: AdamW
  position: Position
  /** Where advantages come from one. */
  critic?: Critic
  /** Of a run that trains adapters: what they are added to, which no checkpoint holds. */
  base?: BaseModel
  /** What a reward-model stage trains, by the optimizer above, in the policy's place. */
  rewardModel?: RewardModel
}

/** What the stage's optimizer changes. */
export const optimised = ({ policy, rewardModel }: Pick<Checkpoint, 'policy' | 'rewardModel'>): Weights =>
  rewardModel ? trainedParts(rewardModel) : trainedOf(policy)

/**
 * @returns bytes written. The folder is moved into place last, after every file has reached the disk.
 * @throws what the disk or the weights refuse; nothing half-written is left behind
 */
export async function writeCheckpoint(folder: string, c: Checkpoint): Promise<number> {
  const temporary = `${folder}.partial`
  try {
    rmSync(temporary, { recursive: true, force: true })
    mkdirSync(temporary, { recursive: true })
    await writeFiles(temporary, c)
    const files = readdirSync(temporary, { recursive: true, encoding: 'utf8' })
    const bytes = files.reduce((sum, file) => sum + statSync(join(temporary, file)).size, 0)
    rmSync(folder, { recursive: true, force: true })
    renameSync(temporary, folder)
    syncFolder(dirname(folder))
    return bytes
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    throw error
  }
}

async function writeFiles(folder: string, c: Checkpoint): Promise<void> {
  await savePolicy(c.policy, folder)
  writeSafetensors(join(folder, 'reference.safetensors'), await tensorsOf(c.reference))
  await writeOptimizer(join(folder, 'optimizer.safetensors'), c.optimizer)
  const critic = c.critic && (await writeCritic(folder, c.critic))
  const judges = c.rewardModel?.kind
  if (c.rewardModel) {
    mkdirSync(join(folder, REWARD_MODEL))
    await saveWeights(c.rewardModel, join(folder, REWARD_MODEL))
  }
  writeDurably(
    join(folder, 'state.json'),
    `${JSON.stringify({ ...c.position, base: c.base, judges, critic }, null, 2)}\n`,
  )
}

/**
 * @throws StudioError checkpoint when the folder is missing, incomplete or not of one piece, or when the model below its adapters has changed;
 * bad-model when a file in it is damaged
 */
export function readCheckpoint(folder: string): Checkpoint {
  const { base, judges, critic: note, ...position } = readState(join(folder, 'state.json'), folder)
  if (base) requireUnchanged(base)
  const policy = loadPolicy(folder)
  const reference = readCheckpointReference(folder, policy)
  const rewardModel = judges && loadWeights(join(folder, REWARD_MODEL), judges)
  const trained = optimised({ policy, rewardModel })
  const optimizer = readOptimizer(join(folder, 'optimizer.safetensors'), position.optimizerStep, trained)
  const critic = note && readCritic(folder, note, policy)
  return { policy, reference, optimizer, position, base, rewardModel, critic }
}

/** Values in place of what the policy trains. @throws StudioError bad-model when the file is damaged or of another model */
export const readCheckpointReference = (folder: string, policy: Policy): Weights =>
  readTensors(join(folder, 'reference.safetensors'), shapesOf(trainedOf(policy)))

const counts = [
  'step',
  'stage',
  'stageFirstStep',
  'optimizerStep',
  'tokens',
  'referenceStep',
  'optimizerSince',
] as const

type State = Position & { base?: BaseModel; judges?: RewardModelKind; critic?: CriticNote }

function readState(path: string, folder: string): State {
  if (!existsSync(path))
    throw new StudioError('checkpoint', `${folder} is not a complete checkpoint: it has no state.json.`, earlier)
  let position: State
  try {
    position = JSON.parse(readFileSync(path, 'utf8')) as State
  } catch (error) {
    throw new StudioError('checkpoint', `${path} cannot be read: ${(error as Error).message}.`, earlier)
  }
  const wrong = (field: string, value: unknown) =>
    new StudioError('checkpoint', `${path} is damaged: ${field} is ${JSON.stringify(value) ?? 'missing'}.`, earlier)
  if (typeof position !== 'object' || position === null) throw wrong('the whole', position)
  // version 0.1.0 had one optimizer a run
  position.optimizerSince ??= 0
  for (const field of counts)
    if (!Number.isSafeInteger(position[field]) || position[field] < 0) throw wrong(field, position[field])
  if (typeof position.staying !== 'boolean') throw wrong('staying', position.staying)
  const settings = partialSettings.safeParse(position.settings)
  if (!settings.success) {
    const [issue] = settings.error.issues
    throw wrong(['settings', ...issue.path].join('.'), at(position.settings, issue.path))
  }
  // earlier versions kept none
  const alerts = alertMemory.safeParse(position.alerts ?? new Alerts().memory)
  if (!alerts.success) throw wrong('alerts', position.alerts)
  const gate = gateMemory.safeParse(position.gate ?? noGate)
  if (!gate.success) throw wrong('gate', position.gate)
  const base = baseSchema.optional().safeParse(position.base)
  if (!base.success || !base.data === holdsAdapters(folder)) throw wrong('base', position.base)
  const judges = z.enum(rewardModelKinds).optional().safeParse(position.judges)
  if (!judges.success) throw wrong('judges', position.judges)
  const critic = criticNote.optional().safeParse(position.critic)
  if (!critic.success) throw wrong('critic', position.critic)
  const running = runningSides.optional().safeParse(position.running)
  if (!running.success) throw wrong('running', position.running)
  return {
    ...position,
    running: running.data,
    settings: keptSettings(settings.data),
    gate: gate.data,
    alerts: alerts.data,
    base: base.data,
    judges: judges.data,
    critic: critic.data,
  }
}

function at(value: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>((v, key) => (v as Record<PropertyKey, unknown> | undefined)?.[key], value)
}
