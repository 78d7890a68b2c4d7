/** Episodes of the tiny policy, sampled for tests of the update. */
import { defaultSettings, type Settings } from '../../../src-main/contract/settings.ts'
import { advantagesOf } from '../../../src-main/engine/grpo/advantages.ts'
import type { Episode } from '../../../src-main/engine/grpo/episode.ts'
import { loadPolicy, type Policy } from '../../../src-main/engine/model/policy.ts'
import { randomAt } from '../../../src-main/engine/random.ts'
import { score } from '../../../src-main/engine/rewards/score.ts'
import { rollout } from '../../../src-main/engine/rollout/rollout.ts'
import { trainingSet } from '../../../src-main/engine/tasks/sets.ts'
import { tinyPolicy } from './run.ts'

export const testSettings: Settings = {
  ...defaultSettings,
  groupSize: 4,
  promptsPerStep: 4,
  maxCompletionTokens: 12,
  learningRate: 0.001,
  beta: 0.04,
}

/** On the backend that is open. */
export const tinyPolicyHere = (): Policy => loadPolicy(tinyPolicy)

/** Groups of four with outputs of different lengths, some cut at the limit. */
export async function sampleEpisodes(
  policy: Policy,
  prompts: number,
  settings: Settings = testSettings,
): Promise<Episode[]> {
  const problems = trainingSet({ difference: 1, product: 1, sum: 1 }, prompts, 3)
  const outputs = await rollout({
    model: policy,
    prompts: problems.map((p) => policy.tokenizer.encode(p.prompt)),
    groupSize: settings.groupSize,
    maxTokens: settings.maxCompletionTokens,
    eosIds: policy.config.eosIds,
    sampler: settings,
    random: (prompt, sample) => randomAt(1, 'episodes', prompt, sample),
  })
  const groups = await Promise.all(
    outputs.map(async (samples, group) => {
      const texts = samples.map(({ ids }) => policy.tokenizer.decode(ids))
      const completions = samples.map(({ ids, finished }, i) => ({ text: texts[i], finished, tokens: ids.length }))
      const problem = problems[group]
      const scores = await score({ problem, completions, tokenLimit: settings.maxCompletionTokens }, settings)
      return samples.map(
        (output, sample): Episode => ({
          ...output,
          problem,
          group,
          sample,
          text: texts[sample],
          ...scores[sample],
          advantage: 0,
        }),
      )
    }),
  )
  const advantages = advantagesOf(
    groups.map((g) => g.map((e) => e.reward)),
    settings.scaleRewards,
  )
  return groups.flatMap((group, g) => group.map((e, s) => ({ ...e, advantage: advantages[g][s] })))
}
