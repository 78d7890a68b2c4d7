import type { ModelConfig } from '../../src-main/engine/model/config.ts'
import { expectedShapes } from '../../src-main/engine/model/policy.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { type Tensor, tf } from '../../src-main/engine/tensor/tf.ts'

/** Weights of an untrained model: norms at 1, all else from N(0, deviation²), the same each time. */
export function randomWeights(config: ModelConfig, deviation: number): Map<string, Tensor> {
  return new Map(
    [...expectedShapes(config)].map(([name, shape]) => {
      const random = randomAt(0, 'weights', name)
      const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
      const size = shape.reduce((a, b) => a * b, 1)
      const values = Float32Array.from({ length: size }, () => (shape.length === 1 ? 1 : deviation * normal()))
      return [name, tf.tensor(values, shape)]
    }),
  )
}
