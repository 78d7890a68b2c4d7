/** The arithmetic of the help's picture: what GRPO does with one group. */

/** As the engine has it: a group that is rewarded alike teaches nothing. */
const tiny = 1e-4

/** (reward − mean of the group) / (spread of the group + 1e-4), with the n − 1 standard deviation. */
export function advantages(rewards: readonly number[]): number[] {
  const mean = rewards.reduce((sum, r) => sum + r, 0) / rewards.length
  if (rewards.every((r) => r === rewards[0])) return rewards.map(() => 0)
  const spread = Math.sqrt(rewards.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (rewards.length - 1))
  return rewards.map((r) => (r - mean) / (spread + tiny))
}

export const clip = { low: 0.2, high: 0.28 } as const

/** What is made large: min(ρ A, clip(ρ, 1 − ε low, 1 + ε high) A). */
export function clipped(ratio: number, advantage: number): number {
  const within = Math.min(1 + clip.high, Math.max(1 - clip.low, ratio))
  return Math.min(ratio * advantage, within * advantage)
}

/** Whether the answer still pulls at the policy at this ratio. */
export const pulls = (ratio: number, advantage: number): boolean =>
  advantage > 0 ? ratio < 1 + clip.high : advantage < 0 ? ratio > 1 - clip.low : false
