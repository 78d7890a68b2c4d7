/** The small multiples of the live page, in reading order: outcome, policy, optimisation. */

import { sidesOf } from '../../src-main/contract/composite.ts'
import type { EvaluationSummary } from '../../src-main/contract/evaluation.ts'
import type { KnobName } from '../../src-main/contract/knobs.ts'
import {
  criticMetrics,
  type MetricInfo,
  type MetricName,
  metrics,
  processMetrics,
  rewardMetrics,
  sideMetrics,
  stageMetrics,
} from '../../src-main/contract/metrics.ts'
import { correctnessRewards, type RewardName, rewardInfo } from '../../src-main/contract/rewards.ts'
import type { StageKind } from '../../src-main/contract/stages.ts'
import { compact, percent } from '../format/number.ts'
import { t } from '../text/t.ts'

export interface HeldOutPoint {
  step: number
  value: number
  low?: number
  high?: number
}

export interface Panel {
  id: string
  metric: MetricName
  title: string
  unit: string
  about: string
  /** Between 0 and 1, shown in per cent on a fixed axis. */
  share?: boolean
  /** The axis starts at zero. */
  fromZero?: boolean
  /** Metric drawn as a band around the line. */
  spread?: MetricName
  heldOut?: (evaluation: EvaluationSummary) => HeldOutPoint
  /** Knob drawn as a line: the bound that this metric lives under. */
  bound?: KnobName
  /** Set, not measured: an average would blur it. */
  exact?: boolean
  format: (value: number | null | undefined) => string
}

type Extra = Partial<Pick<Panel, 'share' | 'fromZero' | 'spread' | 'heldOut' | 'bound' | 'exact'>>

const information: Record<MetricName, MetricInfo> = {
  ...metrics,
  ...stageMetrics,
  ...processMetrics,
  ...criticMetrics,
  ...rewardMetrics,
  ...sideMetrics,
}

/** What another trainer reports by names of its own. */
const ownName = (metric: string): MetricInfo => ({
  label: /^rewards\/(.+)\/mean$/.exec(metric)?.[1] ?? metric,
  unit: '',
  about: 'A metric of the trainer, by its own name.',
})

function panel(id: string, metric: MetricName, extra: Extra = {}): Panel {
  const { label, unit, about } = information[metric] ?? ownName(metric)
  return {
    id,
    metric,
    title: t(label),
    unit: unit && t(unit),
    about: t(about),
    format: extra.share ? percent : compact,
    ...extra,
  }
}

const shareOf = (name: RewardName) => rewardInfo[name]?.range[0] === 0 && rewardInfo[name].range[1] === 1

const panels: Panel[] = [
  panel('length', 'completions/mean_length', {
    fromZero: true,
    heldOut: (e) => ({ step: e.step, value: e.meanLength }),
    bound: 'maxCompletionTokens',
  }),
  panel('reflections', 'completions/reflections', {
    fromZero: true,
    heldOut: (e) => ({ step: e.step, value: e.reflections }),
  }),
  panel('kl', 'kl', { fromZero: true }),
  panel('entropy', 'entropy', { fromZero: true }),
  panel('clip', 'clip_ratio/region_mean', { fromZero: true }),
  panel('signal', 'frac_reward_zero_std', { share: true }),
  panel('loss', 'loss'),
  panel('gradient', 'grad_norm', { fromZero: true }),
  panel('rate', 'learning_rate', { fromZero: true, exact: true }),
  panel('speed', 'tokens_per_second', { fromZero: true }),
]

/** What reward hacking is told by. Always drawn, whether an alert speaks of them or not: a chart that comes later would move all others. */
const signals: Panel[] = [
  panel('repeating', 'completions/repetition', { share: true }),
  panel('identical', 'completions/identical_groups', { share: true }),
]
const outOfRange = panel('out-of-range', 'reward_model/out_of_range', { share: true })
const signalOf: Partial<Record<RewardName, Panel>> = {
  format: panel('hollow', 'completions/hollow', { share: true }),
  language: panel('other-language', 'completions/other_language', { share: true }),
  helpfulness: outOfRange,
  safety: outOfRange,
}

const critic: Panel[] = [
  panel('value-loss', 'critic/vf_loss', { fromZero: true }),
  panel('explained', 'critic/vf_explained_var'),
  panel('critic-gradient', 'critic/grad_norm', { fromZero: true }),
]
const supervised: Panel[] = [
  panel('held-out-loss', 'eval_loss', { fromZero: true }),
  panel('token-accuracy', 'eval_mean_token_accuracy', { share: true }),
]
const judging = panel('rightly-ordered', 'reward_model/eval_accuracy', { share: true })
const collecting = panel('kept', 'samples/kept', { fromZero: true })

/** A chart of each further metric that has values: what no chart of `shown` draws. */
export function furtherPanels(shown: readonly Panel[], series: Readonly<Record<string, Series>>): Panel[] {
  const drawn = new Set(shown.map(({ metric }) => metric))
  const known = Object.keys(information)
  const told = Object.keys(series).filter((name) => !known.includes(name))
  const names = ([...known, ...told.sort()] as MetricName[]).filter((name) => !drawn.has(name))
  return names.filter((name) => series[name]?.some((value) => value !== null)).map((name) => panel(name, name))
}

type Series = readonly (number | null)[]

/** Of several runs' charts the first of each metric. */
export const firstOfEach = (panels: readonly Panel[]): Panel[] =>
  panels.filter(({ metric }, i) => panels.findIndex((other) => other.metric === metric) === i)

/**
 * Of what another trainer delivers: its reward, each of its rewards, then what is known of the others.
 * @param names of its series
 */
export function toldPanels(names: readonly string[]): Panel[] {
  const rewards = names.flatMap((name) => /^rewards\/(.+)\/mean$/.exec(name)?.[1] ?? [])
  return [
    panel('reward', 'reward', { spread: 'reward_std' }),
    ...rewards.map((name) => panel(name, `rewards/${name}/mean` as MetricName, { share: shareOf(name as RewardName) })),
    ...[...panels, ...signals].filter(({ metric }) => names.includes(metric)),
  ]
}

/**
 * The charts of a run: its reward, the sides of it where it has several, then each reward that it weighs; the form is soon learnt, and the reader tells of it.
 * @param kinds of its stages
 * @param withCritic see `hasCritic`
 */
export function panelsOf(
  rewards: readonly RewardName[],
  kinds: readonly StageKind[] = [],
  withCritic = false,
): Panel[] {
  const weights = Object.fromEntries(rewards.map((name) => [name, 1]))
  const [correctness] = correctnessRewards(weights)
  const sides = sidesOf(weights)
  return [
    panel('reward', 'reward', { spread: 'reward_std' }),
    ...(sides.length > 1 ? sides.map((side) => panel(`${side}-side`, `reward_sides/${side}/mean`)) : []),
    ...rewards
      .filter((name) => name !== 'format')
      .map((name) =>
        panel(name, `rewards/${name}/mean`, {
          share: shareOf(name),
          ...(name === correctness && {
            heldOut: (e) => ({ step: e.step, value: e.accuracy, low: e.accuracyLow, high: e.accuracyHigh }),
          }),
        }),
      ),
    ...panels,
    ...(withCritic ? critic : []),
    ...signals,
    ...new Set(rewards.flatMap((name) => signalOf[name] ?? [])),
    ...(kinds.includes('sft') || kinds.includes('distil') ? supervised : []),
    ...(kinds.includes('rejection-sampling') ? [collecting] : []),
    ...(kinds.includes('reward-model') ? [judging] : []),
  ]
}
