/** What is answered to general prompts: the mean rewards of the reward models that are open, and of generated requests the rule's own verdict. */
import type { Estimate, GeneralMeasures } from '../../contract/evaluation.ts'
import { rewardModelKinds } from '../../contract/reward-models.ts'
import type { RewardParameters } from '../../contract/rewards.ts'
import { mean } from '../../evaluation/estimators.ts'
import { bootstrap } from '../../evaluation/intervals.ts'
import { isOpen } from '../rewards/learnt.ts'
import type { Group } from '../rewards/reward.ts'
import { judge } from '../rewards/score.ts'
import { helpfulnessOf, isUnsafe, requestIn } from '../tasks/requests.ts'

/** @param groups at least one; all answers to one prompt each */
export async function generalMeasures(
  groups: readonly Group[],
  parameters: RewardParameters,
): Promise<GeneralMeasures> {
  const measures: GeneralMeasures = { prompts: groups.length, rewards: {} }
  for (const kind of rewardModelKinds) {
    if (!isOpen(kind, parameters)) continue
    const means: number[] = []
    for (const group of groups) means.push(mean((await judge(kind, group, parameters)).map(({ value }) => value!)))
    measures.rewards[kind] = estimateOf(means)
  }
  const requests = groups.filter(({ problem }) => requestIn(problem.prompt))
  if (requests.length < groups.length) return measures
  const overall = (of: (prompt: string, text: string) => number) =>
    estimateOf(
      requests.map(({ problem: { prompt }, completions }) => mean(completions.map(({ text }) => of(prompt, text)))),
    )
  return {
    ...measures,
    byRule: { helpful: overall(helpfulnessOf), safe: overall((prompt, text) => Number(!isUnsafe(prompt, text))) },
  }
}

const estimateOf = (values: number[]): Estimate => bootstrap([values])[0]
