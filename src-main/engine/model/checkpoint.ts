/** A checkpoint: policy, reference, optimizer and the run's position, in a folder that appears whole or not at all. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import type { Settings } from '../../contract/settings.ts'
import { AdamW } from '../optim/adamw.ts'
import { type Tensor, tf } from '../tensor/tf.ts'
import { loadPolicy, type Policy, readWeights, savePolicy, tensorsOf } from './policy.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import type { Weights } from './transformer.ts'

/** Where the run stands after `step`. Randomness needs no state: it is addressed by step. */
export interface Position {
  step: number
  stage: number
  /** First step of the stage. */
  stageFirstStep: number
  staying: boolean
  settings: Settings
  optimizerStep: number
  /** Sampled tokens since the start. */
  tokens: number
  /** First step since which the present reference is in use. */
  referenceStep: number
}

export interface Checkpoint {
  policy: Policy
  reference: Weights
  optimizer: AdamW
  position: Position
}

/** @returns bytes written. The folder is moved into place last, after every file has reached the disk. */
export function writeCheckpoint(folder: string, c: Checkpoint): number {
  const temporary = `${folder}.partial`
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { recursive: true })
  savePolicy(c.policy, temporary)
  writeSafetensors(join(temporary, 'reference.safetensors'), tensorsOf(c.reference))
  const moments = new Map<string, Tensor>()
  for (const [name, t] of c.optimizer.firstMoments) moments.set(`m.${name}`, t)
  for (const [name, t] of c.optimizer.secondMoments) moments.set(`v.${name}`, t)
  writeSafetensors(join(temporary, 'optimizer.safetensors'), tensorsOf(moments))
  writeDurably(join(temporary, 'state.json'), `${JSON.stringify(c.position, null, 2)}\n`)
  const bytes = readdirSync(temporary).reduce((sum, file) => sum + statSync(join(temporary, file)).size, 0)
  rmSync(folder, { recursive: true, force: true })
  renameSync(temporary, folder)
  syncFolder(dirname(folder))
  return bytes
}

/** @throws StudioError checkpoint when the folder is missing or incomplete, bad-model when a file in it is damaged */
export function readCheckpoint(folder: string): Checkpoint {
  const state = join(folder, 'state.json')
  if (!existsSync(state)) {
    throw new StudioError(
      'checkpoint',
      `${folder} is not a complete checkpoint: it has no state.json.`,
      'Resume from an earlier checkpoint of the run.',
    )
  }
  let position: Position
  try {
    position = JSON.parse(readFileSync(state, 'utf8')) as Position
  } catch (error) {
    throw new StudioError(
      'checkpoint',
      `${state} cannot be read: ${(error as Error).message}.`,
      'Resume from an earlier checkpoint of the run.',
    )
  }
  const policy = loadPolicy(folder)
  const reference = readWeights(join(folder, 'reference.safetensors'), policy.config)
  const optimizer = new AdamW()
  optimizer.step = position.optimizerStep
  for (const [name, { shape, data }] of readSafetensors(join(folder, 'optimizer.safetensors'))) {
    const moments = name.startsWith('m.') ? optimizer.firstMoments : optimizer.secondMoments
    moments.set(name.slice(2), tf.tensor(data, shape))
  }
  return { policy, reference, optimizer, position }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'w')
  writeSync(file, text)
  fsyncSync(file)
  closeSync(file)
}

/** A rename is durable once its folder has reached the disk; Windows has no such call and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  fsyncSync(handle)
  closeSync(handle)
}
