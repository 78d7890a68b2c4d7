/** A reward model: a policy's architecture with a scalar head in place of the vocabulary's. */
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RewardModelKind, RewardModelNote } from '../../contract/reward-models.ts'
import { NOTE, readNote } from '../../library/reward-models.ts'
import { requireUnchanged } from '../model/base.ts'
import { syncFolder, writeDurably } from '../model/durable.ts'
import { disposeWeights, trainedOf, type Weights } from '../model/model.ts'
import { loadPolicy, type Policy, savePolicy } from '../model/policy.ts'
import { writeSafetensors } from '../model/safetensors.ts'
import { readTensors, tensorsOf } from '../model/tensor-files.ts'
import { type Tensor, tf } from '../tensor/tf.ts'

export interface RewardModel extends Policy {
  kind: RewardModelKind
  /** `score.weight` [1, hidden]; for safety `score.bias` [1] too: a preference does not depend on one. */
  head: Weights
}

const HEAD = 'head.safetensors'

/** Zero, so that at first all texts are judged alike. */
export function freshHead(kind: RewardModelKind, hidden: number): Weights {
  return new Map([...headShapes(kind, hidden)].map(([name, shape]) => [name, tf.zeros(shape) as Tensor]))
}

function headShapes(kind: RewardModelKind, hidden: number): Map<string, number[]> {
  const shapes = new Map([['score.weight', [1, hidden]]])
  if (kind === 'safety') shapes.set('score.bias', [1])
  return shapes
}

/** What updates change: the head, and adapters or all weights but those of the vocabulary's head, on which no score depends. */
export function trainedParts(model: RewardModel): Weights {
  const parts: Weights = new Map([...trainedOf(model), ...model.head])
  parts.delete('lm_head.weight')
  return parts
}

/** Every tensor by name: names of weights, adapters and head differ. */
export function allParts(model: RewardModel): Weights {
  return new Map([...model.weights, ...(model.adapters?.tensors ?? []), ...model.head])
}

/** The same model of these tensors. */
export function withParts(model: RewardModel, parts: ReadonlyMap<string, Tensor>): RewardModel {
  const of = (names: Weights): Weights => new Map([...names].map(([name, own]) => [name, parts.get(name) ?? own]))
  const { adapters } = model
  return {
    ...model,
    weights: of(model.weights),
    head: of(model.head),
    ...(adapters && { adapters: { ...adapters, tensors: of(adapters.tensors) } }),
  }
}

export function disposeRewardModel(model: RewardModel): void {
  disposeWeights(allParts(model))
}

/** The folder appears whole or not at all; one of the same name is replaced. @throws StudioError disk-full, checkpoint */
export async function saveRewardModel(model: RewardModel, note: RewardModelNote, folder: string): Promise<void> {
  const partial = `${folder}.partial`
  try {
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true })
    await saveWeights(model, partial)
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
    return { ...policy, kind, head: readTensors(join(folder, HEAD), headShapes(kind, policy.config.hidden)) }
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
