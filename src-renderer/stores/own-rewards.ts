/** A person's own rewards: those that are saved, the one that is edited, and what it said when it was tried. */
import { createStore } from 'zustand/vanilla'
import { type OwnReward, type OwnRewardResult, ownRewardName } from '../../src-main/contract/own-reward.ts'
import { type Explanation, explain } from '../transport/explain.ts'
import { failed } from './announce.ts'
import { api } from './host.ts'

/** What a new one begins with: it runs as it is. */
export const template = `/**
 * One value for each completion: a number, null (no verdict), or { value, reason, parts }.
 * group: { prompt, answer, data, tokenLimit, completions: [{ text, finished, tokens }] }
 */
export default function reward(group) {
  return group.completions.map(({ text, tokens }) => {
    const answer = /<answer>(.*?)<\\/answer>/s.exec(text)?.[1].trim()
    const right = answer === group.answer
    return { value: right ? 1 - (0.2 * tokens) / group.tokenLimit : 0, reason: \`answer \${answer}\`, parts: { tokens } }
  })
}
`

export interface OwnRewardsState {
  /** null until the host has answered. */
  saved: OwnReward[] | null
  name: string
  code: string
  trying: boolean
  result: OwnRewardResult | null
  error: Explanation | null
}

export const ownRewardsStore = createStore<OwnRewardsState>(() => ({
  saved: null,
  name: 'my-reward',
  code: template,
  trying: false,
  result: null,
  error: null,
}))

export async function loadOwnRewards(): Promise<void> {
  try {
    ownRewardsStore.setState({ saved: await api().rewards.list() })
  } catch (error) {
    failed(error)
  }
}

export async function saveOwnReward(): Promise<void> {
  const { name, code } = ownRewardsStore.getState()
  try {
    await api().rewards.save({ name, code })
  } catch (error) {
    failed(error)
  }
  await loadOwnRewards()
}

export async function removeOwnReward(name: string): Promise<void> {
  try {
    await api().rewards.remove({ name })
  } catch (error) {
    failed(error)
  }
  await loadOwnRewards()
}

export function editReward({ name, code }: OwnReward): void {
  ownRewardsStore.setState({ name, code, result: null, error: null })
}

export async function tryReward(runId: string, step: number | undefined, limit: number): Promise<void> {
  const { code } = ownRewardsStore.getState()
  ownRewardsStore.setState({ trying: true })
  try {
    const result = await api().rewards.try({ code, runId, step, limit })
    ownRewardsStore.setState({ result, error: null })
  } catch (error) {
    ownRewardsStore.setState({ result: null, error: explain(error) })
  }
  ownRewardsStore.setState({ trying: false })
}

/** Why it cannot be saved under this name. */
export function nameProblem(name: string): string | undefined {
  return ownRewardName.safeParse(name).error?.issues[0].message
}
