/** Graphs of WebGPU's dispatches give what functions give eagerly, on a GPU in software. */
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { update } from '../../../src-main/engine/grpo/update.ts'
import { AdamW } from '../../../src-main/engine/optim/adamw.ts'
import { randomAt } from '../../../src-main/engine/random.ts'
import { compiled, compiling, graphCount } from '../../../src-main/engine/tensor/compiled.ts'
import { recordDispatches } from '../../../src-main/engine/tensor/dispatch-graph.ts'
import { noted } from '../../../src-main/engine/tensor/dispatches.ts'
import { computedOnce, needed } from '../../../src-main/engine/tensor/fewer-dispatches.ts'
import { graphBytes } from '../../../src-main/engine/tensor/graph-memory.ts'
import { openBackend } from '../../../src-main/engine/tensor/index.ts'
import { type Tensor, type Tensor2D, tf } from '../../../src-main/engine/tensor/tf.ts'
import { expectClose } from '../support/compare.ts'
import { severalInputs, softmaxOfProduct, table } from '../support/compiled-cases.ts'
import { sampleEpisodes, testSettings, tinyPolicyHere } from '../support/episodes.ts'
import { hasSoftwareGpu, softwareGpu } from '../support/software-gpu.ts'

const allocated = () => (tf.memory() as unknown as { numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU

describe.runIf(hasSoftwareGpu)('a graph of dispatches', () => {
  beforeAll(async () => {
    Object.assign(process.env, softwareGpu, { GRPO_STUDIO_SOFTWARE_GPU: '1' })
    await openBackend('webgpu')
  })
  afterEach(() => {
    compiling.enabled = true
    vi.restoreAllMocks()
  })

  it('gives what the function gives eagerly, gradients too, for other values and shapes', async () => {
    let calls = 0
    const f = (inputs: Tensor[]) => {
      calls++
      return softmaxOfProduct(inputs)
    }
    for (const inputs of severalInputs()) {
      const before = tf.memory().numTensors
      const graph = compiled('softmax', inputs, f)
      expect(tf.memory().numTensors).toBe(before + 3)
      compiling.enabled = false
      const eager = compiled('softmax', inputs, f)
      compiling.enabled = true
      for (const [i, t] of graph.entries()) {
        expect(t.shape).toEqual(eager[i].shape)
        expectClose('graph of dispatches', `output ${i}`, await t.data(), await eager[i].data())
      }
      tf.dispose([...inputs, ...graph, ...eager])
    }
    expect(calls).toBe(2 + 4)
  })

  it('samples the same tokens and trains to the same weights as without graphs', async () => {
    const trained = async (enabled: boolean) => {
      compiling.enabled = enabled
      const policy = tinyPolicyHere()
      const episodes = await sampleEpisodes(policy, 2)
      const optimizer = new AdamW()
      const result = []
      for (let step = 0; step < 2; step++)
        result.push(
          await update(policy, policy.weights, episodes, testSettings, 1e-3, optimizer, randomAt(0), async () => {}),
        )
      return { policy, ids: episodes.map(({ ids }) => ids), result }
    }
    const eager = await trained(false)
    const before = graphCount()
    const graph = await trained(true)
    // prompts, tokens, reference, gradient, AdamW
    expect(graphCount() - before).toBeGreaterThanOrEqual(5)
    expect(graph.ids).toEqual(eager.ids)
    for (const [i, { loss, gradNorm, kl }] of eager.result.entries())
      expectClose('update', `step ${i}`, Object.values(graph.result[i]).slice(0, 3), [loss, gradNorm, kl])
    for (const [name, weight] of eager.policy.weights)
      expectClose('trained weight', name, await graph.policy.weights.get(name)!.data(), await weight.data())
  })

  it('may give a constant, one of its inputs, or the same twice in two shapes', async () => {
    const f = ([given]: Tensor[]) => {
      const more = tf.add(given, 1)
      return [tf.scalar(3), given, more, more.reshape([2, 1]), given.reshape([1, 2])]
    }
    const x = tf.tensor1d([1, 2])
    for (let i = 0; i < 2; i++) {
      const all = compiled('constant', [x], f)
      expect(all.map((t) => t.shape)).toEqual([[], [2], [2], [2, 1], [1, 2]])
      expect(await Promise.all(all.map(async (t) => [...(await t.data())]))).toEqual([
        [3],
        [1, 2],
        [2, 3],
        [2, 3],
        [1, 2],
      ])
      tf.dispose(all)
      expect(x.isDisposed).toBe(false)
    }
    x.dispose()
  })

  it('leaves to eager what reads back, and says so once', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const f = ([given]: Tensor[]) => [tf.tensor1d([...tf.mul(given, 2).dataSync()])]
    const readSync = vi.spyOn(tf.backend() as unknown as { readSync(): Float32Array }, 'readSync')
    readSync.mockReturnValue(Float32Array.of(2, 4))
    for (let i = 0; i < 2; i++) {
      const x = tf.tensor1d([1, 2])
      const [y] = compiled('read back', [x], f)
      expect([...(await y.data())]).toEqual([2, 4])
      tf.dispose([x, y])
    }
    expect(said.mock.calls).toEqual([[expect.stringMatching(/^read back runs eagerly.*decides what is computed next/)]])
  })

  it('refuses a tensor of its surroundings', async () => {
    const outside = tf.add(tf.ones([2000]), 1)
    const x = tf.ones([2000])
    expect(() => compiled('surroundings', [x], ([given]) => [tf.add(given, outside)])).toThrow(/neither an input nor/)
    tf.dispose([outside, x])
  })

  it('computes once what is computed twice, and not what nothing needs', () => {
    const x = table(2, 3, 1)
    const all = noted([x], ([a]) => {
      tf.exp(a)
      return [tf.add(tf.square(a), tf.square(a)), tf.square(a)]
    })
    expect(all.dispatches).toHaveLength(5)
    const once = computedOnce(all)
    expect(once.dispatches).toHaveLength(3)
    const few = needed(once)
    expect(few.dispatches).toHaveLength(2)
    expect(few.dispatches[1].read).toEqual([few.dispatches[0].written, few.dispatches[0].written])
    expect(few.outputs[1].place).toBe(few.dispatches[0].written)
    x.dispose()
  })

  it('shares the memory of what is computed on the way, and gives it back with the last graph', async () => {
    const f = ([a]: Tensor[]) => {
      let b = a
      for (let i = 0; i < 20; i++) b = tf.add(tf.exp(tf.neg(b)), i)
      return [b]
    }
    const x = table(100, 100, 1)
    const before = graphBytes()
    const first = recordDispatches([x], f)
    const one = graphBytes() - before
    // of sixty tensors two are there at once
    expect(one).toBeGreaterThan(0)
    expect(one).toBeLessThanOrEqual(2 * 1.25 * 40_000)
    const second = recordDispatches([x], ([a]) => f([tf.square(a)]))
    expect(graphBytes() - before).toBeLessThanOrEqual(2 * 1.25 * 40_000)
    first.dispose()
    const [y] = second.run([x])
    compiling.enabled = false
    const [eager] = compiled('', [x], ([a]) => f([tf.square(a)]))
    expectClose('second graph', 'after the first is gone', await y.data(), await eager.data())
    second.dispose()
    expect(graphBytes()).toBe(before)
    tf.dispose([x, y, eager])
  })

  it('without graphs, too, uses a buffer again as soon as its tensor is gone', async () => {
    let x = tf.add(tf.zeros([300, 1000]), 1)
    const before = allocated()
    for (let i = 0; i < 100; i++) {
      const next = tf.mul(x, 2)
      x.dispose()
      x = tf.mul(next, 0.5)
      next.dispose()
    }
    expect(allocated() - before).toBeLessThan(3 * 1_200_000)
    expect((await x.data()).every((value) => value === 1)).toBe(true)
    x.dispose()
  })

  it('gives back memory of sizes that are not used any more', async () => {
    const before = allocated()
    for (let i = 0; i < 20; i++) {
      const corner = tf.tidy(() => tf.slice(tf.fill([20 + i, 250_000], 1), [0, 0], [1, 1]))
      expect((await corner.data())[0]).toBe(1)
      corner.dispose()
    }
    // 590 MB in all
    expect(allocated() - before).toBeLessThan(310 * 2 ** 20)
  })

  it('adds long sums of small products in a fixed order', async () => {
    const [a, b] = [table(4096, 20, 1), table(4096, 30, 2)]
    const f = ([x, y]: Tensor[]) => [tf.matMul(x as Tensor2D, y as Tensor2D, true)]
    expect(noted([a, b], f).dispatches.map(({ pipeline }) => pipeline.label)).toEqual(['MatMulSmallOutputSizeProgram'])
    const [left, right] = [await a.data(), await b.data()]
    const expected = Array.from({ length: 600 }, (_, at) => {
      const [row, column] = [Math.floor(at / 30), at % 30]
      return Array.from({ length: 4096 }, (_, k) => left[20 * k + row] * right[30 * k + column]).reduce((x, y) => x + y)
    })
    const [product] = compiled('long sums', [a, b], f)
    expectClose('long sums', 'product', await product.data(), expected)
    tf.dispose([a, b, product])
  })

  it('says what failed on the device instead of computing on', async () => {
    const { device } = tf.backend() as unknown as { device: GPUDevice }
    device.createBuffer({ size: 4, usage: 0 })
    await expect(async () => {
      for (let i = 0; i < 10; i++) await tf.add(tf.ones([2000]), i).data()
    }).rejects.toThrow(/^The GPU failed: /)
  })
})
