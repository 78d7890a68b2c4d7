/** LoRA: what is added, what is trained, and what stays as it is. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { loraSchema } from '../../src-main/contract/lora.ts'
import { accumulateGradient, batchOf, nextTokenLogits } from '../../src-main/engine/model/batch.ts'
import { type Adapters, adapterName, freshAdapters, merged } from '../../src-main/engine/model/lora.ts'
import { disposeWeights, type Model, withTrained } from '../../src-main/engine/model/model.ts'
import { readAdapterConfig, readAdapters } from '../../src-main/engine/model/peft.ts'
import { readSafetensors } from '../../src-main/engine/model/safetensors.ts'
import { tensorsOf } from '../../src-main/engine/model/tensor-files.ts'
import { type Tensor, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { loadReferenceModel } from './support/reference.ts'

const sequences = [
  { promptIds: [3, 5], ids: [7, 9, 4, 11] },
  { promptIds: [8], ids: [2, 6] },
]

/** Adapters that do something: B is not zero. */
function adapted(policy: Model, targets?: string[]): Adapters {
  const adapters = freshAdapters(policy.config, policy.weights, loraSchema.parse({ rank: 3, alpha: 6, targets }), 1)
  let seed = 0
  for (const [name, t] of adapters.tensors) {
    if (!name.includes('lora_B')) continue
    adapters.tensors.set(name, tf.randomNormal(t.shape, 0, 0.05, 'float32', ++seed))
    t.dispose()
  }
  return adapters
}

const fixtures = join(import.meta.dirname, '../fixtures/lora')

/** Adapters that peft saved, and the loss of the fixture: a weighted sum of log-probabilities. */
function peftCase(name: string, { rows, weights }: { rows: number[][]; weights: number[][] }) {
  const base = loadReferenceModel(name)
  const folder = join(fixtures, name)
  const adapters = readAdapters(folder, base, readAdapterConfig(folder).lora)
  const batch = batchOf(rows.map((ids) => ({ promptIds: ids.slice(0, 1), ids: ids.slice(1) })))
  const loss = ({ logProbs }: { logProbs: Tensor }, _: unknown, inputs: { weights: Tensor }) =>
    tf.sum(tf.mul(logProbs, inputs.weights))
  // the batch may be longer than its rows
  const padded = weights.map((row) => [...row, ...Array<number>(batch.length - 1 - row.length).fill(0)])
  return { policy: { ...base, adapters }, batch, weights: tf.tensor2d(padded) as Tensor, loss }
}

