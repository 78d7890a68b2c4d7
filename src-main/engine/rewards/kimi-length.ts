/** Kimi's length reward (Kimi Team 2025, "Kimi k1.5", arXiv:2501.12599, section 2.3.3): short among the answers to the same prompt. */
import type { ParametersOf } from '../../contract/rewards.ts'
import type { Group, Verdict } from './reward.ts'
import { noReference, rightAnswers } from './right-answers.ts'

/** λ = 0.5 − (length − shortest) / (longest − shortest) if right, min(0, λ) if wrong; 0 for all where they are equally long. */
export async function kimiLength(group: Group, { correctness }: ParametersOf<'kimi_length'>): Promise<Verdict[]> {
  const lengths = group.completions.map((one) => one.tokens)
  const shortest = lengths.reduce((a, b) => Math.min(a, b))
  const longest = lengths.reduce((a, b) => Math.max(a, b))
  const right = await rightAnswers(group, correctness)
  return lengths.map((tokens, i): Verdict => {
    if (right[i] === null) return noReference
    if (shortest === longest) return { value: 0, reason: `all of the group have ${tokens} tokens` }
    const lambda = 0.5 - (tokens - shortest) / (longest - shortest)
    return {
      value: right[i] ? lambda : Math.min(0, lambda),
      reason: `${right[i] ? 'right' : 'wrong'}, ${tokens} tokens; the group has ${shortest} to ${longest}`,
      parts: { tokens, shortest, longest },
    }
  })
}
