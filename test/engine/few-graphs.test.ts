/** However long answers are and however they end, the same few graphs compute them. TensorFlow alone has graphs. */
import { expect, it } from 'vitest'
import { update } from '../../src-main/engine/grpo/update.ts'
import { disposeWeights } from '../../src-main/engine/model/model.ts'
import { AdamW } from '../../src-main/engine/optim/adamw.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { graphCount } from '../../src-main/engine/tensor/compiled.ts'
import { onEachBackend } from './support/backends.ts'
import { sampleEpisodes, testSettings, tinyPolicyHere } from './support/episodes.ts'

const LIMIT = 2048

onEachBackend('few graphs', (backend) => {
  it.skipIf(backend === 'wasm')(
    'for answers of up to 2,048 tokens, and for their update',
    async () => {
      const policy = tinyPolicyHere()
      const settings = { ...testSettings, maxCompletionTokens: LIMIT, groupSize: 10, temperature: 0.8 }
      const before = graphCount()
      const episodes = await sampleEpisodes(policy, 3, settings)
      const lengths = episodes.map((e) => e.ids.length)
      // one that reads prompts, and one of a token
      expect(graphCount() - before).toBeLessThanOrEqual(2)

      // the longest goes on to the limit, whatever this model says
      const longest = episodes[lengths.indexOf(Math.max(...lengths))]
      const more = LIMIT - longest.ids.length
      longest.ids.push(...new Array<number>(more).fill(longest.ids[0]))
      longest.logProbs.push(...new Array<number>(more).fill(-1))
      const random = randomAt(0)
      const optimizer = new AdamW()
      for (const promptTokens of [0, 20, 70, 300]) {
        const filler = new Array<number>(promptTokens).fill(longest.ids[0])
        const prompted = episodes.map((e) => ({ ...e, promptIds: [...filler, ...e.promptIds] }))
        await update(policy, policy.weights, prompted, settings, 1e-5, optimizer, random, async () => {})
      }
      // reference, gradient, and forward alone, each for one row or lanes of them, and for rotary tables of 256, 512, … 4,096; and AdamW
      expect(graphCount() - before).toBeLessThanOrEqual(2 + 3 * 2 * 5 + 1)
      optimizer.dispose()
      disposeWeights(policy.weights)
    },
    120_000,
  )

  it.skipIf(backend === 'wasm')(
    'for decoding to the limit',
    async () => {
      const policy = tinyPolicyHere()
      policy.config = { ...policy.config, eosIds: [] }
      const before = graphCount()
      const episodes = await sampleEpisodes(policy, 1, { ...testSettings, maxCompletionTokens: LIMIT, groupSize: 2 })
      expect(episodes.map((e) => e.ids.length)).toEqual([LIMIT, LIMIT])
      expect(graphCount() - before).toBeLessThanOrEqual(2)
      disposeWeights(policy.weights)
    },
    120_000,
  )
})
