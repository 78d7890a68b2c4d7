/**
 * One GRPO step (Shao et al. 2024, eq. 3; R1-Zero: Guo et al. 2025, Methods). This file is the way from prompts to a new policy.
 * Deviations from the paper: the old log-probabilities are the sampler's own, not recomputed (their gap to the trainer's is a logged metric);
 * the upper and lower clip bounds are separate (DAPO); the learning rate warms up, since runs here last hundreds of steps, not thousands.
 */
import type { Metrics, metrics as metricTable } from '../../contract/metrics.ts'
import type { GroupRecord, StepReport } from '../../contract/records.ts'
import type { Settings } from '../../contract/settings.ts'
import { advantagesOf, spreadOf } from '../grpo/advantages.ts'
import type { Episode } from '../grpo/episode.ts'
import { type UpdateResult, update } from '../grpo/update.ts'
import type { Policy } from '../model/policy.ts'
import type { Weights } from '../model/transformer.ts'
import { type AdamW, warmedUp } from '../optim/adamw.ts'
import { randomAt } from '../random.ts'
import { score } from '../rewards/score.ts'
import { type Output, rollout } from '../rollout/rollout.ts'
import type { Problem } from '../tasks/problem.ts'
import { reflectionsIn } from './evaluate.ts'

export interface GrpoStep {
  step: number
  stage: number
  seed: number
  settings: Settings
  policy: Policy
  reference: Weights
  optimizer: AdamW
  problems: Problem[]
  /** Sampled tokens before this step. */
  tokensBefore: number
  progress: (phase: 'rollout' | 'reward' | 'update', fraction: number) => Promise<void>
}

/** Updates the policy in place. @throws NonFiniteError, with mini-batches before the bad one applied (the caller restores) */
export async function grpoStep(run: GrpoStep): Promise<StepReport> {
  const { step, seed, settings, policy } = run
  const started = performance.now()

  const problems = take(run.problems, settings.promptsPerStep, step, seed)
  const outputs = await rollout({
    config: policy.config,
    weights: policy.weights,
    prompts: problems.map((p) => policy.tokenizer.encode(p.prompt)),
    groupSize: settings.groupSize,
    maxTokens: settings.maxCompletionTokens,
    eosIds: policy.config.eosIds,
    sampler: settings,
    random: (group, sample) => randomAt(seed, 'rollout', step, group, sample),
    progress: (fraction) => run.progress('rollout', fraction),
  })
  const sampled = performance.now()

  await run.progress('reward', 0)
  const groups = withAdvantages(scored(problems, outputs, policy, settings), settings)

  const learningRate = warmedUp(settings.learningRate, step, settings.warmupSteps)
  const updateStarted = performance.now()
  const result = await update(
    policy,
    run.reference,
    groups.flat(),
    settings,
    learningRate,
    run.optimizer,
    randomAt(seed, 'mini-batches', step),
    (fraction) => run.progress('update', fraction),
  )
  const ended = performance.now()

  const timing = {
    rollout: (sampled - started) / 1000,
    update: (ended - updateStarted) / 1000,
    step: (ended - started) / 1000,
  }
  const records = groups.map(recordOf)
  return {
    step,
    stage: run.stage,
    at: new Date().toISOString(),
    settings,
    metrics: measure(groups, records, result, learningRate, timing, run.tokensBefore),
    groups: records,
  }
}

/** The step's prompts: the training set in an order of its own for each epoch, gone through without gaps or repeats. */
export function take(problems: Problem[], count: number, step: number, seed: number): Problem[] {
  const order = (epoch: number) => randomAt(seed, 'epoch', epoch).shuffle(problems.map((_, i) => i))
  const orders = new Map<number, number[]>()
  return Array.from({ length: count }, (_, i) => {
    const position = (step - 1) * count + i
    const epoch = Math.floor(position / problems.length)
    const shuffled = orders.get(epoch) ?? order(epoch)
    orders.set(epoch, shuffled)
    return problems[shuffled[position % problems.length]]
  })
}

/** Each output with what every reward gave it, and why; the advantage comes next. */
function scored(problems: Problem[], outputs: Output[][], policy: Policy, settings: Settings): Episode[][] {
  return outputs.map((samples, group) =>
    samples.map((output, sample) => {
      const text = policy.tokenizer.decode(output.ids)
      const { reward, parts } = score({ text, finished: output.finished }, problems[group], settings.rewardWeights)
      return { ...output, problem: problems[group], group, sample, text, parts, reward, advantage: 0 }
    }),
  )
}

function withAdvantages(groups: Episode[][], settings: Settings): Episode[][] {
  const advantages = advantagesOf(
    groups.map((g) => g.map((e) => e.reward)),
    settings.scaleRewards,
  )
  return groups.map((group, g) => group.map((e, s) => ({ ...e, advantage: advantages[g][s] })))
}

function recordOf(episodes: Episode[]): GroupRecord {
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
    zeroSpread: spread.equal,
    advantages: episodes.map((e) => e.advantage),
    rewards,
    completions: episodes.map((e) => ({
      sample: e.sample,
      text: e.text,
      tokens: e.ids.length,
      finishReason: e.finished ? 'stop' : 'length',
      reward: e.reward,
      parts: e.parts,
      advantage: e.advantage,
    })),
  }
}

function measure(
  groups: Episode[][],
  records: GroupRecord[],
  result: UpdateResult,
  learningRate: number,
  seconds: { rollout: number; update: number; step: number },
  tokensBefore: number,
): Metrics {
  const all = groups.flat()
  const meanOf = (value: (e: Episode) => number) => all.reduce((sum, e) => sum + value(e), 0) / all.length
  const tokens = all.reduce((sum, e) => sum + e.ids.length, 0)
  const values: Record<keyof typeof metricTable, number> = {
    reward: meanOf((e) => e.reward),
    reward_std: records.reduce((sum, g) => sum + g.stdReward, 0) / records.length,
    frac_reward_zero_std: records.filter((g) => g.zeroSpread).length / records.length,
    'rewards/accuracy/mean': meanOf((e) => e.parts.accuracy.value),
    'rewards/format/mean': meanOf((e) => e.parts.format.value),
    'completions/mean_length': tokens / all.length,
    'completions/max_length': Math.max(...all.map((e) => e.ids.length)),
    'completions/clipped_ratio': meanOf((e) => (e.finished ? 0 : 1)),
    'completions/reflections': meanOf((e) => reflectionsIn(e.text)),
    kl: result.kl,
    entropy: result.entropy,
    'clip_ratio/low_mean': result.clipLow,
    'clip_ratio/high_mean': result.clipHigh,
    'clip_ratio/region_mean': result.clipLow + result.clipHigh,
    loss: result.loss,
    grad_norm: result.gradNorm,
    learning_rate: learningRate,
    tokens_per_second: tokens / seconds.step,
    num_tokens: tokensBefore + tokens,
    'sampling/logp_difference/mean': result.gapMean,
    'sampling/logp_difference/max': result.gapMax,
    'seconds/rollout': seconds.rollout,
    'seconds/update': seconds.update,
    'seconds/step': seconds.step,
  }
  return values
}
