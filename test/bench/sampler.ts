/** Draws a second from vocabularies of real models, with and without restrictions; nothing but the sampler. */
import { randomAt } from '../../src-main/engine/random.ts'
import { draw, type SamplerSettings, unrestricted } from '../../src-main/engine/rollout/sampler.ts'

/** SmolLM2's and Qwen2.5's. */
const VOCABULARIES = [49_152, 151_936]
const ROWS = 8
const ROUNDS = 5
const DRAWS = 100

const kinds: Record<string, SamplerSettings> = {
  plain: unrestricted(1),
  'top-p 0.95': { ...unrestricted(1), topP: 0.95 },
  'top-k 50': { ...unrestricted(1), topK: 50 },
  'min-p 0.05': { ...unrestricted(1), minP: 0.05 },
  'repetition penalty 1.1': { ...unrestricted(1), repetitionPenalty: 1.1 },
  'all of them': { temperature: 1, topP: 0.95, topK: 50, minP: 0.05, repetitionPenalty: 1.1 },
}

export async function sampler(): Promise<unknown> {
  return VOCABULARIES.map((vocabulary) => {
    const random = randomAt(0, 'bench', vocabulary)
    // normal logits (Box and Muller) with a spread of 3: about as peaked as a small language model's
    const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
    const logits = Float32Array.from({ length: ROWS * vocabulary }, () => 3 * normal())
    const seen = [Array.from({ length: 256 }, () => random.integer(vocabulary))]
    const best = new Map<string, number>()
    // the kinds take turns, so that what else the machine does falls on all of them; the first round warms up
    for (let round = 0; round <= ROUNDS; round++) {
      for (const [kind, settings] of Object.entries(kinds)) {
        const started = performance.now()
        for (let i = 0; i < DRAWS; i++) draw(logits, (i % ROWS) * vocabulary, vocabulary, settings, random.next(), seen)
        const perSecond = (1000 * DRAWS) / (performance.now() - started)
        if (round > 0) best.set(kind, Math.max(best.get(kind) ?? 0, perSecond))
      }
    }
    return { vocabulary, rowsPerSecond: Object.fromEntries([...best].map(([kind, n]) => [kind, Math.round(n)])) }
  })
}
