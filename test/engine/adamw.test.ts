import { describe, expect, it } from 'vitest'
import { AdamW, clipFactor, globalNorm, warmedUp } from '../../src-main/engine/optim/adamw.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { type Tensor, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'

const random = randomAt(0, 'adamw')
const values = (n: number) => Array.from({ length: n }, () => 2 * random.next() - 1)

onEachBackend('AdamW', () => {
  it('over ten steps is what its formulas say in float64, with decay, scaling and a rate that changes', () => {
    const n = 24
    let w = values(n)
    let m = new Array<number>(n).fill(0)
    let v = new Array<number>(n).fill(0)
    const weights = new Map<string, Tensor>([['w', tf.tensor2d(w, [4, 6])]])
    const optimizer = new AdamW()
    for (let t = 1; t <= 10; t++) {
      const gradient = values(n)
      const scale = t % 3 === 0 ? 0.25 : 1
      const settings = { learningRate: 0.01 * t, beta1: 0.8, beta2: 0.95, weightDecay: 0.1 }
      const given = new Map<string, Tensor>([['w', tf.tensor2d(gradient, [4, 6])]])
      optimizer.update(weights, given, scale, settings)
      tf.dispose([...given.values()])
      const g = gradient.map((x) => x * scale)
      m = m.map((x, i) => 0.8 * x + 0.2 * g[i])
      v = v.map((x, i) => 0.95 * x + 0.05 * g[i] ** 2)
      w = w.map((x, i) => {
        const step = m[i] / (1 - 0.8 ** t) / (Math.sqrt(v[i] / (1 - 0.95 ** t)) + 1e-8)
        return x * (1 - settings.learningRate * 0.1) - settings.learningRate * step
      })
      expectClose('AdamW against float64', `step ${t}`, weights.get('w')!, w)
    }
    expect(optimizer.step).toBe(10)
    optimizer.dispose()
    tf.dispose([...weights.values()])
  })

  it('leaves alone what has no gradient', () => {
    const weights = new Map<string, Tensor>([
      ['a', tf.tensor1d([1, 2])],
      ['b', tf.tensor1d([3])],
    ])
    const kept = weights.get('b')
    const gradients = new Map<string, Tensor>([['a', tf.tensor1d([1, -1])]])
    new AdamW().update(weights, gradients, 1, { learningRate: 0.5, beta1: 0.9, beta2: 0.99, weightDecay: 0 })
    expect(weights.get('b')).toBe(kept)
    expectClose('first step of AdamW', 'a', weights.get('a')!, [0.5, 2.5])
    expect(gradients.get('a')!.isDisposed).toBe(false)
  })

  it('the norm is over all gradients, and not finite when one of them is not', async () => {
    const [a, b, nan] = [tf.tensor1d([3, 0]), tf.tensor2d([[0, 4]]), tf.tensor1d([Number.NaN])]
    expect(await globalNorm([a, b])).toBe(5)
    expect(await globalNorm([a, nan])).toBeNaN()
    expect(await globalNorm([tf.tensor1d([1e30])])).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('clipping and warm-up', () => {
  it('scales a gradient down to the limit, never up', () => {
    expect(clipFactor(0.5, 1)).toBe(1)
    expect(clipFactor(4, 1)).toBeCloseTo(0.25, 6)
    expect(clipFactor(0, 1)).toBe(1)
  })

  it('rises from a first part to the whole rate', () => {
    expect([1, 2, 4, 5, 100].map((step) => warmedUp(0.4, step, 4))).toEqual([0.1, 0.2, 0.4, 0.4, 0.4])
    expect(warmedUp(0.4, 1, 0)).toBe(0.4)
  })
})
