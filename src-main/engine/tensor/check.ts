/** Does the current backend compute? Asked before it is chosen: a library that loads may still compute nothing, or wrongly. */
import { performance } from 'node:perf_hooks'
import { type Tensor, tf } from './tf.ts'

/**
 * Checks a product, an activation and the gradients that training needs (product, softmax, gather) against numbers worked out here in
 * float64. Throws an Error that names the first result that is off.
 */
export async function checkArithmetic(): Promise<void> {
  const results = tf.tidy(() => {
    const w = [1, 2, 3, 4, 5, 6] // 3 × 2
    const x = [0.5, -1, 2] // 1 × 3
    const product = [0.5 * 1 - 1 * 3 + 2 * 5, 0.5 * 2 - 1 * 4 + 2 * 6]

    // L = −log softmax(xW)[0], so ∂L/∂W = xᵀ(p − e₀)
    const p0 = 1 / (1 + Math.exp(product[1] - product[0]))
    const loss = (weights: Tensor) =>
      tf
        .logSoftmax(tf.tensor2d(x, [1, 3]).matMul(weights as never))
        .slice([0, 0], [1, 1])
        .neg()
        .sum()
    const gathered = (table: Tensor) =>
      tf
        .gather(table, tf.tensor1d([2, 0, 2], 'int32'))
        .square()
        .sum()
    return {
      product: { actual: tf.tensor2d(x, [1, 3]).matMul(tf.tensor2d(w, [3, 2])), expected: product },
      'gradient of softmax': {
        actual: tf.grad(loss)(tf.tensor2d(w, [3, 2])),
        expected: x.flatMap((value) => [value * (p0 - 1), value * (1 - p0)]),
      },
      'gradient of gather': {
        actual: tf.grad(gathered)(tf.tensor2d(w, [3, 2])),
        expected: [2, 4, 0, 0, 20, 24],
      },
    }
  })
  for (const [what, { actual, expected }] of Object.entries(results)) {
    await expectClose(what, actual, expected)
    actual.dispose()
  }
}

/** Speed of a 512 × 512 × 512 product, in 10⁹ operations a second: a rough figure, of eight products, or of one where that takes long. */
export async function measureGflops(): Promise<number> {
  const size = 512
  const a = tf.fill([size, size], 0.5)
  /** Seconds of one product. */
  const time = async (repeats: number) => {
    const start = performance.now()
    const corner = tf.tidy(() => {
      let c = a
      for (let i = 0; i < repeats; i++) c = tf.matMul(a as never, a as never)
      return c.slice([0, 0], [1, 1])
    })
    await corner.data() // waits for the device
    corner.dispose()
    return (performance.now() - start) / 1000 / repeats
  }
  await time(1)
  const one = await time(1)
  const seconds = one < LONG ? await time(8) : one
  a.dispose()
  return (2 * size ** 3) / seconds / 1e9
}

/** Seconds that a product of the measurement may take for there to be more. */
const LONG = 0.02

async function expectClose(what: string, actual: Tensor, expected: number[]): Promise<void> {
  const values = await actual.data()
  for (let i = 0; i < expected.length; i++) {
    const allowed = 1e-3 * Math.max(1, Math.abs(expected[i])) // TF32 on a GPU rounds products to 10 bits
    if (!(Math.abs(values[i] - expected[i]) <= allowed)) {
      throw new Error(`it computes wrongly: the ${what} is ${values[i]} where ${expected[i]} is right`)
    }
  }
}
