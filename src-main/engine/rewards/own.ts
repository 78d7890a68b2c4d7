/** A person's own reward: a function in a file, run in the sandbox on each group. */
import type { OwnReward } from '../../contract/own-reward.ts'
import type { ParametersOf } from '../../contract/rewards.ts'
import { ownVerdicts } from '../../sandbox/own-reward.ts'
import type { Group, Verdict } from './reward.ts'

let opened: OwnReward | undefined

/** The one that this process judges by; a run has one. */
export function openOwnReward(reward: OwnReward | undefined): void {
  opened = reward
}

export async function own(
  { problem, completions, tokenLimit }: Group,
  { seconds, megabytes }: ParametersOf<'own'>,
): Promise<Verdict[]> {
  if (!opened) return completions.map(() => ({ value: null, reason: 'no reward file is named' }))
  const { prompt, answer, data } = problem
  const limits = { seconds, megabytes, outputBytes: 10_000_000 }
  const verdicts = await ownVerdicts(opened, { prompt, answer, data, tokenLimit, completions }, limits)
  return verdicts.map(({ line: _, ...verdict }) => verdict)
}
