/** Names of the metrics of a step, TRL's where TRL has one, with what the window says about them. */
import { type RewardName, type RewardSide, rewardNames, rewardSides, rewardTable } from './rewards.ts'
import { type DropReason, dropReasons } from './stages.ts'

export interface MetricInfo {
  label: string
  unit: string
  about: string
}

const whyDropped: Record<DropReason, string> = {
  unfinished: 'as they were cut at the token limit',
  wrong: 'as their answer is not right',
  malformed: 'as they do not keep the form',
  mixed_language: 'as too much of their reasoning is in another language',
  long_paragraph: 'as a paragraph of theirs is too long',
  duplicate: 'as the same answer to the same problem was kept before',
  surplus: 'as enough answers to their problem were kept',
}

const dropped = Object.fromEntries(
  dropReasons.map((reason): [`samples/dropped_${DropReason}`, MetricInfo] => [
    `samples/dropped_${reason}`,
    {
      label: `dropped: ${reason.replace('_', ' ')}`,
      unit: 'samples',
      about: `Of rejection sampling: samples of the step that were dropped, ${whyDropped[reason]}.`,
    },
  ]),
) as Record<`samples/dropped_${DropReason}`, MetricInfo>

export const metrics = {
  reward: { label: 'reward', unit: '', about: 'Mean weighted reward of all outputs of the step.' },
  reward_std: {
    label: 'reward spread',
    unit: '',
    about: 'Mean over groups of the standard deviation of the reward within the group.',
  },
  frac_reward_zero_std: {
    label: 'groups without signal',
    unit: '',
    about:
      'Share of groups whose outputs all got the same reward: they teach nothing. 0 with a critic, to which they do.',
  },
  'completions/mean_length': {
    label: 'response length',
    unit: 'tokens',
    about: 'Mean number of sampled tokens, end token included.',
  },
  'completions/max_length': { label: 'longest response', unit: 'tokens', about: 'Longest output of the step.' },
  'completions/clipped_ratio': {
    label: 'cut at the limit',
    unit: '',
    about: 'Share of the outputs that reached the token limit.',
  },
  'completions/reflections': {
    label: '"wait" per response',
    unit: '',
    about: 'Mean count of reflection words per output: the aha moment.',
  },
  'completions/right': {
    label: 'right answers',
    unit: '',
    about:
      'Share of the outputs that a rule calls right, of those that one has a verdict on. No number without such a reward.',
  },
  'completions/repetition': {
    label: 'repetition in outputs',
    unit: '',
    about: 'Mean share of 4-grams that were in the output before.',
  },
  'completions/identical_groups': {
    label: 'identical answers',
    unit: '',
    about: 'Share of groups in which all outputs give the same answer, and no rule calls it right.',
  },
  'completions/hollow': {
    label: 'form without content',
    unit: '',
    about:
      'Share of the outputs that keep the form, with less than two words of reasoning and no right answer (where no rule tells: with less than two words in it too).',
  },
  'completions/other_language': {
    label: 'other language',
    unit: '',
    about:
      'Share of the outputs that reason mostly in another language than the question (or the target of the language reward).',
  },
  'reward_model/out_of_range': {
    label: 'beyond reward model',
    unit: '',
    about:
      'Share of the outputs whose score leaves the range of scores that the reward model gave its training texts. No number without a reward model.',
  },
  'sampling/groups': {
    label: 'groups sampled',
    unit: 'groups',
    about: 'Groups of the step. With dynamic sampling they are more than its prompts when some of them had no signal.',
  },
  'sampling/groups_dropped': {
    label: 'groups dropped',
    unit: 'groups',
    about: 'Groups without signal whose place others took: sampled and measured, not trained on.',
  },
  kl: {
    label: 'KL to reference',
    unit: 'nats/token',
    about: 'Mean over sampled tokens of the estimate that β penalises: by default k3, exp(ref−logp) − (ref−logp) − 1.',
  },
  entropy: { label: 'entropy', unit: 'nats/token', about: 'Mean entropy of the sampling distribution.' },
  'clip_ratio/low_mean': {
    label: 'clipped low',
    unit: '',
    about: 'Share of tokens whose ratio was cut at 1−ε low with a negative advantage.',
  },
  'clip_ratio/high_mean': {
    label: 'clipped high',
    unit: '',
    about: 'Share of tokens whose ratio was cut at 1+ε high (cispo: at its cap) with a positive advantage.',
  },
  'clip_ratio/region_mean': {
    label: 'clip fraction',
    unit: '',
    about: 'Share of tokens whose gradient was cut by clipping.',
  },
  'clip_ratio/low_min': {
    label: 'clipped low, least',
    unit: '',
    about: 'That share cut low in the output where it is smallest.',
  },
  'clip_ratio/high_max': {
    label: 'clipped high, most',
    unit: '',
    about: 'That share cut high in the output where it is largest.',
  },
  'vespo/phi_seq_mean': {
    label: 'VESPO weight',
    unit: '',
    about: 'Mean weight φ of an output in the loss; 0 with other loss types than vespo.',
  },
  loss: {
    label: 'loss',
    unit: '',
    about:
      'The GRPO loss, mean over the mini-batches of the step; of supervised stages the mean cross-entropy of a token, in nats; of reward-model stages that of a pair or output.',
  },
  grad_norm: { label: 'gradient norm', unit: '', about: 'Global norm before clipping, mean over the mini-batches.' },
  learning_rate: { label: 'learning rate', unit: '', about: 'In force, warm-up included.' },
  tokens_per_second: {
    label: 'tokens/s',
    unit: 'tokens/s',
    about: 'Sampled tokens (supervised: tokens learned from) per second of the whole step.',
  },
  num_tokens: {
    label: 'tokens so far',
    unit: 'tokens',
    about: 'Tokens sampled or learned from in supervised stages since the start of the run.',
  },
  'products/logp_error/mean': {
    label: 'bf16 error',
    unit: 'nats',
    about:
      'Mean difference of a token’s log-probability with bfloat16 products from the one in float32; 0 without them.',
  },
  'products/logp_error/max': { label: 'bf16 error, worst', unit: 'nats', about: 'The largest such difference.' },
  'sampling/logp_difference/mean': {
    label: 'sampler–trainer gap',
    unit: 'nats',
    about: 'Mean |log-prob of the sampler − log-prob of the trainer| before the first update.',
  },
  'sampling/logp_difference/max': {
    label: 'sampler–trainer gap, worst',
    unit: 'nats',
    about: 'The largest such difference.',
  },
  'seconds/rollout': { label: 'sampling', unit: 's', about: 'Seconds of the step spent sampling.' },
  'seconds/update': { label: 'update', unit: 's', about: 'Seconds of the step spent in loss, gradient and optimizer.' },
  'seconds/step': { label: 'seconds per step', unit: 's', about: 'Wall-clock seconds of the whole step.' },
} as const satisfies Record<string, MetricInfo>

