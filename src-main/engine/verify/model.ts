/** A model of the folder, and comparison with its files. */
import { join } from 'node:path'
import { type ModelConfig, readConfig } from '../model/config.ts'
import type { Model } from '../model/model.ts'
import { expectedShapes } from '../model/policy.ts'
import type { readSafetensors } from '../model/safetensors.ts'
import { readTensors } from '../model/tensor-files.ts'
import type { Tensor } from '../tensor/tf.ts'
import type { Comparisons } from './comparison.ts'

/** The unpadded rows of a padded batch. */
export function unpadded<T>(values: readonly T[][], mask: readonly number[][]): T[][] {
  return values.map((row, r) => row.filter((_, i) => mask[r][i] === 1))
}

/** @throws StudioError bad-model for a model that is not supported */
export function loadModelConfig(folder: string, name: string): ModelConfig {
  return readConfig(join(folder, name, 'config.json'))
}

/**
 * Without a tokenizer: what is given and expected are token ids. On the backend that is open.
 * @throws StudioError bad-model for a model that is not supported
 */
export function loadModel(folder: string, name: string): Model {
  const config = loadModelConfig(folder, name)
  return { config, weights: readTensors(join(folder, name, 'model.safetensors'), expectedShapes(config)) }
}

/** Tensors of one of the model's files. */
export type ModelFiles = (file: string) => ReturnType<typeof readSafetensors>

/** Every weight that the file names, and no other. */
export function addAll(
  found: Comparisons,
  kind: string,
  name: string,
  tensors: ReadonlyMap<string, Tensor>,
  expected: ReturnType<ModelFiles>,
): void {
  for (const weight of new Set([...tensors.keys(), ...expected.keys()]))
    found.add(kind, `${name} ${weight}`, tensors.get(weight) ?? [], expected.get(weight)?.data ?? [])
}
