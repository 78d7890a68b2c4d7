/** Each loss as its formula reads, in float64 and token by token: slow, and nothing but the definition. */
import type { Objective } from '../../../src-main/engine/grpo/objective.ts'

export interface Batch {
  /** By row and token. */
  logp: number[][]
  entropy: number[][]
  old: number[][]
  reference: number[][]
  mask: number[][]
  /** 1 where the policy term counts. */
  kept: number[][]
  advantages: number[]
  maxCompletionTokens: number
  entropyCoefficient: number
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const clip = (x: number, low: number, high: number) => Math.min(Math.max(x, low), high)

/**
 * @param batch `frozen` are the log-probabilities that whatever is held constant is computed from: those of the point at which a gradient
 *   is asked for
 */
export function lossDefinition(batch: Batch, o: Objective, frozen = batch.logp): number {
  const lengths = batch.mask.map(sum)
  const tokens = Math.max(1, sum(lengths))
  const rows = batch.logp.length
  let loss = 0
  for (let r = 0; r < rows; r++) {
    const n = Math.max(1, lengths[r])
    let rowSum = 0
    for (let t = 0; t < batch.logp[r].length; t++) {
      if (!batch.mask[r][t]) continue
      const open = batch.kept[r][t] && isOnPolicy(batch, o, frozen, r)
      const d = batch.reference[r][t] - batch.logp[r][t]
      const kl = { k1: -d, k2: (d * d) / 2, k3: Math.exp(d) - d - 1 }[o.klEstimator]
      const times = o.klTimesRatio ? ratio(batch, o, batch.logp, r, t) : 1
      rowSum += (open ? policyTerm(batch, o, frozen, r, t) : 0) + o.beta * kl * times
    }
    if (o.lossType === 'grpo' || o.lossType === 'sapo') loss += rowSum / n / rows
    else if (o.lossType === 'luspo') loss += rowSum / rows
    else if (o.lossType === 'dr_grpo') loss += rowSum / (rows * batch.maxCompletionTokens)
    else loss += rowSum / tokens
  }
  const kept = batch.mask.map((row, r) => row.map((m, t) => m * batch.kept[r][t]))
  const over = ['dapo', 'cispo', 'vespo'].includes(o.lossType) ? tokens : Math.max(1, sum(kept.flat()))
  const entropy = sum(batch.entropy.flatMap((row, r) => row.map((h, t) => h * kept[r][t])))
  return loss - (batch.entropyCoefficient * entropy) / over
}

function policyTerm(batch: Batch, o: Objective, frozen: number[][], r: number, t: number): number {
  const a = batch.advantages[r]
  const logp = batch.logp[r][t]
  if (o.lossType === 'cispo') return -Math.min(ratio(batch, o, frozen, r, t), o.cispoMaxRatio) * a * logp
  if (o.lossType === 'vespo') return -phi(batch, o, frozen, r) * a * logp
  const rho = ratio(batch, o, batch.logp, r, t)
  if (o.lossType === 'sapo') {
    const tau = a > 0 ? o.sapoTemperaturePositive : o.sapoTemperatureNegative
    return ((-4 / tau) * a) / (1 + Math.exp(-tau * (rho - 1)))
  }
  const bounded = o.delta > 0 ? Math.min(rho, o.delta) : rho
  return -Math.min(bounded * a, clip(rho, 1 - o.epsilonLow, 1 + o.epsilonHigh) * a)
}

function logRatios({ old, mask }: Batch, logp: number[][], r: number): number[] {
  return logp[r].flatMap((x, t) => (mask[r][t] ? [x - old[r][t]] : []))
}

function ratio(batch: Batch, o: Objective, logp: number[][], r: number, t: number): number {
  if (o.importanceSampling === 'token') return Math.exp(logp[r][t] - batch.old[r][t])
  const all = logRatios(batch, logp, r)
  return Math.exp(sum(all) / all.length)
}

function phi(batch: Batch, o: Objective, logp: number[][], r: number): number {
  const w = Math.exp(clip(sum(logRatios(batch, logp, r).map((x) => clip(x, -20, 20))), Math.log(1e-8), 20))
  const positive = batch.advantages[r] >= 0
  const k = positive ? o.vespoKPositive : o.vespoKNegative
  const lambda = positive ? o.vespoLambdaPositive : o.vespoLambdaNegative
  return w ** k * Math.exp(lambda * (1 - w))
}

function isOnPolicy(batch: Batch, o: Objective, logp: number[][], r: number): boolean {
  if (o.offPolicyThreshold === 0 || batch.advantages[r] >= 0) return true
  const all = logRatios(batch, logp, r)
  return -sum(all) / all.length <= o.offPolicyThreshold
}

/** Central differences of the definition with respect to every entry of `of`. */
export function gradientOf(batch: Batch, o: Objective, of: 'logp' | 'entropy', h = 1e-5): number[][] {
  const moved = (r: number, t: number, by: number) => ({
    ...batch,
    [of]: batch[of].map((row, i) => row.map((x, j) => (i === r && j === t ? x + by : x))),
  })
  const at = (b: Batch) => lossDefinition(b, o, batch.logp)
  return batch[of].map((row, r) => row.map((_, t) => (at(moved(r, t, h)) - at(moved(r, t, -h))) / (2 * h)))
}

/** How near the loss is to a point where it has no derivative, or jumps: the smallest distance of a ratio or a mean log-ratio from a bound. */
export function distanceToKink(batch: Batch, o: Objective): number {
  const bounds = [1 - o.epsilonLow, 1 + o.epsilonHigh, ...(o.delta > 0 ? [o.delta] : [])]
  const distances = batch.logp.flatMap((row, r) => {
    const all = logRatios(batch, batch.logp, r)
    if (all.length === 0) return []
    const fallen = -sum(all) / all.length
    const ratios = row.flatMap((_, t) => (batch.mask[r][t] ? [ratio(batch, o, batch.logp, r, t)] : []))
    return [Math.abs(fallen - o.offPolicyThreshold), ...ratios.flatMap((x) => bounds.map((b) => Math.abs(x - b)))]
  })
  return Math.min(Number.POSITIVE_INFINITY, ...distances)
}
