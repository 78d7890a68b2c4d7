/** What is shown of a sample's tokens: against log-probabilities computed another way, and against one another. */
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { logprobsOf } from '../../src-main/engine/inference.ts'
import { loadPolicy } from '../../src-main/engine/model/policy.ts'
import { tf } from '../../src-main/engine/tensor/tf.ts'
import { tokenViews } from '../../src-main/engine/token-views.ts'
import { onEachBackend } from './support/backends.ts'
import { expectClose } from './support/compare.ts'
import { run, smallRecipe, temporaryFolder } from './support/run.ts'

onEachBackend('token views', (backend) => {
  it('say how likely each token was, before training too, and what else was likely', async () => {
    const recipe = smallRecipe()
    const folder = temporaryFolder()
    await run(recipe, { folder, backend })
    const checkpoint = join(folder, 'checkpoints', 'step-000006')
    const problem = { prompt: '12-7=', answer: '5', kind: 'difference', domain: 'math' as const }
    const samples = [
      { text: '<think>12-7=5</think>', ended: true },
      { text: '5', ended: false },
      { text: '', ended: false },
    ]
    const ask = { folder: checkpoint, recipe, problem, samples, backend }
    const [first, second, third] = await tokenViews(ask)
    expect(first.map(({ text }) => text).join('')).toBe(samples[0].text)
    expect(first.at(-1)).toMatchObject({ text: '', end: true })
    expect(second).toHaveLength(1)
    expect(third).toEqual([])

    const { tokenizer } = loadPolicy(checkpoint)
    const ids = [...tokenizer.encode(problem.prompt), ...tokenizer.encode(samples[0].text), tokenizer.eosId]
    async function* given() {
      yield ids
    }
    const before = tokenizer.encode(problem.prompt).length - 1
    for await (const expected of logprobsOf({ modelDir: checkpoint, sequences: given(), backend }))
      expectClose(
        'tokens',
        'log-probabilities',
        first.map((t) => t.logProb),
        expected.slice(before),
      )

    for (const { likely, logProb, entropy, referenceLogProb } of first) {
      expect(likely).toHaveLength(5)
      const shares = likely.map(({ probability }) => probability)
      expect(shares).toEqual(shares.toSorted((a, b) => b - a))
      expect(shares[0]).toBeGreaterThanOrEqual(Math.exp(logProb) - 1e-6)
      expect(entropy).toBeGreaterThan(0)
      expect(Number.isFinite(referenceLogProb)).toBe(true)
    }
    expect(first.some((t) => Math.abs(t.logProb - t.referenceLogProb) > 1e-4)).toBe(true)

    const held = tf.memory().numTensors
    await tokenViews(ask)
    expect(tf.memory().numTensors).toBe(held)
  })

  it('refuse texts that the model cannot hold or has no token for', async () => {
    const recipe = smallRecipe()
    const folder = temporaryFolder()
    await run(recipe, { folder, backend })
    const problem = { prompt: '1+1=', answer: '2', kind: 'sum', domain: 'math' as const }
    const ask = { folder: join(folder, 'checkpoints', 'step-000006'), recipe, problem, backend }
    await expect(tokenViews({ ...ask, samples: [{ text: '1'.repeat(5000), ended: true }] })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(/^The prompt and its longest sample are \d+ tokens, and the model holds \d+\.$/),
    })
    await expect(tokenViews({ ...ask, samples: [{ text: '☃', ended: true }] })).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('has no token for'),
    })
  })
})