onEachBackend('LoRA', () => {
  it('adds nothing at first', () => {
    const policy = loadReferenceModel('tiny_qwen2')
    const adapters = freshAdapters(policy.config, policy.weights, loraSchema.parse({}), 0)
    const batch = batchOf(sequences)
    const [plain, with0] = tf.tidy(() => [
      nextTokenLogits(policy, batch),
      nextTokenLogits({ ...policy, adapters }, batch),
    ])
    expectClose('logits beside adapters of zero', 'tiny_qwen2', with0, [...plain.dataSync()])
    disposeWeights(adapters.tensors)
    disposeWeights(policy.weights)
  })

  it.each(['tiny_llama', 'tiny_qwen2', 'tiny_qwen3'])('computes what the merged weights compute: %s', (name) => {
    const policy = loadReferenceModel(name)
    const batch = batchOf(sequences)
    for (const targets of [undefined, ['q_proj', 'v_proj'], ['down_proj']]) {
      const adapters = adapted(policy, targets)
      tf.tidy(() => {
        const apart = nextTokenLogits({ ...policy, adapters }, batch)
        const together = nextTokenLogits({ ...policy, weights: merged(policy.weights, adapters) }, batch)
        const before = nextTokenLogits(policy, batch)
        expectClose('logits beside adapters', name, apart, [...together.dataSync()])
        expect(tf.max(tf.abs(tf.sub(apart, before))).dataSync()[0]).toBeGreaterThan(1e-3)
      })
      disposeWeights(adapters.tensors)
    }
    disposeWeights(policy.weights)
  })

  it('has the gradients that the merged weights pass on to the adapters', async () => {
    const policy = loadReferenceModel('tiny_llama')
    const adapters = adapted(policy)
    const batch = batchOf(sequences)
    const loss = ({ logProbs }: { logProbs: Tensor }, { mask }: { mask: Tensor }) =>
      tf.neg(tf.sum(tf.mul(logProbs, mask)))
    const whole = new Map<string, Tensor>()
    const sums = tf.tidy(() =>
      Object.fromEntries([...merged(policy.weights, adapters)].map(([n, t]) => [n, tf.clone(t)])),
    )
    const mergedPolicy = { ...policy, weights: new Map(Object.entries(sums)) }
    await accumulateGradient('merged', mergedPolicy, batch, 1, {}, whole, loss)
    const found = new Map<string, Tensor>()
    await accumulateGradient('apart', { ...policy, adapters }, batch, 1, {}, found, loss)
    expect([...found.keys()].sort()).toEqual([...adapters.tensors.keys()].sort())
    const scale = adapters.lora.alpha / adapters.lora.rank
    for (const weight of policy.weights.keys()) {
      const [a, b] = (['A', 'B'] as const).map((side) => adapters.tensors.get(adapterName(weight, side)))
      if (!a || !b) continue
      // d/dA of f(W + s·B·A) is s·Bᵀ·G, d/dB is s·G·Aᵀ, where G is the gradient of the merged weight
      const g = whole.get(weight)!
      const [da, db] = tf.tidy(() => [
        tf.mul(tf.matMul(b as never, g as never, true, false), scale),
        tf.mul(tf.matMul(g as never, a as never, false, true), scale),
      ])
      expectClose('gradient of LoRA’s A', weight, found.get(adapterName(weight, 'A'))!, [...da.dataSync()])
      expectClose('gradient of LoRA’s B', weight, found.get(adapterName(weight, 'B'))!, [...db.dataSync()])
    }
  })

  it('is the same for the same seed, within Kaiming’s bound, and another for another', async () => {
    const policy = loadReferenceModel('tiny_llama')
    const make = (seed: number) =>
      freshAdapters(policy.config, policy.weights, loraSchema.parse({ rank: 4 }), seed).tensors
    const [one, same, other] = await Promise.all([make(1), make(1), make(2)].map(tensorsOf))
    expect(same).toEqual(one)
    const name = adapterName('model.layers.0.self_attn.q_proj.weight', 'A')
    expect(other.get(name)).not.toEqual(one.get(name))
    const bound = 1 / Math.sqrt(policy.config.hidden)
    expect(Math.max(...one.get(name)!.data)).toBeLessThanOrEqual(bound)
    expect(Math.max(...one.get(name)!.data)).toBeGreaterThan(bound / 2)
    const reference = withTrained({ ...policy, adapters: { lora: loraSchema.parse({}), tensors: make(1) } }, make(2))
    expect(reference.weights).toBe(policy.weights)
  })

  it.each(['tiny_llama', 'tiny_qwen2'])(
    'computes peft’s logits and torch’s gradients, from files that peft wrote: %s',
    async (name) => {
      const folder = join(fixtures, name)
      const expected: { rows: number[][]; weights: number[][]; logits: number[][][] } = JSON.parse(
        readFileSync(join(folder, 'expected.json'), 'utf8'),
      )
      const { policy, batch, weights, loss } = peftCase(name, expected)
      const length = expected.rows[0].length - 1
      const logits = tf.tidy(() =>
        tf.slice(nextTokenLogits(policy, batch).reshape([2, batch.length - 1, -1]), [0, 0, 0], [-1, length, -1]),
      )
      const wanted = expected.logits.flatMap((row) => row.slice(0, -1).flat())
      expectClose('logits beside peft', name, logits, wanted)
      const found = new Map<string, Tensor>()
      await accumulateGradient(`peft ${name}`, policy, batch, 1, { weights }, found, loss)
      const grads = readSafetensors(join(folder, 'grads.safetensors'))
      expect([...found.keys()].sort()).toEqual([...grads.keys()].sort())
      for (const [key, { data }] of grads)
        expectClose('gradient of adapters beside torch', key, found.get(key)!, [...data])
    },
  )

  it('has the gradients that finite differences show', async () => {
    const name = 'tiny_qwen2'
    const expected = JSON.parse(readFileSync(join(fixtures, name, 'expected.json'), 'utf8'))
    const { policy, batch, weights, loss } = peftCase(name, expected)
    const found = new Map<string, Tensor>()
    await accumulateGradient('differences', policy, batch, 1, { weights }, found, loss)
    const lossAt = async (tensors: Map<string, Tensor>) => {
      const [value] = await accumulateGradient(
        'differences',
        withTrained(policy, tensors),
        batch,
        1,
        { weights },
        new Map(),
        loss,
      )
      return value
    }
    for (const [key, t] of policy.adapters.tensors) {
      // along the gradient the loss changes fastest: a step that 32 bits can see
      const gradient = found.get(key)!
      const norm = Math.sqrt((await tf.sum(tf.square(gradient)).data())[0])
      const step = 2e-3
      const moved = (sign: number) =>
        new Map(policy.adapters.tensors).set(key, tf.add(t, tf.mul(gradient, (sign * step) / norm)))
      const slope = ((await lossAt(moved(1))) - (await lossAt(moved(-1)))) / (2 * step)
      expect(Math.abs(slope / norm - 1)).toBeLessThan(2e-2)
    }
  })
})
