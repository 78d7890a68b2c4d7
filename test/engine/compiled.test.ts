/** Functions that run as one graph give what they give eagerly. */
import { afterEach, expect, it, vi } from 'vitest'
import { compiled, compiling, graphCount } from '../../src-main/engine/tensor/compiled.ts'
import { type Tensor, type Tensor2D, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { severalInputs, softmaxOfProduct, table } from './support/compiled-cases.ts'

afterEach(() => {
  compiling.enabled = true
})

onEachBackend('a compiled function', (backend) => {
  it('gives what it gives eagerly, for other values and shapes too', () => {
    const f = softmaxOfProduct
    for (const inputs of severalInputs()) {
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

onEachBackend('one graph for all sizes', (backend) => {
  afterEach(() => vi.restoreAllMocks())

  /** Called for rows × length of table `a`, and its product with a table of fixed size. */
  const expectOneGraph = (key: string, f: (inputs: Tensor[]) => Tensor[], graphs: number) => {
    const before = graphCount()
    for (const [rows, length] of [
      [6, 40],
      [1, 17],
      [2, 5],
      [31, 64],
      [6, 40],
    ]) {
      const inputs = [table(rows, length, rows), table(4, 6, 1), table(rows * (length - 1), 1, 2)]
      const sizes = {
        now: [rows, length],
        shapes: ([rows, length]: readonly number[]) => [
          [rows, length],
          [4, 6],
          [rows * (length - 1), 1],
        ],
      }
      const found = compiled(key, inputs, f, sizes)
      const eager = tf.tidy(() => f(inputs))
      for (const [i, t] of found.entries()) {
        expect(t.shape).toEqual(eager[i].shape)
        expectClose('graph of all sizes', `output ${i}`, t, eager[i].dataSync())
      }
      tf.dispose([...inputs, ...found, ...eager])
    }
    expect(graphCount() - before).toBe(backend === 'tensorflow' ? graphs : 0)
  }

  it('cuts, pads, joins, fills and reshapes as its inputs are large', () => {
    const f = ([a, b, flat]: Tensor[]) => {
      const [rows, length] = a.shape
      const shifted = tf.slice(a, [0, 1], [rows, length - 1])
      const { value, grads } = tf.valueAndGrads((x) => {
        const both = tf.mul(tf.slice(x, [0, 1], [rows, length - 1]), flat.reshape([rows, length - 1]))
        return tf.sum(tf.square(tf.softmax(both))) as never
      })([a])
      const padded = tf.pad(shifted as Tensor2D, [
        [0, 0],
        [1, 0],
      ])
      const wide = tf.concat([padded, tf.zeros([rows, 2 * length + 3])], 1)
      const repeated = tf.tile(b, [1, rows]).reshape([4 * rows, 6])
      const mask = tf.less(tf.range(0, length, 1, 'int32').reshape([length, 1]), tf.range(0, length, 1, 'int32'))
      return [value as Tensor, ...grads, wide, repeated, tf.cast(mask, 'float32')]
    }
    expectOneGraph('many sizes', f, 1)
  })

  it('is not made where a size decides something else, and it says so once', () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    expectOneGraph('a share', ([a]) => [tf.mul(a, 1 / a.shape[0])], 4)
    expectOneGraph('a table', ([a]) => [tf.add(a, tf.tensor1d([...new Array(a.shape[1] as number).keys()]))], 4)
    expectOneGraph('a square', ([a]) => [tf.fill([(a.shape[1] as number) ** 2], 1)], 4)
    expectOneGraph('pieces', ([a]) => [Array.from({ length: a.shape[0] }, () => a).reduce((x, y) => tf.add(x, y))], 4)
    expect(said.mock.calls.length).toBe(backend === 'tensorflow' ? 4 : 0)
  })
})
