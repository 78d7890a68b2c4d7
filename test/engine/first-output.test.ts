/** Logits of prompts are left out: what is made of the others is as it would be beside them. */
import { expect, it } from 'vitest'
import { accumulateGradient, batchOf, disposeBatch, nextTokenForward } from '../../src-main/engine/model/batch.ts'
import { disposeWeights } from '../../src-main/engine/model/model.ts'
import { type Tensor, tf } from '../../src-main/engine/tensor/tf.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { loadReferenceModel } from './support/reference.ts'

const sequences = [40, 35, 50].map((prompt, row) => ({
  promptIds: Array.from({ length: prompt }, (_, i) => (i * 7 + row) % 30),
  ids: Array.from({ length: 5 + 9 * row }, (_, i) => (i * 5 + row) % 30),
}))

onEachBackend('a batch of long prompts', () => {
  it('begins with the first output, in steps that are few', () => {
    const first = (prompts: number[]) => {
      const batch = batchOf(prompts.map((n) => ({ promptIds: new Array(n).fill(1), ids: [2] })))
      disposeBatch(batch)
      return batch.firstOutput
    }
    expect([first([1]), first([16]), first([17]), first([40, 33]), first([40, 32])]).toEqual([0, 0, 16, 32, 16])
  })

  it('has the log-probabilities, entropies and gradients that it has with all logits', async () => {
    const policy = loadReferenceModel('tiny_llama')
    const batch = batchOf(sequences)
    expect(batch.firstOutput).toBe(32)
    const whole = { ...batch, firstOutput: 0 }
    const outputs = ({ logProbs, entropies }: { logProbs: Tensor; entropies: Tensor }) =>
      tf.mul(tf.add(logProbs, entropies), batch.mask)
    tf.tidy(() => {
      const found = outputs(nextTokenForward(policy, batch, 0.9))
      const expected = outputs(nextTokenForward(policy, whole, 0.9))
      expectClose('numbers of outputs alone', 'tiny_llama', found, [...expected.dataSync()])
    })
    const gradients = async (of: typeof batch) => {
      const sums = new Map<string, Tensor>()
      await accumulateGradient('sum', policy, of, 0.9, {}, sums, (forward, { mask }) =>
        tf.sum(tf.mul(tf.add(forward.logProbs, forward.entropies), mask)),
      )
      return sums
    }
    const [found, expected] = [await gradients(batch), await gradients(whole)]
    for (const [name, t] of expected)
      expectClose('gradients of outputs alone', name, found.get(name)!, [...t.dataSync()])
    tf.dispose([...found.values(), ...expected.values()])
    disposeBatch(batch)
    disposeWeights(policy.weights)
  })
})
