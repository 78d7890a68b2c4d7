/** Tensors between the device and safetensors files. */
import { StudioError } from '../../contract/errors.ts'
import { type Tensor, tf } from '../tensor/tf.ts'
import { disposeWeights, type Weights } from './model.ts'
import type { TensorData } from './safetensors.ts'
import { openSafetensors } from './safetensors-reader.ts'
import type { TensorStore } from './tensor-store.ts'

type Shapes = ReadonlyMap<string, readonly number[]>

/** The expected tensors of one safetensors file. @throws StudioError bad-model as `onDevice` */
export function readTensors(path: string, expected: Shapes): Weights {
  const tensors = openSafetensors(path)
  try {
    return onDevice(tensors, expected)
  } finally {
    tensors.close()
  }
}

/** One after another. @throws StudioError bad-model when a tensor is missing or of another shape */
export function onDevice(tensors: TensorStore, expected: Shapes): Weights {
  for (const [name, shape] of expected) {
    const stored = tensors.shapes.get(name)
    if (!stored)
      throw new StudioError(
        'bad-model',
        `${tensors.source} has no weight ${name}.`,
        'The file belongs to another model than its config.json, or is incomplete.',
      )
    if (stored.join() !== shape.join())
      throw new StudioError(
        'bad-model',
        `${tensors.source}: ${name} has the shape [${stored}], its configuration asks for [${shape}].`,
        'The file belongs to another model than its config.json.',
      )
  }
  const weights: Weights = new Map()
  try {
    for (const [name, shape] of expected) weights.set(name, tf.tensor(tensors.read(name), [...shape]))
    return weights
  } catch (error) {
    disposeWeights(weights)
    throw error
  }
}

/** Device tensors as plain arrays. */
export async function tensorsOf(weights: ReadonlyMap<string, Tensor>): Promise<Map<string, TensorData>> {
  const arrays = new Map<string, TensorData>()
  for (const [name, t] of weights) arrays.set(name, { shape: t.shape, data: (await t.data()) as Float32Array })
  return arrays
}

export function shapesOf(weights: ReadonlyMap<string, Tensor>): Map<string, number[]> {
  return new Map([...weights].map(([name, { shape }]) => [name, shape]))
}