/** Of a supervised stage (TRL's SFTTrainer has them by these names), and of one that collects. */
export const stageMetrics = {
  eval_loss: {
    label: 'held-out loss',
    unit: 'nats/token',
    about:
      'Of supervised stages: mean cross-entropy of the answers that are held out of the data, every few steps; of reward-model stages the loss of the held-out pairs or outputs.',
  },
  eval_mean_token_accuracy: {
    label: 'held-out token accuracy',
    unit: '',
    about: 'Of supervised stages: share of the tokens of those answers that are the likeliest ones.',
  },
  'reward_model/accuracy': {
    label: 'rightly ordered',
    unit: '',
    about:
      'Of reward-model stages: share of the batch whose preferred answer got more, or whose output is on the right side of ½.',
  },
  'reward_model/eval_accuracy': {
    label: 'rightly ordered, held out',
    unit: '',
    about: 'The same of the pairs or outputs that are held out of the data, every few steps.',
  },
  'samples/kept': {
    label: 'samples kept',
    unit: 'samples',
    about: 'Of rejection sampling: samples of the step that went into the data set.',
  },
  ...dropped,
} as const satisfies Record<string, MetricInfo>

/** Of the engine's process, at the end of a step of any kind. */
export const processMetrics = {
  'memory/peak': {
    label: 'peak memory',
    unit: 'MiB',
    about: 'Most memory that the engine’s process held at once so far; a GPU’s own is not counted.',
  },
} as const satisfies Record<string, MetricInfo>

