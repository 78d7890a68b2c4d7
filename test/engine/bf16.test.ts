/** Products of bfloat16: what they change, and that they are refused where there are none. */
import { afterEach, describe, expect, it } from 'vitest'
import { productError } from '../../src-main/engine/grpo/product-error.ts'
import { hasBf16Products, requireBf16Products } from '../../src-main/engine/tensor/bf16.ts'
import { compiled, compiling } from '../../src-main/engine/tensor/compiled.ts'
import { type Tensor, type Tensor2D, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { sampleEpisodes, tinyPolicyHere } from './support/episodes.ts'

afterEach(() => {
  compiling.bf16Products = false
})

/** To 8 bits of mantissa, to the nearest, ties to even. */
function bfloat16(x: number): number {
  const bits = new Uint32Array(Float32Array.of(x).buffer)
  bits[0] = (bits[0] + 0x7fff + ((bits[0] >>> 16) & 1)) & 0xffff0000
  return new Float32Array(bits.buffer)[0]
}

onEachBackend('bfloat16 products', (backend) => {
  const on = backend === 'tensorflow'

  it('have operands and results of bfloat16, sums of float32, and leave all else alone', () => {
    const a = Array.from({ length: 6 }, (_, i) => Math.sin(1 + i))
    const b = Array.from({ length: 12 }, (_, i) => Math.cos(2 + i))
    const inputs = [tf.tensor2d(a, [2, 3]), tf.tensor2d(b, [3, 4])]
    const f = ([x, y]: Tensor[]) => [tf.matMul(x as Tensor2D, y as Tensor2D), tf.mul(x, x)]
    const expected = (round: (x: number) => number) =>
      Array.from({ length: 8 }, (_, n) => {
        const [row, column] = [Math.floor(n / 4), n % 4]
        return [0, 1, 2].reduce((sum, k) => sum + round(a[3 * row + k]) * round(b[4 * k + column]), 0)
      })
    for (const bf16Products of [true, false]) {
      compiling.bf16Products = bf16Products
      const [product, square] = compiled('product', inputs, f)
      const rounds = bf16Products && on
      const values = expected(rounds ? bfloat16 : (x) => x)
      const found = [...product.dataSync()]
      for (const [i, value] of values.entries())
        expect(Math.abs(found[i] - value)).toBeLessThan(rounds ? 2 ** -8 * Math.abs(value) : 1e-6)
      expect(found.every((x) => x === bfloat16(x))).toBe(rounds)
      for (const [i, x] of square.dataSync().entries()) expect(x).toBeCloseTo(a[i] ** 2, 6)
      tf.dispose([product, square])
    }
    tf.dispose(inputs)
  })

  it('say what they cost: nothing when they are off, some thousandths of a nat when they are on', async () => {
    const policy = tinyPolicyHere()
    const episodes = await sampleEpisodes(policy, 4)
    expect(await productError(policy, episodes, 1)).toEqual({ mean: 0, max: 0 })
    compiling.bf16Products = true
    const { mean, max } = await productError(policy, episodes, 1)
    expect(compiling.bf16Products).toBe(true)
    expect(mean > 0).toBe(on)
    expect(max).toBeLessThan(0.1)
    expect(mean).toBeLessThanOrEqual(max)
  })
})

describe('bfloat16 products that are asked for', () => {
  it('are refused where the backend or the processor has none', () => {
    expect(() => requireBf16Products('wasm', true)).toThrow('the tensor backend wasm does not have')
    expect(() => requireBf16Products('tensorflow', false)).toThrow('this machine’s processor does not have')
    expect(() => requireBf16Products('tensorflow', true)).not.toThrow()
    expect(typeof hasBf16Products()).toBe('boolean')
  })
})
