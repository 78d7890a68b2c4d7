/** A critic in a checkpoint's folder: what it trains, its optimizer's moments, and a note for the checkpoint's state. */
import { join } from 'node:path'
import { z } from 'zod'
import { readOptimizer, writeOptimizer } from '../model/optimizer-file.ts'
import type { Policy } from '../model/policy.ts'
import { writeSafetensors } from '../model/safetensors.ts'
import { readTensors, tensorsOf } from '../model/tensor-files.ts'
import { type Critic, criticShapes } from './critic.ts'

const count = z.number().int().min(0)

export const criticNote = z.strictObject({
  since: count,
  /** Updates that its optimizer made. */
  optimizerStep: count,
})
export type CriticNote = z.infer<typeof criticNote>

const WEIGHTS = 'critic.safetensors'
const MOMENTS = 'critic-optimizer.safetensors'

/** @throws StudioError disk-full, checkpoint */
export async function writeCritic(folder: string, { parts, optimizer, since }: Critic): Promise<CriticNote> {
  writeSafetensors(join(folder, WEIGHTS), await tensorsOf(parts))
  await writeOptimizer(join(folder, MOMENTS), optimizer)
  return { since, optimizerStep: optimizer.step }
}

/** @throws StudioError bad-model, checkpoint for files that are damaged or do not belong to the policy */
export function readCritic(folder: string, { since, optimizerStep }: CriticNote, policy: Policy): Critic {
  const parts = readTensors(join(folder, WEIGHTS), criticShapes(policy))
  return { parts, optimizer: readOptimizer(join(folder, MOMENTS), optimizerStep, parts), since }
}