/** Of a step with a critic, by verl's names. */
export const criticMetrics = {
  'critic/vf_loss': {
    label: 'value loss',
    unit: '',
    about:
      'With a critic: half the squared error of its values, clipped; mean over the tokens that count and the mini-batches.',
  },
  'critic/vf_explained_var': {
    label: 'explained variance',
    unit: '',
    about:
      'With a critic: share of the variance of the returns that its values explained before the update. 1 is all; below 0 a constant would do better.',
  },
  'critic/vf_clipfrac': {
    label: 'values clipped',
    unit: '',
    about: 'With a critic: share of tokens whose gradient was cut by the value clip.',
  },
  'critic/grad_norm': {
    label: 'critic gradient norm',
    unit: '',
    about: 'Global norm of the critic’s gradient before clipping, mean over the mini-batches.',
  },
  'critic/lr': { label: 'critic learning rate', unit: '', about: 'In force, warm-up included.' },
  'critic/values/mean': {
    label: 'value',
    unit: '',
    about: 'Mean over tokens of what the critic expects from there on.',
  },
  'critic/returns/mean': {
    label: 'return',
    unit: '',
    about: 'Mean over tokens of the return that the critic learns: advantage before whitening plus value.',
  },
  'critic/kl_penalty': {
    label: 'KL penalty',
    unit: '',
    about:
      'Mean over outputs of what the KL penalty takes from the reward: β times the log-ratio to the reference, summed.',
  },
  'seconds/critic': {
    label: 'critic',
    unit: 's',
    about: 'Seconds of the update spent on the critic: values, advantages and its own update.',
  },
} as const satisfies Record<string, MetricInfo>
export type CriticMetric = keyof typeof criticMetrics

/** Of each reward that the run weighs, over the outputs that it has a verdict for. */
export type RewardMetric = `rewards/${RewardName}/${'mean' | 'std'}`

export const rewardMetrics = Object.fromEntries(
  rewardNames.flatMap((name): [RewardMetric, MetricInfo][] => {
    const { label, about } = rewardTable[name]
    return [
      [`rewards/${name}/mean`, { label, unit: '', about }],
      [
        `rewards/${name}/std`,
        { label: `${label}, spread`, unit: '', about: `Standard deviation of the ${label} reward over all outputs.` },
      ],
    ]
  }),
) as Record<RewardMetric, MetricInfo>

/** Of each side of the composite reward, where a run has several: before scaling and weight, and what it adds to the total. */
export type SideMetric = `reward_sides/${RewardSide}/${'mean' | 'share'}`

export const sideMetrics = Object.fromEntries(
  rewardSides.flatMap((side): [SideMetric, MetricInfo][] => [
    [
      `reward_sides/${side}/mean`,
      {
        label: `${side} side`,
        unit: '',
        about: `Mean of the ${side} side of the reward over all outputs, before its scaling and its weight.`,
      },
    ],
    [
      `reward_sides/${side}/share`,
      {
        label: `${side} side, share`,
        unit: '',
        about: `Mean of what the ${side} side adds to or takes from the reward of an output, without its sign.`,
      },
    ],
  ]),
) as Record<SideMetric, MetricInfo>

export type MetricName =
  | keyof typeof metrics
  | keyof typeof stageMetrics
  | keyof typeof processMetrics
  | CriticMetric
  | RewardMetric
  | SideMetric
/** What is said of a metric; undefined for a name that this version does not know. */
export const metricInfo = (name: string): MetricInfo | undefined =>
  ({ ...metrics, ...stageMetrics, ...processMetrics, ...criticMetrics, ...rewardMetrics, ...sideMetrics })[
    name as MetricName
  ]

/** Wall clock and memory differ from run to run; all other metrics are bit-identical for the same seed, configuration and backend. */
export const timingMetrics: MetricName[] = [
  'tokens_per_second',
  'seconds/rollout',
  'seconds/update',
  'seconds/critic',
  'seconds/step',
  'memory/peak',
]
/** Of a GRPO step. */
export type GrpoMetrics = Record<keyof typeof metrics, number> &
  Partial<Record<RewardMetric | SideMetric | CriticMetric, number>>
/** What a step of any kind has. */
export type CommonMetric = 'num_tokens' | 'tokens_per_second' | 'seconds/step'
export type Metrics = Partial<Record<MetricName, number>> & Record<CommonMetric, number>

/** Words by which a model is seen to reconsider (R1's aha moment). */
export const reflectionWords = ['wait', 'hmm'] as const
