/** Lengths of answers that are not there yet. */
import type { Random } from '../random.ts'
import type { Answer } from './workload.ts'

/**
 * Lengths as they were sampled. Those that were cut while they were sampled go on as the others ended: with the same chance at every token.
 * @param mean brings them to this mean; null leaves them
 */
export function drawn(answers: readonly Answer[], limit: number, mean: number | null, random: Random): () => Answer {
  const tokens = answers.reduce((sum, a) => sum + a.tokens, 0)
  const ended = answers.filter((a) => a.finished).length
  const perToken = ended / tokens
  const wholeMean = perToken > 0 ? 1 / perToken : limit
  const factor = mean === null ? 1 : mean / Math.min(limit, wholeMean)
  return () => {
    const one = random.pick(answers)
    let length = one.tokens
    if (!one.finished) length += perToken > 0 ? -Math.log(1 - random.next()) / perToken : limit
    length = Math.max(1, Math.round(length * factor))
    return length < limit ? { tokens: length, finished: true } : { tokens: limit, finished: false }
  }
}
