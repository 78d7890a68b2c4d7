/** What a family of losses says of each token: the part of the loss that the advantage drives. */
import type { Tensor, Tensor2D } from '../../tensor/tf.ts'
import type { Objective } from '../objective.ts'

export interface PolicyInputs {
  /** New and old log-probabilities, [rows, length]. */
  logp: Tensor2D
  old: Tensor2D
  /** π/π_old, [rows, length], or [rows, 1] with sequence-level importance sampling. */
  ratio: Tensor
  /** [rows, 1]; of tokens, [rows, length] */
  advantages: Tensor2D
  /** 1 on the tokens that count, [rows, length]. */
  mask: Tensor2D
}

export interface PolicyTerm {
  /** Broadcasts to [rows, length]. */
  value: Tensor
  /** What `slope` is the derivative with respect to: the logarithm of the ratio, or the token's own log-probability. */
  of: 'logRatio' | 'logProb'
  slope: Tensor
}

/** Where the ratio was cut, 1 or 0, of the shape of the ratio. */
export interface Cut {
  low: Tensor
  high: Tensor
}

export interface Family {
  term(inputs: PolicyInputs, objective: Objective): PolicyTerm
  /** Absent where nothing is cut. */
  cut?(inputs: Pick<PolicyInputs, 'ratio' | 'advantages'>, objective: Objective): Cut
}
