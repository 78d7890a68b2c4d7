/** Rewards by reward models: the models that a process has opened, and what their scores are worth. */
import type { RewardModelKind, RewardModelNote } from '../../contract/reward-models.ts'
import { parametersOf, type RewardParameters } from '../../contract/rewards.ts'
import type { Group, Verdict } from './reward.ts'

export interface OpenedRewardModel {
  kind: RewardModelKind
  scores: RewardModelNote['scores']
  /**
   * Raw scores of answers to one prompt, in order; null with a reason for what cannot be judged: no text after the thinking, more tokens than the
   * model holds, text that its tokens cannot write.
   */
  judge(prompt: string, texts: readonly string[]): Promise<({ score: number } | { score: null; reason: string })[]>
}

const opened = new Map<string, OpenedRewardModel>()

/** Takes the place of those that were there. @param models by kind and name, `helpfulness/helpful-1` */
export function setRewardModels(models: ReadonlyMap<string, OpenedRewardModel>): void {
  opened.clear()
  for (const [key, model] of models) opened.set(key, model)
}

const LIMIT = 10

/** A score is only known up to a shift and a scale: those of the training texts say what much is. */
function rewardOf(score: number, { kind, scores }: OpenedRewardModel): number {
  if (kind === 'safety') return 1 / (1 + Math.exp(-score))
  return Math.max(-LIMIT, Math.min(LIMIT, (score - scores.mean) / Math.max(scores.std, 1e-6)))
}

const learnt =
  (kind: RewardModelKind) =>
  async ({ problem, completions }: Group, { model }: { model: string }): Promise<Verdict[]> => {
    const own = opened.get(`${kind}/${model}`)
    if (!own) {
      const reason = model === '' ? 'no reward model is named' : `the reward model ${model} is not open`
      return completions.map(() => ({ value: null, reason }))
    }
    const { low, high } = own.scores
    const judged = await own.judge(
      problem.prompt,
      completions.map((one) => one.text),
    )
    return judged.map((one): Verdict => {
      // no verdict would be a way out: what cannot be judged gets what the worst of the training texts got
      if (one.score === null)
        return { value: rewardOf(low, own), reason: `${one.reason}: as the least of its training` }
      const outside = one.score < low || one.score > high
      const range = `${low.toFixed(2)} to ${high.toFixed(2)}`
      return {
        value: rewardOf(one.score, own),
        reason: `score ${one.score.toFixed(2)}, ${outside ? 'outside' : 'within'} the ${range} of its training`,
        parts: { score: one.score, outside: Number(outside) },
      }
    })
  }

export const helpfulness = learnt('helpfulness')
export const safety = learnt('safety')

/** Whether these parameters name a reward model that this process has. */
export const isOpen = (kind: RewardModelKind, parameters: RewardParameters): boolean =>
  opened.has(`${kind}/${parametersOf(kind, parameters).model}`)
