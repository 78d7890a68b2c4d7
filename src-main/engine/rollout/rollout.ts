/** Sampling a group of outputs per prompt: batched, with a KV cache; prompts are read once per group, finished outputs leave the batch. */
import { merged } from '../model/lora.ts'
import type { Model } from '../model/model.ts'
import { type FusedWeights, fuse } from '../model/transformer.ts'
import type { Random } from '../random.ts'
import { tf } from '../tensor/tf.ts'
import { Decoder } from './decoder.ts'
import { draw, type SamplerSettings } from './sampler.ts'

export interface Output {
  promptIds: number[]
  /** End token included when the output ended by itself. */
  ids: number[]
  /** Natural log-probability of each sampled token, at the sampling temperature. */
  logProbs: number[]
  finished: boolean
}

export interface RolloutRequest {
  model: Model
  prompts: number[][]
  groupSize: number
  maxTokens: number
  eosIds: readonly number[]
  sampler: SamplerSettings
  /** The stream of one output's draws. */
  random: (prompt: number, sample: number) => Random
  /** Called between tokens with the share of the work done; awaiting it lets messages in. */
  progress?: (fraction: number) => Promise<void>
  /** Hears each output after each of its tokens. */
  sampled?: (output: Output) => void
  /** Outputs sampled at once; bounds the cache's memory. */
  maxRows?: number
}

interface Row {
  output: Output
  random: Random
}

/** Outputs sampled at once, if nothing else is asked for. */
export const MOST_ROWS = 512

/** @returns outputs by prompt, then by sample */
export async function rollout(request: RolloutRequest): Promise<Output[][]> {
  const { model, prompts, groupSize } = request
  const perBatch = Math.max(1, Math.floor((request.maxRows ?? MOST_ROWS) / groupSize))
  const { config, weights, adapters } = model
  const fused = tf.tidy(() => Object.fromEntries(fuse({ config, weights: merged(weights, adapters) })))
  const own = new Set(weights.values())
  const groups: Output[][] = []
  try {
    for (let from = 0; from < prompts.length; from += perBatch) {
      const batch = prompts.slice(from, from + perBatch)
      const share = batch.length / prompts.length
      const done = from / prompts.length
      groups.push(
        ...(await sampleBatch(request, new Map(Object.entries(fused)), batch, from, (f) =>
          request.progress?.(done + f * share),
        )),
      )
    }
  } finally {
    tf.dispose(Object.values(fused).filter((t) => !own.has(t)))
  }
  return groups
}

async function sampleBatch(
  { model: { config }, groupSize, maxTokens, eosIds, sampler, random, sampled }: RolloutRequest,
  fused: FusedWeights,
  prompts: number[][],
  firstPrompt: number,
  progress: (fraction: number) => Promise<void> | undefined,
): Promise<Output[][]> {
  const { vocabulary } = config
  const decoder = new Decoder(config, fused)
  let logits = await decoder.prefill(prompts, groupSize)
  const groups = prompts.map((promptIds) =>
    Array.from({ length: groupSize }, (): Output => ({ promptIds, ids: [], logProbs: [], finished: false })),
  )
  /** Rows of the decoder in its order; finished ones linger until a smaller batch can hold the rest. */
  let rows: Row[] = groups.flatMap((outputs, g) =>
    outputs.map((output, s) => ({ output, random: random(firstPrompt + g, s) })),
  )
  // what fills the decoder's batch up
  while (rows.length * vocabulary < logits.length)
    rows.push({ ...rows[0], output: { ...rows[0].output, finished: true } })
  for (let t = 0; ; t++) {
    let tokens = new Int32Array(rows.length)
    rows.forEach(({ output, random }, i) => {
      if (output.finished) return
      const seen = [output.promptIds, output.ids]
      const { token, logProb } = draw(logits, i * vocabulary, vocabulary, sampler, random.next(), seen)
      output.ids.push(token)
      output.logProbs.push(logProb)
      output.finished = eosIds.includes(token)
      tokens[i] = token
      sampled?.(output)
    })
    const live = rows.filter((row) => !row.output.finished).length
    if (live === 0 || t + 1 === maxTokens) break
    await progress((t + 1) / maxTokens)

    const size = batchSize(live, rows.length)
    if (size < rows.length) {
      const order = rows
        .map((_, i) => i)
        .sort((a, b) => Number(rows[a].output.finished) - Number(rows[b].output.finished) || a - b)
      const kept = order.slice(0, size)
      decoder.keep(kept)
      tokens = Int32Array.from(kept, (i) => tokens[i])
      rows = kept.map((i) => rows[i])
    }
    logits = await decoder.step(tokens)
  }
  decoder.dispose()
  return groups
}

/** A multiple of this can be spread evenly over any number of lanes. */
const BATCH_STEP = 8
/** A smaller batch must be worth the copy of the cache that it costs. */
const WORTH = 0.8

/** Rows to go on with for so many live ones of so many: the same, or a smaller batch. */
export function batchSize(live: number, rows: number): number {
  const size = Math.ceil(live / BATCH_STEP) * BATCH_STEP
  return size <= WORTH * rows ? size : rows
}
