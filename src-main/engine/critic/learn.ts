/** What a critic does in a step, before the policy's update: judges what was sampled, and learns from it. */
import type { CriticMetric } from '../../contract/metrics.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Episode } from '../grpo/episode.ts'
import type { Weights } from '../model/model.ts'
import type { Policy } from '../model/policy.ts'
import { warmedUp } from '../optim/adamw.ts'
import type { Random } from '../random.ts'
import { assess } from './assess.ts'
import type { Critic } from './critic.ts'
import { updateCritic } from './update.ts'

export interface Lesson {
  /** Those given, in their order, with advantages. */
  episodes: Episode[]
  metrics: Record<CriticMetric, number>
}

/** @throws NonFiniteError */
export async function learnValues(
  critic: Critic,
  policy: Policy,
  reference: Weights,
  sampled: readonly Episode[],
  settings: Settings,
  step: number,
  random: Random,
  progress: (fraction: number) => Promise<void>,
): Promise<Lesson> {
  const started = performance.now()
  const { episodes, explained, meanValue, meanReturn, penalty } = await assess(
    critic,
    policy,
    reference,
    sampled,
    settings,
  )
  const learningRate = warmedUp(settings.criticLearningRate, step - critic.since, settings.warmupSteps)
  const { loss, gradNorm, clipped } = await updateCritic(
    critic,
    policy,
    episodes,
    settings,
    learningRate,
    random,
    progress,
  )
  return {
    episodes,
    metrics: {
      'critic/vf_loss': loss,
      'critic/vf_explained_var': explained,
      'critic/vf_clipfrac': clipped,
      'critic/grad_norm': gradNorm,
      'critic/lr': learningRate,
      'critic/values/mean': meanValue,
      'critic/returns/mean': meanReturn,
      'critic/kl_penalty': penalty,
      'seconds/critic': (performance.now() - started) / 1000,
    },
  }
}
