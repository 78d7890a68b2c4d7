/** The whole way from token ids to the gradient of each weight, as an update goes it, against TRL. */
import { defaultSettings } from '../../contract/settings.ts'
import { grpoLoss } from '../grpo/loss.ts'
import { tokenWeights } from '../grpo/losses/table.ts'
import { type Objective, objectiveOf } from '../grpo/objective.ts'
import { lossStatistics, type Statistics, statisticNames } from '../grpo/statistics.ts'
import { accumulateGradient, batchOf, disposeBatch, nextTokenForward, overOutputs, perRow } from '../model/batch.ts'
import type { Model } from '../model/model.ts'
import { globalNorm } from '../optim/adamw.ts'
import { type Tensor, tf } from '../tensor/tf.ts'
import { Comparisons } from './comparison.ts'
import type { ModelCase } from './layout.ts'
import { metricOf } from './metrics.ts'
import { addAll, type ModelFiles, unpadded } from './model.ts'

export async function endToEnd(model: Model, { e2e: e }: ModelCase, name: string, files: ModelFiles) {
  const found = new Comparisons()
  const prompts = unpadded(e.prompt_ids, e.prompt_mask)
  const outputs = unpadded(e.completion_ids, e.completion_mask)
  const [old, ref, logps, entropies] = [e.old, e.ref, e.new_logps, e.entropy].map((x) => unpadded(x, e.completion_mask))
  const episodes = prompts.map((promptIds, i) => ({ promptIds, ids: outputs[i], index: i }))
  const objective: Objective = {
    ...objectiveOf(defaultSettings),
    lossType: e.loss_type as Objective['lossType'],
    beta: e.beta,
    epsilonLow: e.epsilon,
    epsilonHigh: e.epsilon,
    klTimesRatio: e.use_bias_correction_kl,
  }
  const batch = batchOf(episodes)
  const over = (values: number[][]) => overOutputs(episodes, batch.rows, batch.length, (s) => values[s.index])
  const weights = tokenWeights(
    objective.lossType,
    outputs.map((ids) => ids.length),
    e.completion_ids[0].length,
  )
  const inputs = {
    old: over(old),
    reference: over(ref),
    advantages: perRow(e.advantages, batch.rows),
    weights: perRow(weights, batch.rows),
  }
  const gradients = new Map<string, Tensor>()
  const [loss, ...sums] = await accumulateGradient(
    `verify ${JSON.stringify(objective)}`,
    model,
    batch,
    e.temperature,
    inputs,
    gradients,
    (forward, { mask }, given) => grpoLoss(forward, { ...given, mask }, objective),
    (forward, { mask }, given) => {
      const statistics = lossStatistics(forward, { ...given, mask }, objective)
      return statisticNames.map((statistic) => statistics[statistic])
    },
  )
  const statistics = Object.fromEntries(statisticNames.map((n, i) => [n, sums[i]])) as Statistics<number>
  const { logProbs, entropies: foundEntropies } = tf.tidy(() => ({ ...nextTokenForward(model, batch, e.temperature) }))
  for (const [kind, tensor, expected] of [
    ['log-probabilities', logProbs, logps],
    ['entropy', foundEntropies, entropies],
  ] as const) {
    const values = await tensor.data()
    const steps = batch.length - 1
    const atOutputs = episodes.flatMap((s, r) => s.ids.map((_, i) => values[r * steps + s.promptIds.length - 1 + i]))
    found.add(`GRPO end to end: ${kind}`, name, atOutputs, expected.flat())
  }
  found.add('GRPO end to end: loss', name, [loss], [e.loss])
  addAll(found, 'GRPO end to end: gradients', name, gradients, files('grpo_grads.safetensors'))
  found.add('GRPO end to end: gradient norm', name, [await globalNorm(gradients.values())], [e.grad_norm])
  for (const [metric, expected] of Object.entries(e.metrics))
    if (metric in metricOf && expected !== null)
      found.add(`GRPO end to end: ${metric}`, name, [metricOf[metric](statistics)], [expected])
  tf.dispose([...gradients.values(), ...Object.values(inputs), logProbs, foundEntropies])
  disposeBatch(batch)
  return found
}
