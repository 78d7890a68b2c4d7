/** The optimizer steps of one rollout: mini-batches, micro-batches, loss, gradient, clipping, AdamW. */
import type { Settings } from '../../contract/settings.ts'
import { trainedOf, type Weights } from '../model/model.ts'
import type { Policy } from '../model/policy.ts'
import { type AdamW, adamSettings } from '../optim/adamw.ts'
import type { Random } from '../random.ts'
import { type Tensor, tf } from '../tensor/tf.ts'
import type { Episode } from './episode.ts'
import { microStep } from './micro-step.ts'
import { miniBatches } from './mini-batches.ts'
import { passesOf } from './passes.ts'
import { sharesOf } from './shares.ts'
import { Totals } from './totals.ts'

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
  /** The same share of single outputs: the least cut low, the most cut high. */
  clipLowMin: number
  clipHighMax: number
  /** Mean weight of a counted row with VESPO; 0 with other loss types. */
  phi: number
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
 * @param learns otherwise everything is measured and nothing changed
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
  learns = true,
): Promise<UpdateResult> {
  const totals = new Totals()
  let totalLoss = 0
  let totalNorm = 0
  const updates = settings.innerEpochs * settings.miniBatches
  let n = 0
  for (const mini of miniBatches(episodes, settings, random)) {
    const gradients = new Map<string, Tensor>()
    const shares = await sharesOf(policy, mini, settings)
    let loss = 0
    let done = 0
    try {
      const passes = passesOf(mini, settings, learns)
      const total = passes.reduce((sum, { episodes }) => sum + episodes.length, 0)
      for (const { episodes: micro, backward } of passes) {
        const part = await microStep(policy, reference, micro, shares, settings, backward ? gradients : null)
        loss += part.loss
        totals.add(part, n === 0)
        done += micro.length
        await progress((n + done / total) / updates)
      }
      n++
      if (!Number.isFinite(loss)) throw new NonFiniteError('loss', loss)
      totalLoss += loss
      if (!learns) continue
      // the optimizer's moments decay at a gradient of zero too
      if (gradients.size === 0) for (const [name, t] of trainedOf(policy)) gradients.set(name, tf.zerosLike(t))
      const norm = await optimizer.update(trainedOf(policy), gradients, adamSettings(settings, learningRate))
      if (!Number.isFinite(norm)) throw new NonFiniteError('gradient norm', norm)
      totalNorm += norm
    } finally {
      tf.dispose([...gradients.values()])
    }
  }
  return { loss: totalLoss / updates, gradNorm: totalNorm / updates, ...totals.means() }
}
