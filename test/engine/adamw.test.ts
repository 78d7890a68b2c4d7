import { describe, expect, it } from 'vitest'
import { AdamW, globalNorm, warmedUp } from '../../src-main/engine/optim/adamw.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { type Tensor, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'

const random = randomAt(0, 'adamw')
const values = (n: number) => Array.from({ length: n }, () => 2 * random.next() - 1)

onEachBackend('AdamW', () => {
  it('over ten steps is what its formulas say in float64, with decay, clipping and a rate that changes', async () => {
    const n = 24
    let w = values(n)
    let m = new Array<number>(n).fill(0)
    let v = new Array<number>(n).fill(0)
    const weights = new Map<string, Tensor>([['w', tf.tensor2d(w, [4, 6])]])
    const optimizer = new AdamW()
    for (let t = 1; t <= 10; t++) {
      const gradient = values(n)
      // a norm is about 2.8: clipped, left alone, without a limit
      const maxGradNorm = [0.7, 4, undefined][t % 3]
      const settings = { learningRate: 0.01 * t, beta1: 0.8, beta2: 0.95, weightDecay: 0.1, maxGradNorm }
      const given = new Map<string, Tensor>([['w', tf.tensor2d(gradient, [4, 6])]])
      const found = await optimizer.update(weights, given, settings)
      tf.dispose([...given.values()])
      const norm = Math.hypot(...gradient)
      expect(found).toBeCloseTo(norm, 5)
      const scale = Math.min(1, (maxGradNorm ?? Number.POSITIVE_INFINITY) / (norm + 1e-6))
      expect(scale < 1).toBe(t % 3 === 0)
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

  it('leaves alone what has no gradient', async () => {
    const weights = new Map<string, Tensor>([
      ['a', tf.tensor1d([1, 2])],
      ['b', tf.tensor1d([3])],
    ])
    const kept = weights.get('b')
    const gradients = new Map<string, Tensor>([['a', tf.tensor1d([1, -1])]])
    await new AdamW().update(weights, gradients, { learningRate: 0.5, beta1: 0.9, beta2: 0.99, weightDecay: 0 })
    expect(weights.get('b')).toBe(kept)
    expectClose('first step of AdamW', 'a', weights.get('a')!, [0.5, 2.5])
    expect(gradients.get('a')!.isDisposed).toBe(false)
  })

  it('changes nothing for a gradient that is no number, and holds no more than before', async () => {
    const weights = new Map<string, Tensor>([
      ['a', tf.tensor1d([1, 2])],
      ['b', tf.tensor1d([3])],
    ])
    const optimizer = new AdamW()
    const settings = { learningRate: 0.5, beta1: 0.9, beta2: 0.99, weightDecay: 0, maxGradNorm: 1 }
    const gradientsWith = (b: number) =>
      new Map<string, Tensor>([
        ['a', tf.tensor1d([1, -1])],
        ['b', tf.tensor1d([b])],
      ])
    const before = tf.memory().numTensors
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const gradients = gradientsWith(bad)
      expect(await optimizer.update(weights, gradients, settings)).not.toBeLessThan(Number.POSITIVE_INFINITY)
      tf.dispose([...gradients.values()])
      expect([...weights.get('a')!.dataSync(), ...weights.get('b')!.dataSync()]).toEqual([1, 2, 3])
      expect([optimizer.step, optimizer.firstMoments.size, tf.memory().numTensors]).toEqual([0, 0, before])
    }
    const gradients = gradientsWith(0)
    await optimizer.update(weights, gradients, settings)
    tf.dispose([...gradients.values()])
    expect(tf.memory().numTensors).toBe(before + 4)
    optimizer.dispose()
  })

  it('the norm is over all gradients, and not finite when one of them is not', async () => {
    const [a, b, nan] = [tf.tensor1d([3, 0]), tf.tensor2d([[0, 4]]), tf.tensor1d([Number.NaN])]
    expect(await globalNorm([a, b])).toBe(5)
    expect(await globalNorm([a, nan])).toBeNaN()
    expect(await globalNorm([tf.tensor1d([1e30])])).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('warm-up', () => {
  it('rises from a first part to the whole rate', () => {
    expect([1, 2, 4, 5, 100].map((step) => warmedUp(0.4, step, 4))).toEqual([0.1, 0.2, 0.4, 0.4, 0.4])
    expect(warmedUp(0.4, 1, 0)).toBe(0.4)
  })
})
