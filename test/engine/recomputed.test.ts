/** Gradient checkpointing: the same gradients for less memory. */
import { expect, it } from 'vitest'
import { loraSchema } from '../../src-main/contract/lora.ts'
import { accumulateGradient, batchOf, disposeBatch } from '../../src-main/engine/model/batch.ts'
import { type Adapters, freshAdapters } from '../../src-main/engine/model/lora.ts'
import { disposeWeights, type Model, trainedOf } from '../../src-main/engine/model/model.ts'
import { compiled } from '../../src-main/engine/tensor/compiled.ts'
import { recomputed } from '../../src-main/engine/tensor/recomputed.ts'
import { type Tensor, type Tensor2D, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { loadReferenceModel } from './support/reference.ts'

const layer = ([x, w]: Tensor[]) =>
  tf.tanh(tf.matMul(tf.sigmoid(tf.matMul(x as Tensor2D, w as Tensor2D)), w as Tensor2D, false, true))

/** x through layers of weights, each in one piece or recomputed, to a scalar. */
function chain(wrap: boolean) {
  return (x: Tensor, ...weights: Tensor[]) => {
    let at = x
    for (const w of weights) at = wrap ? recomputed([at, w], [], layer) : layer([at, w])
    return tf.sum(tf.square(at))
  }
}

const numbers = (shape: [number, number], seed: number) => tf.randomNormal(shape, 0, 0.3, 'float32', seed)

onEachBackend('what is recomputed', () => {
  const make = () => [numbers([8, 6], 1), numbers([6, 5], 2), numbers([6, 5], 3), numbers([6, 5], 4)] as Tensor[]

  it('has the gradients of what is kept, to the bit, and leaves nothing behind', () => {
    const inputs = make()
    const plain = tf.valueAndGrads(chain(false) as never)(inputs)
    const before = tf.memory().numTensors
    const light = tf.valueAndGrads(chain(true) as never)(inputs)
    expect(tf.memory().numTensors - before).toBe(inputs.length + 1)
    expect(light.value.arraySync()).toEqual(plain.value.arraySync())
    expect(light.grads.map((g) => g.arraySync())).toEqual(plain.grads.map((g) => g.arraySync()))
    expect(light.grads[1].abs().max().arraySync()).toBeGreaterThan(0)
  })

  it('does so as a graph, too', () => {
    const inputs = make()
    const plain = tf.grads(chain(false) as never)(inputs)
    for (let i = 0; i < 2; i++) {
      const grads = compiled('recomputed chain', inputs, (given) => tf.grads(chain(true) as never)(given))
      grads.forEach((g, n) => {
        const [found, expected] = [g.dataSync(), plain[n].dataSync()]
        for (let k = 0; k < found.length; k++) expect(found[k]).toBeCloseTo(expected[k], 5)
      })
    }
  })

  it('may stand within what is recomputed', () => {
    const inputs = make()
    const plain = tf.grads(chain(false) as never)(inputs)
    const nested = (x: Tensor, ...weights: Tensor[]) =>
      tf.sum(
        tf.square(
          recomputed([x, ...weights], [], ([y, ...w]) => w.reduce((at, v) => recomputed([at, v], [], layer), y)),
        ),
      )
    const light = tf.grads(nested as never)(inputs)
    expect(light.map((g) => g.arraySync())).toEqual(plain.map((g) => g.arraySync()))
  })

  const models = ['tiny_llama', 'tiny_qwen2', 'tiny_qwen3']
  it.each(
    models.flatMap((name) => [
      { name, lora: false },
      { name, lora: true },
    ]),
  )('layers of a model have the gradients of those that are kept: $name, LoRA: $lora', async ({ name, lora }) => {
    const policy: Model = loadReferenceModel(name)
    if (lora) policy.adapters = randomAdapters(policy)
    const batch = batchOf([
      { promptIds: [3, 5], ids: [7, 9, 4, 11] },
      { promptIds: [8], ids: [2, 6] },
    ])
    const gradients = async (recomputeLayers: boolean) => {
      const found = new Map<string, Tensor>()
      const [loss] = await accumulateGradient(
        'sum',
        { ...policy, recomputeLayers },
        batch,
        1,
        {},
        found,
        (forward, { mask }) => tf.neg(tf.sum(tf.mul(forward.logProbs, mask))),
      )
      return { loss, found }
    }
    const [kept, again] = [await gradients(false), await gradients(true)]
    expect([...again.found.keys()]).toEqual([...trainedOf(policy).keys()])
    expectClose('loss with gradient checkpointing', name, [again.loss], [kept.loss])
    for (const [weight, g] of kept.found)
      expectClose('gradient with gradient checkpointing', `${name} ${weight}`, again.found.get(weight)!, [
        ...g.dataSync(),
      ])
    tf.dispose([...kept.found.values(), ...again.found.values(), ...trainedOf(policy).values()])
    disposeBatch(batch)
    if (lora) disposeWeights(policy.weights)
  })
})

function randomAdapters(policy: Model): Adapters {
  const { lora, tensors } = freshAdapters(policy.config, policy.weights, loraSchema.parse({ rank: 3 }), 0)
  let seed = 0
  const drawn = [...tensors].map(
    ([name, t]) => [name, tf.randomNormal(t.shape, 0, 0.1, 'float32', ++seed) as Tensor] as const,
  )
  disposeWeights(tensors)
  return { lora, tensors: new Map(drawn) }
}
