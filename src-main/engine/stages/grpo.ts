/**
 * One GRPO step (Shao et al. 2024, eq. 3; R1-Zero: Guo et al. 2025, Methods). This file is the way from prompts to a new policy.
 * Deviations from the paper: the old log-probabilities are the sampler's own, not recomputed (their gap to the trainer's is a logged metric);
 * the upper and lower clip bounds are separate (DAPO); the learning rate warms up, since runs here last hundreds of steps, not thousands.
 * With a critic (critic/) it is a step of PPO: advantages are of tokens, and all else is the same.
 */
import type { GrpoMetrics, metrics as metricTable, RewardMetric } from '../../contract/metrics.ts'
import type { SampledGroup, StepReport } from '../../contract/records.ts'
import { rewardNames, rewardSides } from '../../contract/rewards.ts'
import type { Settings } from '../../contract/settings.ts'
import { reflectionsIn } from '../../evaluation/summary.ts'
import type { Critic } from '../critic/critic.ts'
import { type Lesson, learnValues } from '../critic/learn.ts'
import { advantagesByReward, advantagesOf, spreadOf } from '../grpo/advantages.ts'
import type { Episode } from '../grpo/episode.ts'
import { productError } from '../grpo/product-error.ts'
import { rewardedAlike } from '../grpo/signal.ts'
import { type UpdateResult, update } from '../grpo/update.ts'
import type { Weights } from '../model/model.ts'
import { type AdamW, warmedUp } from '../optim/adamw.ts'
import { randomAt } from '../random.ts'
import { questionOf } from '../tasks/question.ts'
import { type Signals, signalsOf } from '../watch/signals.ts'
import { withLanguages } from '../watch/tongues.ts'
import { type GroupRequest, sampleGroups } from './groups.ts'

export interface GrpoStep extends GroupRequest {
  stage: number
  reference: Weights
  optimizer: AdamW
  /** Its advantages take the place of the group's. */
  critic?: Critic
  /** Sampled tokens before this step. */
  tokensBefore: number
  /** Last step before the optimizer was new, after which warm-up begins. Default 0. */
  optimizerSince?: number
  progress: (phase: 'rollout' | 'reward' | 'update', fraction: number) => Promise<void>
}

export type GrpoReport = StepReport & { metrics: GrpoMetrics }

/** Updates the policy in place. @throws NonFiniteError, with mini-batches before the bad one applied (the caller restores) */
export async function grpoStep(run: GrpoStep): Promise<GrpoReport> {
  const { step, seed, settings, policy } = run
  const started = performance.now()

  const { used, dropped } = await sampleGroups(run)
  const sampled = performance.now()

  const updateStarted = performance.now()
  const lesson = run.critic && (await lessonOf(run, run.critic, used))
  const groups = lesson ? regrouped(lesson.episodes, used) : withAdvantages(used, settings)
  const warmUpSince = Math.max(run.optimizerSince ?? 0, criticAlone(run))
  const learns = step > criticAlone(run)
  const learningRate = learns ? warmedUp(settings.learningRate, step - warmUpSince, settings.warmupSteps) : 0
  const result = await update(
    policy,
    run.reference,
    groups.flat(),
    settings,
    learningRate,
    run.optimizer,
    randomAt(seed, 'mini-batches', step),
    (fraction) => run.progress('update', lesson ? (1 + fraction) / 2 : fraction),
    learns,
  )
  const updated = performance.now()
  const rounding = await productError(policy, groups.flat(), settings.temperature)
  const ended = performance.now()

  const timing = {
    rollout: (sampled - started) / 1000,
    update: (updated - updateStarted) / 1000,
    step: (ended - started) / 1000,
  }
  const sampledGroups = [...groups, ...dropped].sort((a, b) => a[0].group - b[0].group)
  const records = sampledGroups.map((group) => recordOf(group, settings))
  const questions = sampledGroups.map(([{ problem }]) => questionOf(problem))
  const signals = await signalsOf(records, questions, settings)
  return {
    step,
    stage: run.stage,
    at: new Date().toISOString(),
    settings,
    metrics: {
      ...measure(sampledGroups, dropped.length, records, result, rounding, learningRate, timing, run.tokensBefore),
      ...signals,
      ...lesson?.metrics,
    },
    groups: await withLanguages(records, questions, settings),
  }
}

/** Last step in which the critic alone learns; 0 without one. */
const criticAlone = ({ critic, settings }: GrpoStep) => (critic ? critic.since + settings.criticWarmupSteps : 0)

function lessonOf(run: GrpoStep, critic: Critic, groups: Episode[][]): Promise<Lesson> {
  const { policy, reference, settings, step, seed } = run
  const random = randomAt(seed, 'critic', step)
  const progress = (fraction: number) => run.progress('update', fraction / 2)
  return learnValues(critic, policy, reference, groups.flat(), settings, step, random, progress)
}

function regrouped(episodes: Episode[], like: Episode[][]): Episode[][] {
  let from = 0
  return like.map(({ length }) => {
    from += length
    return episodes.slice(from - length, from)
  })
}

