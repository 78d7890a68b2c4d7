/** The loss, its gradients, metrics and what it goes through, against TRL. */
import { entropyShares, topEntropy } from '../grpo/entropy.ts'
import { grpoLoss, type LossInputs } from '../grpo/loss.ts'
import { losses, tokenWeights } from '../grpo/losses/table.ts'
import type { Objective } from '../grpo/objective.ts'
import { lossStatistics, type Statistics, statisticNames } from '../grpo/statistics.ts'
import { type Tensor, type Tensor2D, tf } from '../tensor/tf.ts'
import { Comparisons } from './comparison.ts'
import type { LossCase, LossTensors } from './layout.ts'
import { stepOf } from './loss-steps.ts'
import { metricOf } from './metrics.ts'
import { objectiveOfCase } from './trl-config.ts'

/** Names of metrics and intermediate values that a case has and that are not computed here. */
export function strangePartsOfLoss(c: LossCase): string[] {
  const metrics = Object.keys(c.metrics).filter((name) => !(name in metricOf) && !given.includes(name))
  const steps = Object.keys(c.intermediate ?? {}).filter((name) => !(name in stepOf))
  return [...metrics.map((name) => `metric ${name}`), ...steps.map((name) => `intermediate ${name}`)]
}

export async function compareLoss(c: LossCase, tensors: LossTensors) {
  const found = new Comparisons()
  const objective = objectiveOfCase(c)
  const statistics = tf.tidy(() => {
    const inputs = lossInputsOf(c, tensors, objective)
    const forward = [tf.tensor2d(tensors.new), tf.tensor2d(tensors.entropy)]
    const [logProbs, entropies] = forward
    const withBonus = inputs.entropyShares !== undefined
    const { value, grads } = tf.valueAndGrads((logp: Tensor, h?: Tensor) =>
      grpoLoss({ logProbs: logp as Tensor2D, entropies: (h ?? entropies) as Tensor2D }, inputs, objective),
    )(withBonus ? forward : [logProbs])
    found.add('loss', c.name, value, [c.loss])
    found.add('gradient by log-probabilities', c.name, grads[0], c.grad.flat())
    if (c.grad_entropy && withBonus) found.add('gradient by entropies', c.name, grads[1], c.grad_entropy.flat())
    if (c.metrics.policy_loss !== undefined) {
      const policyLoss = grpoLoss({ logProbs, entropies }, { ...inputs, entropyShares: undefined }, objective)
      found.add('metric policy_loss', c.name, policyLoss, [c.metrics.policy_loss ?? Number.NaN])
    }
    for (const [name, expected] of Object.entries(c.intermediate ?? {})) {
      const step = stepOf[name]?.(logProbs, inputs, objective)
      if (step) addCounted(found, `intermediate ${name}`, c.name, step, expected, maskOf(c, tensors))
    }
    const sums = lossStatistics({ logProbs, entropies }, inputs, objective)
    return tf.stack(statisticNames.map((name) => sums[name]))
  })
  const values = await statistics.data()
  statistics.dispose()
  const sums = Object.fromEntries(statisticNames.map((name, i) => [name, values[i]])) as Statistics<number>
  for (const [name, expected] of Object.entries(c.metrics)) {
    const metric = metricOf[name]
    if (metric && expected !== null) found.add(`metric ${name}`, c.name, [metric(sums)], [expected])
  }
  return found.results()
}

/** In the case but not a result: what was asked for, and what is compared by itself. */
const given = ['entropy_coef', 'policy_loss']

/** 1 on the tokens that count: of the completion, and written by the policy, not by a tool. */
function maskOf(c: LossCase, tensors: LossTensors): number[][] {
  return (c.mask ?? tensors.mask).map((row, r) => row.map((m, i) => m * (c.tool_mask?.[r][i] ?? 1)))
}

/** The tensors of the case: the caller's to dispose. */
function lossInputsOf(c: LossCase, tensors: LossTensors, objective: Objective): LossInputs {
  const mask = maskOf(c, tensors)
  const lengths = mask.map((row) => row.reduce((a, b) => a + b, 0))
  let kept = mask
  const share = (c.config.top_entropy_quantile ?? 1) as number
  if (share < 1) {
    const top = topEntropy(
      mask.map((row, r) => tensors.entropy[r].filter((_, i) => row[i])),
      share,
    )
    kept = mask.map((row, r) => {
      const marks = [...top[r]]
      return row.map((m) => (m ? marks.shift()! : 0))
    })
  }
  // the mini-batch is so many micro-batches like this one; where TRL divides by a number of tokens, that is given as this one's
  const { lossType } = objective
  const copies = losses[lossType].entropyOver === 'counted' ? 1 : Number(c.config.gradient_accumulation_steps ?? 1)
  const whole = <T>(values: readonly T[]) => new Array<readonly T[]>(copies).fill(values).flat() as T[]
  const weights = tokenWeights(lossType, whole(lengths), tensors.max_completion_length).slice(0, lengths.length)
  const coefficient = Number(c.config.entropy_coef ?? 0)
  const shares = entropyShares(lossType, coefficient, whole(kept), whole(lengths)).slice(0, lengths.length)
  return {
    old: tf.tensor2d(c.use_old ? tensors.old : tensors.new),
    reference: tf.tensor2d(tensors.ref),
    advantages: tf.tensor2d(tensors.advantages, [lengths.length, 1]),
    mask: tf.tensor2d(mask),
    weights: tf.tensor2d(weights, [lengths.length, 1]),
    ...(share < 1 && { kept: tf.tensor2d(kept) }),
    ...(coefficient !== 0 && { entropyShares: tf.tensor2d(shares) }),
  }
}

/** Only where something counts: elsewhere these values are nobody's, and differ. @param actual [rows, length] or [rows, 1] */
function addCounted(
  found: Comparisons,
  kind: string,
  where: string,
  actual: Tensor,
  expected: number[][],
  mask: number[][],
): void {
  const counts = actual.shape[1] === 1 ? mask.map((row) => [Math.max(...row)]) : mask
  const wanted = expected.map((row, r) => row.map((x, i) => x * counts[r][i]))
  found.add(kind, where, tf.mul(actual, tf.tensor2d(counts)), wanted.flat())
}
