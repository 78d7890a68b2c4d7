/** Every case of the reference numbers of TRL, torch and transformers, on each backend: see test/fixtures/README.md. */
import { afterAll, describe, expect, it } from 'vitest'
import { casesOf } from '../../src-main/engine/verify/index.ts'
import { onEachBackend } from './support/backends.ts'
import { expectSmall, showWorst } from './support/compare.ts'
import { modelNames, reference } from './support/reference.ts'

afterAll(showWorst)

const { cases, unknown } = casesOf(reference)

describe('the reference numbers', () => {
  it('are all there, and none of them is unknown', () => {
    expect(reference.advantages).toHaveLength(22)
    expect(reference.loss).toHaveLength(67)
    expect(reference.logprob_entropy.map((c) => c.temperature)).toEqual([1, 0.7, 1.3])
    expect(modelNames).toEqual(['tiny_llama', 'tiny_qwen2', 'tiny_qwen3', 'tiny_llama_rope3'])
    expect(unknown).toEqual([])
    expect(cases).toHaveLength(22 + 67 + 3 + 4 * 5)
  })
})

for (const section of ['advantages', 'loss', 'logprob_entropy', 'models'] as const) {
  onEachBackend(section, () => {
    const own = cases.filter((c) => c.section === section)
    it.each(own.map((c) => [c.name, c] as const))('%s', async (_, { compare }) => {
      const comparisons = await compare()
      expect(comparisons.length).toBeGreaterThan(0)
      for (const comparison of comparisons) expectSmall(comparison)
    })
  })
}
