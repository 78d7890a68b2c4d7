/** Packed rows teach what their examples would teach each in a row of its own, and leave less of the batch to padding. */
import { expect, it } from 'vitest'
import {
  accumulateGradient,
  batchOf,
  disposeBatch,
  microBatches,
  type Sequence,
  sizeOf,
} from '../../src-main/engine/model/batch.ts'
import { disposeWeights } from '../../src-main/engine/model/model.ts'
import { packed } from '../../src-main/engine/model/packing.ts'
import { heldOutScore } from '../../src-main/engine/sft/held-out.ts'
import { type Tensor, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { loadReferenceModel } from './support/reference.ts'

const lengths = [
  [9, 40],
  [3, 5],
  [12, 6],
  [4, 20],
  [7, 11],
  [2, 1],
  [5, 33],
  [1, 8],
  [6, 14],
]
const examples: Sequence[] = lengths.map(([prompt, output], row) => ({
  promptIds: Array.from({ length: prompt }, (_, i) => (i * 7 + row) % 30),
  ids: Array.from({ length: output }, (_, i) => (i * 5 + 3 * row + 1) % 30),
}))
const idsOf = ({ promptIds, ids }: Sequence) => [...promptIds, ...ids]

onEachBackend('packing', () => {
  it('puts each example into one row, whole, and no row is longer than the longest with its padding', () => {
    const rows = packed(examples)
    expect(rows.map(idsOf)).toEqual(rows.map((row) => (row.examples ?? [row]).flatMap(idsOf)))
    const held = rows.flatMap((row) => row.examples ?? [row])
    expect(new Set(held)).toEqual(new Set(examples))
    expect(held).toHaveLength(examples.length)
    expect(rows.map(sizeOf)).toEqual([61, 62, 64])
    expect(packed([])).toEqual([])
  })

  for (const name of ['tiny_llama', 'tiny_qwen3'])
    for (const recomputeLayers of [false, true])
      it(`has the loss and gradients of unpacked rows: ${name}${recomputeLayers ? ', layers computed again' : ''}`, async () => {
        const policy = { ...loadReferenceModel(name), recomputeLayers }
        const learn = async (sequences: readonly Sequence[], separate = true) => {
          const gradients = new Map<string, Tensor>()
          let loss = 0
          for (const micro of microBatches(sequences, 128)) {
            const batch = batchOf(micro)
            if (!separate) tf.dispose(batch.starts)
            const given = separate ? batch : { ...batch, starts: undefined }
            loss += (
              await accumulateGradient('test of packing', policy, given, 1, {}, gradients, ({ logProbs }, { mask }) =>
                tf.neg(tf.sum(tf.mul(logProbs, mask))),
              )
            )[0]
            disposeBatch(given)
          }
          return { loss, gradients }
        }
        const difference = (a: Map<string, Tensor>, b: Map<string, Tensor>) =>
          Math.max(
            ...[...a].map(([weight, t]) => {
              const other = b.get(weight)!
              return tf.tidy(
                () =>
                  tf
                    .max(tf.abs(tf.sub(t, other)))
                    .div(tf.max(tf.abs(t)).add(1e-8))
                    .dataSync()[0],
              )
            }),
          )
        const plain = await learn(examples)
        const dense = await learn(packed(examples))
        expect(Math.abs(dense.loss / plain.loss - 1)).toBeLessThan(1e-5)
        expect(difference(plain.gradients, dense.gradients)).toBeLessThan(1e-5)
        // what would come of it if examples saw those before them
        const mixed = await learn(packed(examples), false)
        expect(difference(plain.gradients, mixed.gradients)).toBeGreaterThan(0.01)
        tf.dispose([plain, dense, mixed].flatMap(({ gradients }) => [...gradients.values()]))
        disposeWeights(policy.weights)
      })

  it('scores held-out answers as unpacked rows do', async () => {
    const policy = { ...loadReferenceModel('tiny_llama'), tokenizer: undefined as never, companions: new Map() }
    const plain = await heldOutScore(policy, examples, 128)
    const dense = await heldOutScore(policy, examples, 128, true)
    expect(dense.loss).toBeCloseTo(plain.loss, 5)
    expect(dense.accuracy).toBe(plain.accuracy)
    disposeWeights(policy.weights)
  })
})
