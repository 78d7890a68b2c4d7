/** The optimizer steps of one rollout: mini-batches, micro-batches, loss, gradient, clipping, AdamW. */
import type { Settings } from '../../contract/settings.ts'
import {
  accumulateGradient,
  type Batch,
  batchOf,
  disposeBatch,
  microBatches,
  nextTokenLogProbs,
  overOutputs,
  perRow,
} from '../model/batch.ts'
import { frozenOf, modelKey, rebuilt, trainedOf, type Weights, withTrained } from '../model/model.ts'
import type { Policy } from '../model/policy.ts'
import { type AdamW, clipFactor, globalNorm } from '../optim/adamw.ts'
import type { Random } from '../random.ts'
import { compiled } from '../tensor/compiled.ts'
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import type { Episode } from './episode.ts'
import { grpoLoss, lossStatistics, tokenWeights } from './loss.ts'

export interface UpdateResult {
  /** Means over the mini-batches. */
  loss: number
  gradNorm: number
  /** Means over counted tokens of all mini-batches. */
  kl: number
  entropy: number
  /** Shares of the probability ratios: one a counted token, or one a counted row at sequence level. */
  clipLow: number
  clipHigh: number
  /** |sampler − trainer| log-prob on the first mini-batch, before any update. */
  gapMean: number
  gapMax: number
}

/** A loss or gradient that is not a number: the update was not applied, the weights are as before. */
export class NonFiniteError extends Error {
  readonly what: string
  constructor(what: string, value: number) {
    super(`The ${what} became ${value}.`)
    this.name = 'NonFiniteError'
    this.what = what
  }
}

/**
 * @param learningRate in force, warm-up included
 * @param progress called between micro-batches with the share done
 * @throws NonFiniteError before a non-finite gradient would reach the weights
 */
export async function update(
  policy: Policy,
  reference: Weights,
  episodes: Episode[],
  settings: Settings,
  learningRate: number,
  optimizer: AdamW,
  random: Random,
  progress: (fraction: number) => Promise<void>,
): Promise<UpdateResult> {
  const totals = {
    loss: 0,
    gradNorm: 0,
    kl: 0,
    entropy: 0,
    low: 0,
    high: 0,
    ratios: 0,
    tokens: 0,
    gap: 0,
    gapTokens: 0,
    gapMax: 0,
  }
  const updates = settings.innerEpochs * settings.miniBatches
  for (let n = 0; n < updates; n++) {
    if (n % settings.miniBatches === 0) random.shuffle(episodes)
    const mini = slice(episodes, n % settings.miniBatches, settings.miniBatches)
    const gradients = new Map<string, Tensor>()
    const lengths = mini.map((e) => (counts(settings)(e) ? e.ids.length : 0))
    const weights = tokenWeights(settings.lossType, lengths, settings.maxCompletionTokens)
    const weightOf = new Map(mini.map((e, i) => [e, weights[i]]))
    let loss = 0
    let done = 0
    try {
      for (const micro of microBatches(mini, settings.microBatchTokens)) {
        const part = await microStep(
          policy,
          reference,
          micro,
          micro.map((e) => weightOf.get(e)!),
          settings,
          gradients,
        )
        loss += part.loss
        totals.kl += part.kl
        totals.entropy += part.entropy
        totals.low += part.low
        totals.high += part.high
        totals.ratios += part.ratios
        totals.tokens += part.tokens
        if (n === 0) {
          totals.gap += part.gap
          totals.gapTokens += part.tokens
          totals.gapMax = Math.max(totals.gapMax, part.gapMax)
        }
        done += micro.length
        await progress((n + done / mini.length) / updates)
      }
      if (!Number.isFinite(loss)) throw new NonFiniteError('loss', loss)
      const norm = await globalNorm(gradients.values())
      if (!Number.isFinite(norm)) throw new NonFiniteError('gradient norm', norm)
      optimizer.update(trainedOf(policy), gradients, clipFactor(norm, settings.maxGradNorm), {
        learningRate,
        beta1: settings.adamBeta1,
        beta2: settings.adamBeta2,
        weightDecay: settings.weightDecay,
      })
      totals.loss += loss
      totals.gradNorm += norm
    } finally {
      tf.dispose([...gradients.values()])
    }
  }
  const perToken = (sum: number) => sum / Math.max(1, totals.tokens)
  return {
    loss: totals.loss / updates,
    gradNorm: totals.gradNorm / updates,
    kl: perToken(totals.kl),
    entropy: perToken(totals.entropy),
    clipLow: totals.low / Math.max(1, totals.ratios),
    clipHigh: totals.high / Math.max(1, totals.ratios),
    gapMean: totals.gap / Math.max(1, totals.gapTokens),
    gapMax: totals.gapMax,
  }
}

const counts = (settings: Settings) => (e: Episode) => e.finished || !settings.maskTruncated

function slice<T>(items: T[], index: number, parts: number): T[] {
  return items.slice(Math.floor((index * items.length) / parts), Math.floor(((index + 1) * items.length) / parts))
}

/** Adds one micro-batch's gradients to the sum; returns its loss and the sums over its tokens. */
async function microStep(
  policy: Policy,
  reference: Weights,
  episodes: Episode[],
  weights: number[],
  settings: Settings,
  gradients: Map<string, Tensor>,
) {
  const { temperature, beta, epsilonLow, epsilonHigh, importanceSampling } = settings
  const objective = { beta, epsilonLow, epsilonHigh, importanceSampling }
  const batch = batchOf(episodes, counts(settings))
  const inputs = {
    old: overOutputs(episodes, batch.rows, batch.length, (e) => e.logProbs),
    advantages: perRow(
      episodes.map((e) => e.advantage),
      batch.rows,
    ),
    weights: perRow(weights, batch.rows),
    reference: referenceLogProbs(policy, reference, batch, temperature),
  }
  const [loss, kl, entropy, low, high, ratios, tokens, gap, gapMax] = await accumulateGradient(
    `grpo ${JSON.stringify(objective)}`,
    policy,
    batch,
    temperature,
    inputs,
    gradients,
    ({ logProbs }, { mask }, given) => grpoLoss(logProbs, { ...given, mask }, objective),
    ({ logProbs, entropies }, { mask }, given) => {
      const { low, high, ratios, kl } = lossStatistics(logProbs, { ...given, mask }, objective)
      const gap = tf.mul(tf.abs(tf.sub(logProbs, given.old)), mask)
      return [kl, tf.sum(tf.mul(entropies, mask)), low, high, ratios, tf.sum(mask), tf.sum(gap), tf.max(gap)]
    },
  )
  tf.dispose(Object.values(inputs))
  disposeBatch(batch)
  return { loss, kl, entropy, low, high, ratios, tokens, gap, gapMax }
}

/** The reference's log-probability of each next token, [rows, length − 1]. */
function referenceLogProbs(policy: Policy, reference: Weights, batch: Batch, temperature: number): Tensor2D {
  const model = withTrained(policy, reference)
  const given = [...frozenOf(model), ...reference.values(), batch.ids, batch.targets]
  const [logProbs] = compiled(`reference ${temperature} ${modelKey(model)}`, given, (tensors) => {
    const [ids, targets] = tensors.slice(-2)
    return [nextTokenLogProbs(rebuilt(model, tensors), { ...batch, ids: ids as Tensor2D, targets }, temperature)]
  })
  return logProbs as Tensor2D
}
