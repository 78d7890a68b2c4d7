/** Losses of scores, with their derivatives in closed form. */

/** log(1 + eˣ) without overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
export const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x)))

export interface ScoreLoss {
  /** Mean over the items, nats. */
  loss: number
  /** ∂loss/∂score, in the order of the scores. */
  gradient: number[]
  /** Items that are on the right side. */
  right: number
}

/**
 * −log σ(chosen − rejected), the mean over pairs (Bradley & Terry 1952; Ouyang et al. 2022, eq. 1).
 * @param scores of chosen and rejected in turn
 */
export function preferenceLoss(scores: readonly number[]): ScoreLoss {
  const pairs = scores.length / 2
  const gradient = Array<number>(scores.length)
  let [loss, right] = [0, 0]
  for (let i = 0; i < scores.length; i += 2) {
    const margin = scores[i] - scores[i + 1]
    loss += softplus(-margin) / pairs
    if (margin > 0) right++
    gradient[i] = -sigmoid(-margin) / pairs
    gradient[i + 1] = sigmoid(-margin) / pairs
  }
  return { loss, gradient, right }
}

/** Binary cross-entropy of σ(score), the mean over outputs. @param labels true: safe */
export function labelLoss(scores: readonly number[], labels: readonly boolean[]): ScoreLoss {
  let [loss, right] = [0, 0]
  const gradient = scores.map((score, i) => {
    loss += softplus(labels[i] ? -score : score) / scores.length
    if (score > 0 === labels[i]) right++
    return (sigmoid(score) - (labels[i] ? 1 : 0)) / scores.length
  })
  return { loss, gradient, right }
}
