/** Cosine length reward (Yeo et al. 2025, "Demystifying Long Chain-of-Thought Reasoning", arXiv:2502.03373, section 4.2). */
import type { ParametersOf } from '../../contract/rewards.ts'
import type { Group, Verdict } from './reward.ts'
import { noReference, rightAnswers } from './right-answers.ts'

/** long + ½ (short − long)(1 + cos(π t / T)), with ends of their own for right and wrong answers; T reached is `exceeded`. */
export async function cosineLength(group: Group, parameters: ParametersOf<'cosine_length'>): Promise<Verdict[]> {
  const { rightShort, rightLong, wrongShort, wrongLong, exceeded } = parameters
  const most = parameters.maxTokens || group.tokenLimit
  const right = await rightAnswers(group, parameters.correctness)
  return group.completions.map(({ tokens, finished }, i): Verdict => {
    if (!finished || tokens >= most)
      return { value: exceeded, reason: `${tokens} tokens: the greatest length, ${most}, is reached` }
    if (right[i] === null) return noReference
    const [short, long] = right[i] ? [rightShort, rightLong] : [wrongShort, wrongLong]
    const value = long + 0.5 * (short - long) * (1 + Math.cos((Math.PI * tokens) / most))
    return { value, reason: `${right[i] ? 'right' : 'wrong'}, ${tokens} of ${most} tokens`, parts: { tokens, most } }
  })
}
