/** What a group of another trainer comes to, from what was delivered of it: what was not stays NaN or null. */
import type { Report } from '../../contract/ingest.ts'
import type { CompletionRecord, GroupRecord, RewardParts } from '../../contract/records.ts'

type ReportedGroup = Extract<Report, { kind: 'group' }>

export function groupRecord({ group, prompt, answer, domain, completions }: ReportedGroup): GroupRecord {
  const records = completions.map(completionRecord)
  const rewards = records.map(({ reward }) => reward)
  return {
    group,
    prompt,
    answer,
    kind: domain,
    ...spreadOf(rewards),
    rewards,
    advantages: records.map(({ advantage }) => advantage),
    completions: records,
  }
}

/** Of those that were delivered; with less than two there is no spread. */
export function spreadOf(rewards: readonly number[]): Pick<GroupRecord, 'meanReward' | 'stdReward' | 'zeroSpread'> {
  const given = rewards.filter((reward) => !Number.isNaN(reward))
  const alike = given.length > 1 && given.every((reward) => reward === given[0])
  // the sum of equal numbers need not be a multiple of them
  const mean = alike ? given[0] : given.reduce((sum, reward) => sum + reward, 0) / given.length
  const squares = given.reduce((sum, reward) => sum + (reward - mean) ** 2, 0)
  return {
    meanReward: mean,
    stdReward: given.length > 1 ? Math.sqrt(squares / (given.length - 1)) : Number.NaN,
    zeroSpread: alike,
  }
}

function completionRecord(given: ReportedGroup['completions'][number], sample: number): CompletionRecord {
  const { text, tokens, finishReason, reward, parts, advantage } = given
  return {
    sample,
    text,
    tokens,
    finishReason,
    reward: reward ?? Number.NaN,
    // under the trainer's own names
    parts: parts as RewardParts,
    advantage: advantage ?? Number.NaN,
  }
}
