/** A reward model: a policy's architecture with a scalar head in place of the vocabulary's. */

import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RewardModelKind, RewardModelNote } from '../../contract/reward-models.ts'
import { jsonLines } from '../../library/json-lines.ts'
import { HELD_OUT, NOTE, readNote } from '../../library/reward-models.ts'
import { requireUnchanged } from '../model/base.ts'
import { syncFolder, writeDurably } from '../model/durable.ts'
import { disposeWeights } from '../model/model.ts'
import { loadPolicy, type Policy, savePolicy } from '../model/policy.ts'
import { writeSafetensors } from '../model/safetensors.ts'
import { allParts, headShapes, type ScalarModel } from '../model/scalar-head.ts'
import { readTensors, tensorsOf } from '../model/tensor-files.ts'
import { type Item, plainItem } from './data.ts'

export interface RewardModel extends Policy, ScalarModel {
  kind: RewardModelKind
}

const HEAD = 'head.safetensors'

/** A preference does not depend on a bias. */
export const hasBias = (kind: RewardModelKind) => kind === 'safety'

export function disposeRewardModel(model: RewardModel): void {
  disposeWeights(allParts(model))
}

/**
 * The folder appears whole or not at all; one of the same name is replaced.
 * @param heldOut what it was measured with: others can be compared on it
 * @throws StudioError disk-full, checkpoint
 */
export async function saveRewardModel(
  model: RewardModel,
  note: RewardModelNote,
  heldOut: readonly Item[],
  folder: string,
): Promise<void> {
  const partial = `${folder}.partial`
  try {
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true })
    await saveWeights(model, partial)
    writeDurably(join(partial, HELD_OUT), jsonLines(heldOut.map(plainItem)))
    writeDurably(join(partial, NOTE), `${JSON.stringify(note, null, 2)}\n`)
    rmSync(folder, { recursive: true, force: true })
    renameSync(partial, folder)
    syncFolder(dirname(folder))
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** What there is of it beside its note. @param folder that there is */
export async function saveWeights(model: RewardModel, folder: string): Promise<void> {
  await savePolicy(model, folder)
  writeSafetensors(join(folder, HEAD), await tensorsOf(model.head))
}

/** @throws StudioError bad-model for a damaged folder */
export function loadWeights(folder: string, kind: RewardModelKind): RewardModel {
  const policy = loadPolicy(folder)
  try {
    const head = readTensors(join(folder, HEAD), headShapes(policy.config.hidden, hasBias(kind)))
    return { ...policy, kind, head }
  } catch (error) {
    disposeWeights(policy.weights)
    if (policy.adapters) disposeWeights(policy.adapters.tensors)
    throw error
  }
}

/**
 * @throws StudioError bad-model for a damaged folder; checkpoint when the weights below its adapters have changed
 */
export function loadRewardModel(folder: string): { model: RewardModel; note: RewardModelNote } {
  const note = readNote(folder)
  const model = loadWeights(folder, note.kind)
  try {
    if (model.adapters) requireUnchanged(note.base)
    return { model, note }
  } catch (error) {
    disposeRewardModel(model)
    throw error
  }
}