function withAdvantages(groups: Episode[][], settings: Settings): Episode[][] {
  const { scaleRewards, rewardAggregation, rewardWeights } = settings
  const names = rewardNames.filter((name) => rewardWeights[name] !== undefined)
  const advantages =
    rewardAggregation === 'normalize_then_sum'
      ? advantagesByReward(
          groups.map((g) => g.map((e) => names.map((name) => e.parts[name]?.value ?? null))),
          (g) => names.map((name) => groups[g][0].parts[name]?.weight ?? 0),
        )
      : advantagesOf(
          groups.map((g) => g.map((e) => e.reward)),
          scaleRewards,
        )
  return groups.map((group, g) => group.map((e, s) => ({ ...e, advantage: advantages[g][s] })))
}

export function recordOf(episodes: Episode[], settings: Settings): SampledGroup {
  const { problem, group } = episodes[0]
  const rewards = episodes.map((e) => e.reward)
  const spread = spreadOf(rewards)
  return {
    group,
    prompt: problem.prompt,
    answer: problem.answer,
    kind: problem.kind,
    meanReward: spread.mean,
    stdReward: spread.std,
    // a critic finds advantages in any group
    zeroSpread: settings.advantageEstimator === 'group' && rewardedAlike(episodes, settings),
    advantages: episodes.map((e) => e.advantage),
    rewards,
    completions: episodes.map((e) => ({
      sample: e.sample,
      text: e.text,
      tokens: e.ids.length,
      finishReason: e.finished ? 'stop' : 'length',
      reward: e.reward,
      parts: e.parts,
      sides: e.sides,
      advantage: e.advantage,
    })),
    ...(problem.data && { data: problem.data }),
  }
}

/** What is measured of answers is so over all that were sampled: those that are trained on would tell of the selection. */
function measure(
  groups: Episode[][],
  dropped: number,
  records: SampledGroup[],
  result: UpdateResult,
  rounding: { mean: number; max: number },
  learningRate: number,
  seconds: { rollout: number; update: number; step: number },
  tokensBefore: number,
): Omit<GrpoMetrics, keyof Signals> {
  const all = groups.flat()
  // what has no verdict is in no mean
  const meanOf = (value: (e: Episode) => number | null) => {
    const known = all.map(value).filter((v) => v !== null && !Number.isNaN(v)) as number[]
    return known.reduce((sum, v) => sum + v, 0) / known.length
  }
  const tokens = all.reduce((sum, e) => sum + e.ids.length, 0)
  const values: Record<Exclude<keyof typeof metricTable, keyof Signals>, number> = {
    reward: meanOf((e) => e.reward),
    reward_std: records.reduce((sum, g) => sum + g.stdReward, 0) / records.length,
    frac_reward_zero_std: records.filter((g) => g.zeroSpread).length / records.length,
    'completions/mean_length': tokens / all.length,
    'completions/max_length': all.reduce((most, e) => Math.max(most, e.ids.length), 0),
    'completions/clipped_ratio': meanOf((e) => (e.finished ? 0 : 1)),
    'completions/reflections': meanOf((e) => reflectionsIn(e.text)),
    'sampling/groups': groups.length,
    'sampling/groups_dropped': dropped,
    kl: result.kl,
    entropy: result.entropy,
    'clip_ratio/low_mean': result.clipLow,
    'clip_ratio/high_mean': result.clipHigh,
    'clip_ratio/region_mean': result.clipLow + result.clipHigh,
    'clip_ratio/low_min': result.clipLowMin,
    'clip_ratio/high_max': result.clipHighMax,
    'vespo/phi_seq_mean': result.phi,
    loss: result.loss,
    grad_norm: result.gradNorm,
    learning_rate: learningRate,
    tokens_per_second: tokens / seconds.step,
    num_tokens: tokensBefore + tokens,
    'products/logp_error/mean': rounding.mean,
    'products/logp_error/max': rounding.max,
    'sampling/logp_difference/mean': result.gapMean,
    'sampling/logp_difference/max': result.gapMax,
    'seconds/rollout': seconds.rollout,
    'seconds/update': seconds.update,
    'seconds/step': seconds.step,
  }
  return { ...values, ...rewardMetricsOf(all), ...sideMetricsOf(all) }
}

/** Mean and spread (n−1) of each computed reward over the outputs that it has a verdict for, as TRL's nanmean and nanstd. */
export function rewardMetricsOf(episodes: Episode[]): Partial<Record<RewardMetric, number>> {
  const metrics: Partial<Record<RewardMetric, number>> = {}
  for (const name of rewardNames) {
    if (episodes.every((e) => e.parts[name] === undefined)) continue
    const values = episodes.flatMap((e) => e.parts[name]?.value ?? [])
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    metrics[`rewards/${name}/mean`] = mean
    metrics[`rewards/${name}/std`] = Math.sqrt(square / (values.length - 1))
  }
  return metrics
}

/** Of the composite reward's sides, where there are several. */
function sideMetricsOf(episodes: Episode[]): Partial<GrpoMetrics> {
  const metrics: Partial<GrpoMetrics> = {}
  const sides = rewardSides.filter((side) => episodes.some((e) => e.sides?.[side]))
  if (sides.length < 2) return metrics
  for (const side of sides) {
    const known = episodes.flatMap((e) => e.sides?.[side] ?? [])
    metrics[`reward_sides/${side}/mean`] = known.reduce((sum, { value }) => sum + value, 0) / known.length
    metrics[`reward_sides/${side}/share`] = known.reduce((sum, { share }) => sum + Math.abs(share), 0) / known.length
  }
  return metrics
}
