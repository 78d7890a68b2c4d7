/** Generalised advantage estimation (Schulman et al. 2016, eq. 16), as verl computes it. Plain numbers. */
import { spreadOf } from '../grpo/advantages.ts'

/**
 * δ_t = r_t + γ V_{t+1} − V_t;  A_t = δ_t + γλ A_{t+1}. Nothing follows the last token, also where the token limit cut the output.
 * With γ = λ = 1 an advantage is the reward still to come, less the value.
 * @param rewards of each token of an output @param values expected before each of them
 * @returns advantages, and the returns A_t + V_t, which the critic learns
 */
export function gae(
  rewards: ArrayLike<number>,
  values: ArrayLike<number>,
  { gaeGamma, gaeLambda }: { gaeGamma: number; gaeLambda: number },
): { advantages: number[]; returns: number[] } {
  const advantages = new Array<number>(rewards.length)
  let [next, after] = [0, 0]
  for (let t = rewards.length - 1; t >= 0; t--) {
    after = rewards[t] + gaeGamma * next - values[t] + gaeGamma * gaeLambda * after
    next = values[t]
    advantages[t] = after
  }
  return { advantages, returns: advantages.map((a, t) => a + values[t]) }
}

/** verl adds this to the variance. */
const EPSILON = 1e-8

/** All numbers together to mean 0 and (n−1) variance 1. Numbers that are all equal become exactly 0. */
export function whitened(rows: readonly (readonly number[])[]): number[][] {
  const { mean, std, equal } = spreadOf(rows.flat())
  if (equal) return rows.map((row) => row.map(() => 0))
  const scale = 1 / Math.sqrt(std ** 2 + EPSILON)
  return rows.map((row) => row.map((x) => (x - mean) * scale))
}
