/** Functions that run as one graph give what they give eagerly. */
import { afterEach, expect, it, vi } from 'vitest'
import { compiled, compiling } from '../../src-main/engine/tensor/compiled.ts'
import { type Tensor, type Tensor2D, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'

afterEach(() => {
  compiling.enabled = true
})

const table = (rows: number, columns: number, seed: number) =>
  tf.tensor2d(
    Array.from({ length: rows * columns }, (_, i) => Math.sin(seed + 3 * i)),
    [rows, columns],
  )

onEachBackend('a compiled function', (backend) => {
  it('gives what it gives eagerly, for other values and shapes too', () => {
    const f = ([a, b]: Tensor[]) => {
      const { value, grads } = tf.valueAndGrads(
        (x, y) =>
          tf.sum(tf.square(tf.softmax(tf.matMul(x as Tensor2D, y as Tensor2D)))).add(tf.sum(tf.square(x))) as never,
      )([a, b])
      return [value as Tensor, ...grads]
    }
    for (const [rows, seed] of [
      [3, 1],
      [3, 2],
      [5, 3],
      [3, 4],
    ]) {
      const inputs = [table(rows, 4, seed), table(4, 6, seed + 1)]
      const before = tf.memory().numTensors
      const graph = compiled('softmax', inputs, f)
      expect(tf.memory().numTensors).toBe(before + 3)
      const eager = tf.tidy(() => f(inputs))
      for (const [i, t] of graph.entries()) {
        expect(t.shape).toEqual(eager[i].shape)
        expectClose('compiled function', `output ${i}`, t, eager[i].dataSync())
      }
      tf.dispose([...inputs, ...graph, ...eager])
    }
  })

  it('traces the function once for a shape, and not at all where it cannot be compiled', () => {
    let calls = 0
    const f = ([x]: Tensor[]) => {
      calls++
      return [tf.mul(x, 2)]
    }
    for (const n of [2, 2, 2, 3, 2]) {
      const x = tf.ones([n])
      const [y] = compiled('count', [x], f)
      expect([...y.dataSync()]).toEqual(new Array(n).fill(2))
      tf.dispose([x, y])
    }
    expect(calls).toBe(backend === 'wasm' ? 5 : 2)
  })

  it('may give a constant or one of its inputs, which stays the caller’s', () => {
    const x = tf.tensor1d([1, 2])
    for (let i = 0; i < 2; i++) {
      const [constant, same, more] = compiled('constant', [x], ([given]) => [tf.scalar(3), given, tf.add(given, 1)])
      expect([...constant.dataSync()]).toEqual([3])
      expect([...same.dataSync()]).toEqual([1, 2])
      expect([...more.dataSync()]).toEqual([2, 3])
      tf.dispose([constant, same, more])
      expect(x.isDisposed).toBe(false)
    }
    x.dispose()
  })
})

onEachBackend('what cannot be recorded', () => {
  it('runs eagerly, and says so once', () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const before = tf.memory().numTensors
    for (let i = 0; i < 2; i++) {
      const x = tf.tensor1d([3, 1, 2])
      const [y] = compiled('sorted', [x], ([given]) => [tf.topk(given, 2).values])
      expect([...y.dataSync()]).toEqual([3, 2])
      tf.dispose([x, y])
    }
    expect(tf.memory().numTensors).toBe(before)
    expect(said.mock.calls.length).toBe(tf.getBackend() === 'tensorflow' ? 1 : 0)
    said.mockRestore()
  })
})
