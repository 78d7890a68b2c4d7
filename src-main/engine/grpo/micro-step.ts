/** Loss and gradient of one micro-batch. */
import type { Settings } from '../../contract/settings.ts'
import {
  accumulateGradient,
  type Batch,
  batchKey,
  batchOf,
  batchSizes,
  disposeBatch,
  nextTokenLogProbs,
  overOutputs,
  perRow,
  rebatched,
} from '../model/batch.ts'
import { frozenOf, modelKey, rebuilt, type Weights, withTrained } from '../model/model.ts'
import type { Policy } from '../model/policy.ts'
import { compiled } from '../tensor/compiled.ts'
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import type { Episode } from './episode.ts'
import { grpoLoss } from './loss.ts'
import { objectiveOf } from './objective.ts'
import { counts, type Shares } from './shares.ts'
import { lossStatistics, type Statistics, statisticNames } from './statistics.ts'

export interface MicroStep extends Statistics<number> {
  loss: number
  /** Sum over the tokens that count of |sampler − trainer| log-prob, and the largest of them. */
  gap: number
  gapMax: number
}

/** Adds the micro-batch's gradients to the sum, if there is one: see `accumulateGradient`. @returns its loss and the sums over its tokens */
export async function microStep(
  policy: Policy,
  reference: Weights,
  episodes: Episode[],
  shares: Shares,
  settings: Settings,
  gradients: Map<string, Tensor> | null,
): Promise<MicroStep> {
  const { temperature } = settings
  const objective = objectiveOf(settings)
  const batch = batchOf(episodes, counts(settings))
  // with a critic what the reference says was asked for before
  const ofTokens = episodes[0].tokens !== undefined
  const over = (value: (e: Episode) => number | ArrayLike<number>) =>
    overOutputs(episodes, batch.rows, batch.length, value)
  const inputs = {
    old: over((e) => e.logProbs),
    advantages: ofTokens
      ? over((e) => e.tokens!.advantages)
      : perRow(
          episodes.map((e) => e.advantage),
          batch.rows,
        ),
    weights: perRow(
      episodes.map((e) => shares.weight.get(e)!),
      batch.rows,
    ),
    reference: ofTokens ? over((e) => e.tokens!.reference) : referenceLogProbs(policy, reference, batch, temperature),
    ...(shares.kept && { kept: over((e) => shares.kept!.get(e)!) }),
    ...(shares.entropy && { entropyShares: over((e) => shares.entropy!.get(e)!) }),
  }
  const [loss, gap, gapMax, ...sums] = await accumulateGradient(
    `grpo ${JSON.stringify(objective)} ${Object.keys(inputs)}`,
    policy,
    batch,
    temperature,
    inputs,
    gradients,
    (forward, { mask }, given) => grpoLoss(forward, { ...given, mask }, objective),
    (forward, { mask }, given) => {
      const statistics = lossStatistics(forward, { ...given, mask }, objective)
      const gap = tf.mul(tf.abs(tf.sub(forward.logProbs, given.old)), mask)
      return [tf.sum(gap), tf.max(gap), ...statisticNames.map((name) => statistics[name])]
    },
  )
  tf.dispose(Object.values(inputs))
  disposeBatch(batch)
  const statistics = Object.fromEntries(statisticNames.map((name, i) => [name, sums[i]])) as Statistics<number>
  return { loss, gap, gapMax, ...statistics }
}

/** The reference's log-probability of each next token, [rows, length − 1]. */
export function referenceLogProbs(policy: Policy, reference: Weights, batch: Batch, temperature: number): Tensor2D {
  const model = withTrained(policy, reference)
  const held = [...frozenOf(model), ...reference.values()]
  const [logProbs] = compiled(
    `reference ${temperature} ${batchKey(batch)} ${modelKey(model)}`,
    [...held, batch.ids, batch.targets],
    (tensors, sizes) => {
      const own = rebatched(batch, tensors.slice(-2), sizes)
      return [nextTokenLogProbs(rebuilt(model, tensors), own, temperature)]
    },
    batchSizes(batch, held),
  )
  return logProbs as Tensor2D
}
