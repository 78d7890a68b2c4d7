/** What a reward sees, what it says, and the one signature of them all. */
import type { ParametersOf, RewardName } from '../../contract/rewards.ts'
import type { Problem } from '../tasks/problem.ts'

export interface Completion {
  /** Without the end token. */
  text: string
  /** Ended by itself, not cut at the token limit. */
  finished: boolean
  /** Sampled, end token included. */
  tokens: number
}

/** What a reward sees of a problem; an answer that is scored without a run may have no domain. */
export type Question = Pick<Problem, 'prompt' | 'answer' | 'data'> & Partial<Pick<Problem, 'domain'>>

/** All answers to one prompt: some rewards compare an answer with the others of its group. */
export interface Group {
  problem: Question
  completions: readonly Completion[]
  /** Tokens after which an output is cut. */
  tokenLimit: number
}

export interface Verdict {
  /** Usually 0 or 1; null is no verdict: the rule does not apply, or the reference answer cannot be read. */
  value: number | null
  /** What was seen, for a person: `answer 220, expected 219`. */
  reason: string
  /** What the value is made of, by name: a ratio, a length, the answer that was read. */
  parts?: Record<string, number | string>
}

/**
 * Every reward's signature: a group in, a verdict for each completion in order out. It depends on nothing but its arguments, never throws,
 * and takes time in proportion to the text, whatever the text.
 */
export type Reward<N extends RewardName = RewardName> = (
  group: Group,
  parameters: ParametersOf<N>,
) => Verdict[] | Promise<Verdict[]>

/** A reward that looks at one completion at a time. */
export function each<P>(
  judge: (completion: Completion, problem: Question, parameters: P) => Verdict,
): (group: Group, parameters: P) => Verdict[] {
  return ({ completions, problem }, parameters) => completions.map((one) => judge(one, problem, parameters))
}
