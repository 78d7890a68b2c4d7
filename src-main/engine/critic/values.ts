/** What a critic says of each token: the return that it expects before the token is there. */
import { type Batch, batchKey, batchSizes, finalStates, rebatched } from '../model/batch.ts'
import { modelKey } from '../model/model.ts'
import { allParts, type ScalarModel, withParts } from '../model/scalar-head.ts'
import { fuse } from '../model/transformer.ts'
import { compiled } from '../tensor/compiled.ts'
import { lanes } from '../tensor/lanes.ts'
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'

/** @returns [rows, length − 1]: at each position the value before its next token; differentiable in what is trained */
export function forwardValues(model: ScalarModel, batch: Batch): Tensor2D {
  const fused = fuse(model)
  const { hidden } = model.config
  const width = batch.length - 1
  const parts = lanes(batch.rows, batch.lanes).map(([from, count]) => {
    const ids = tf.slice(batch.ids, [from, 0], [count, batch.length])
    const states = finalStates(model, { ...batch, ids }, fused)
    const seen = tf.slice(states, [0, 0, 0], [-1, width, -1]).reshape([count * width, hidden]) as Tensor2D
    return tf.matMul(seen, model.head.get('score.weight') as Tensor2D, false, true).reshape([count, width])
  })
  const values = parts.length === 1 ? parts[0] : tf.concat(parts, 0)
  return tf.add(values, model.head.get('score.bias')!)
}

/** The same, compiled. @returns the caller's to dispose */
export function valuesOf(model: ScalarModel, batch: Batch): Tensor2D {
  const all = allParts(model)
  const names = [...all.keys()]
  const held = [...all.values()]
  const [values] = compiled(
    `values ${batchKey(batch)} ${modelKey(model)}`,
    [...held, batch.ids, batch.targets],
    (tensors, sizes) => {
      const own = withParts(model, new Map(names.map((name, i): [string, Tensor] => [name, tensors[i]])))
      return [forwardValues(own, rebatched(batch, tensors.slice(names.length), sizes))]
    },
    batchSizes(batch, held),
  )
  return values as Tensor2D
}
