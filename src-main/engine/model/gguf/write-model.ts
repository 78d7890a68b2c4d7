/** A model as a GGUF file that llama.cpp loads: `model.ts` the other way. */
import { StudioError } from '../../../contract/errors.ts'
import type { GgufType } from '../../../contract/model-formats.ts'
import type { Tensor } from '../../tensor/tf.ts'
import { jsonOf } from '../companions.ts'
import type { Policy } from '../policy.ts'
import { architectureMetadata, ropeFactors } from './metadata.ts'
import { ggufName, permuted, ROPE_FACTORS, reorderedHeads } from './names.ts'
import { packings } from './quantise.ts'
import { tokenizerMetadata } from './vocabulary.ts'
import { type GgufTensorToWrite, writeGguf } from './writer.ts'

/**
 * Vectors (norms, biases) stay in 32 bits, as llama.cpp wants them, and matrices whose rows are no whole blocks of `type` are written in
 * 16 bits, as it does itself.
 * @param name what llama.cpp shows of the model
 * @returns bytes written
 * @throws StudioError bad-model for a tokenizer or scaling that GGUF cannot say, or a value that `type` cannot hold; what the disk refuses
 */
export async function writeModelAsGguf(path: string, policy: Policy, type: GgufType, name: string): Promise<number> {
  const { config, weights, companions } = policy
  const json = jsonOf(companions, 'config.json')!
  const factors = ropeFactors(config, json)
  const metadata = new Map([
    ...architectureMetadata(config, json, name, packings[type].fileType),
    ...tokenizerMetadata(policy),
  ])
  const tensors = [...weights].map(([own, tensor]): GgufTensorToWrite => {
    const heads = reorderedHeads(own, config)
    return packed(ggufName(own), tensor.shape, typeFor(tensor, type), async () => {
      const data = (await tensor.data()) as Float32Array
      return heads > 0 ? permuted(data, heads, config.headDim) : data
    })
  })
  if (factors) tensors.unshift(packed(ROPE_FACTORS, [factors.length], 'f32', async () => factors))
  return writeGguf(path, metadata, tensors)
}

function typeFor({ shape }: Tensor, type: GgufType): GgufType {
  if (shape.length < 2) return 'f32'
  return shape.at(-1)! % packings[type].elements === 0 ? type : 'f16'
}

function packed(
  name: string,
  shape: readonly number[],
  type: GgufType,
  data: () => Promise<Float32Array>,
): GgufTensorToWrite {
  const { id, elements, bytes, pack } = packings[type]
  const byteLength = (shape.reduce((product, n) => product * n, 1) / elements) * bytes
  return {
    name,
    shape,
    type: id,
    byteLength,
    async bytes() {
      try {
        return pack(await data())
      } catch (error) {
        if (!(error instanceof RangeError)) throw error
        throw new StudioError(
          'bad-model',
          `Tensor "${name}" holds ${error.message}, which ${type.toUpperCase()} cannot hold.`,
          'Take --type f32.',
          { cause: error },
        )
      }
    },
  }
}
