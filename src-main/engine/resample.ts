/** One prompt of a run answered several times by any model, and judged as the run judges. */
import { StudioError } from '../contract/errors.ts'
import type { Jobs } from '../contract/jobs.ts'
import { defaultPrompt } from '../contract/prompt.ts'
import type { Resampled } from '../contract/resampling.ts'
import { isRight } from '../contract/rewards.ts'
import { rewardModelsOf } from '../library/reward-models.ts'
import { policyOf } from './inference.ts'
import { throttled } from './pace.ts'
import { writePrompts } from './prompts.ts'
import { randomAt } from './random.ts'
import { openRewardModels } from './reward-models/open.ts'
import { openOwnReward } from './rewards/own.ts'
import { score } from './rewards/score.ts'
import { rollout } from './rollout/rollout.ts'
import { problemsOf } from './tasks/source.ts'
import { type BackendName, openBackend } from './tensor/index.ts'

type Resample = Jobs['resample']

/**
 * Each sample's stream of chance depends on the seed, the prompt and its place: more samples leave the first ones as they are.
 * @throws StudioError bad-model; bad-request for a prompt that the model cannot read or hold; not-found for a reward model that is gone
 */
export async function resample(
  ask: Resample['ask'],
  tell: (news: Resample['news']) => void,
): Promise<Resample['answer']> {
  const { recipe, problem, settings, samples: count, maxTokens, seed } = ask
  await openBackend(ask.backend as BackendName | undefined)
  openOwnReward(typeof recipe.ownReward === 'object' ? recipe.ownReward : undefined)
  openRewardModels(rewardModelsOf(recipe, ask.rewardModels, { folder: ask.folder, done: ask.stage }))
  const policy = policyOf(ask.modelDir)
  const form = recipe.prompt ?? defaultPrompt
  const examples = form.examples > 0 ? (await problemsOf(recipe)).examples : []
  const prompts = await writePrompts(policy, form, examples, [problem])
  requireRoom(prompts.longest, maxTokens, policy.config.maxPositions)
  const news = throttled((_phase: 'sample', fraction) => tell({ fraction }))
  const { temperature, topP, topK, minP, repetitionPenalty } = ask
  const [outputs] = await rollout({
    model: policy,
    prompts: [prompts.ids(problem)],
    groupSize: count,
    maxTokens,
    eosIds: policy.config.eosIds,
    sampler: { temperature, topP, topK, minP, repetitionPenalty },
    random: (_, sample) => randomAt(seed, 'resample', problem.prompt, sample),
    progress: async (fraction) => news('sample', fraction),
  })
  const completions = outputs.map(({ ids, finished }) => ({
    text: policy.tokenizer.decode(ids),
    tokens: ids.length,
    finished,
  }))
  const scores = await score({ problem, completions, tokenLimit: maxTokens }, settings)
  return {
    samples: completions.map(({ text, tokens, finished }, sample): Resampled => {
      const { reward, parts, sides } = scores[sample]
      return {
        sample,
        text,
        tokens,
        finishReason: finished ? 'stop' : 'length',
        reward,
        parts,
        sides,
        right: isRight(parts),
      }
    }),
  }
}

function requireRoom(prompt: number, maxTokens: number, positions: number): void {
  if (prompt + maxTokens <= positions) return
  throw new StudioError(
    'bad-request',
    `The prompt's ${prompt} tokens and ${maxTokens} more do not fit into the model's ${positions} positions.`,
    `Allow at most ${Math.max(0, positions - prompt)} tokens.`,
  )
}
