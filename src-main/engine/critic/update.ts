/** The optimizer steps of a critic after one rollout: mini-batches, micro-batches, value loss, gradient, clipping, AdamW. */
import type { Settings } from '../../contract/settings.ts'
import type { Episode } from '../grpo/episode.ts'
import { miniBatches } from '../grpo/mini-batches.ts'
import { NonFiniteError } from '../grpo/update.ts'
import {
  addTo,
  type Batch,
  batchKey,
  batchOf,
  batchSizes,
  disposeBatch,
  microBatches,
  overOutputs,
  rebatched,
} from '../model/batch.ts'
import { modelKey } from '../model/model.ts'
import type { Policy } from '../model/policy.ts'
import { allParts, type ScalarModel, trainedParts, withParts } from '../model/scalar-head.ts'
import { adamSettings } from '../optim/adamw.ts'
import type { Random } from '../random.ts'
import { compiled } from '../tensor/compiled.ts'
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import { isJudged } from './assess.ts'
import { type Critic, criticModel } from './critic.ts'
import { valueLoss } from './value-loss.ts'
import { forwardValues } from './values.ts'

export interface CriticUpdate {
  /** Means over the mini-batches. */
  loss: number
  gradNorm: number
  /** Share of the tokens of all mini-batches that were cut. */
  clipped: number
}

/**
 * @param episodes with the signals of their tokens; masked ones and those without a verdict teach nothing
 * @param learningRate in force, warm-up included
 * @param progress called between micro-batches with the share done
 * @throws NonFiniteError before a non-finite gradient would reach the weights
 */
export async function updateCritic(
  critic: Critic,
  policy: Policy,
  episodes: readonly Episode[],
  settings: Settings,
  learningRate: number,
  random: Random,
  progress: (fraction: number) => Promise<void>,
): Promise<CriticUpdate> {
  const updates = settings.innerEpochs * settings.miniBatches
  const total = { loss: 0, norm: 0, cut: 0, tokens: 0 }
  let n = 0
  for (const mini of miniBatches([...episodes], settings, random)) {
    const judged = mini.filter(isJudged(settings))
    const tokens = judged.reduce((sum, e) => sum + e.ids.length, 0)
    const share = settings.valueCoefficient / Math.max(1, tokens)
    const gradients = new Map<string, Tensor>()
    let loss = 0
    try {
      const model = criticModel(critic, policy)
      const micros = microBatches(judged, settings.microBatchTokens)
      for (const [i, micro] of micros.entries()) {
        const part = await criticMicroStep(model, micro, share, settings.valueClip, gradients)
        loss += part.loss
        total.cut += part.cut
        await progress((n + (i + 1) / micros.length) / updates)
      }
      if (!Number.isFinite(loss)) throw new NonFiniteError('value loss', loss)
      // the optimizer's moments decay at a gradient of zero too
      if (gradients.size === 0) for (const [name, t] of critic.parts) gradients.set(name, tf.zerosLike(t))
      const norm = await critic.optimizer.update(critic.parts, gradients, adamSettings(settings, learningRate))
      if (!Number.isFinite(norm)) throw new NonFiniteError('critic’s gradient norm', norm)
      total.loss += loss
      total.norm += norm
      total.tokens += tokens
      n++
    } finally {
      tf.dispose([...gradients.values()])
    }
  }
  return { loss: total.loss / updates, gradNorm: total.norm / updates, clipped: total.cut / Math.max(1, total.tokens) }
}

/**
 * Adds the gradients of one micro-batch to the sum.
 * @param share of each of its tokens in the loss @returns its loss, and how many of its tokens were cut
 */
export async function criticMicroStep(
  model: ScalarModel,
  episodes: readonly Episode[],
  share: number,
  epsilon: number,
  gradients: Map<string, Tensor>,
): Promise<{ loss: number; cut: number }> {
  const batch = batchOf(episodes)
  const over = (value: (e: Episode) => number | ArrayLike<number>) =>
    overOutputs(episodes, batch.rows, batch.length, value)
  const given = [over((e) => e.tokens!.values), over((e) => e.tokens!.returns), over(() => share)]
  const trained = [...trainedParts(model).keys()]
  const [numbers, ...grads] = gradientsOf(model, trained, batch, given, epsilon)
  addTo(gradients, trained, grads)
  const [loss, cut] = await numbers.data()
  tf.dispose([numbers, ...given])
  disposeBatch(batch)
  return { loss, cut }
}

/** @param given values before, returns, weights @returns loss and tokens cut, then a gradient for each name */
function gradientsOf(
  model: ScalarModel,
  trained: string[],
  batch: Batch,
  given: Tensor2D[],
  epsilon: number,
): Tensor[] {
  const all = allParts(model)
  const names = [...all.keys()]
  const held = [...all.values()]
  const step = (tensors: Tensor[], sizes: readonly number[]) => {
    const parts = new Map(names.map((name, i) => [name, tensors[i]]))
    const [ids, targets, mask, old, returns, weights] = tensors.slice(names.length) as Tensor2D[]
    const own = rebatched(batch, [ids, targets, mask], sizes)
    let cut: Tensor | null = null
    const lossOf = (...moving: Tensor[]) => {
      const with_ = new Map([...parts, ...trained.map((name, i): [string, Tensor] => [name, moving[i]])])
      const found = valueLoss(forwardValues(withParts(model, with_), own), { old, returns, weights }, epsilon)
      cut = tf.keep(tf.sum(tf.mul(found.cut, mask)))
      return found.loss as never
    }
    const { value, grads } = tf.valueAndGrads(lossOf)(trained.map((name) => parts.get(name)!))
    const numbers = tf.stack([value as Tensor, cut!])
    cut!.dispose()
    return [numbers, ...grads]
  }
  return compiled(
    `values' gradient ${epsilon} ${batchKey(batch)} ${modelKey(model)}`,
    [...held, batch.ids, batch.targets, batch.mask, ...given],
    step,
    batchSizes(batch, held, [batch.mask, ...given]),
  )
}
