/** AdamW's moments as a safetensors file. */
import { StudioError } from '../../contract/errors.ts'
import { AdamW } from '../optim/adamw.ts'
import { type Tensor, tf } from '../tensor/tf.ts'
import type { Weights } from './model.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import { tensorsOf } from './tensor-files.ts'

/** The way out of a damaged checkpoint. */
export const earlier = 'Resume from an earlier checkpoint of the run.'

/** @throws StudioError disk-full, checkpoint */
export async function writeOptimizer(path: string, { firstMoments, secondMoments }: AdamW): Promise<void> {
  const moments = new Map<string, Tensor>()
  for (const [name, t] of firstMoments) moments.set(`m.${name}`, t)
  for (const [name, t] of secondMoments) moments.set(`v.${name}`, t)
  writeSafetensors(path, await tensorsOf(moments))
}

/** @param step updates made so far @throws StudioError checkpoint when they are not the moments of these weights; bad-model for a damaged file */
export function readOptimizer(path: string, step: number, weights: Weights): AdamW {
  const optimizer = new AdamW()
  optimizer.step = step
  const stored = readSafetensors(path)
  for (const [name, { shape, data }] of stored) {
    const weight = weights.get(name.slice(2))
    if (!/^[mv]\./.test(name) || weight?.shape.join() !== shape.join())
      throw new StudioError('checkpoint', `${path} does not belong to its model: it has ${name} [${shape}].`, earlier)
    const moments = name.startsWith('m.') ? optimizer.firstMoments : optimizer.secondMoments
    moments.set(name.slice(2), tf.tensor(data, shape))
  }
  const expected = step === 0 ? 0 : 2 * weights.size
  if (stored.size !== expected)
    throw new StudioError('checkpoint', `${path} has ${stored.size} of ${expected} moments.`, earlier)
  return optimizer
}
