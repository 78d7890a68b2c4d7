/** The settings by verl's names: paths of its Hydra configuration. Of verl 0.9.1. */
import type { TrainerNames } from './trainer-names.ts'

const actor = 'actor_rollout_ref.actor'
const rollout = 'actor_rollout_ref.rollout'
const noCritic = { to: [], when: { setting: 'advantageEstimator', is: ['gae'] } } as const
const otherLoss = (type: string) => ({ to: [], when: { setting: 'lossType', is: [type] } }) as const

export const verlNames: TrainerNames = {
  temperature: { to: [`${rollout}.temperature`] },
  beta: {
    to: [`${actor}.kl_loss_coef`, `${actor}.use_kl_loss`],
    as: 'driver',
    note: 'In the loss, not in the reward; without a reference model at 0.',
  },
  learningRate: { to: [`${actor}.optim.lr`] },
  epsilonLow: { to: [`${actor}.clip_ratio_low`] },
  epsilonHigh: { to: [`${actor}.clip_ratio_high`] },
  delta: { to: [`${actor}.clip_ratio_c`], as: 'driver', note: 'Off at 0 here; verl’s is always on, so 1e9 there.' },
  entropyCoefficient: {
    to: [],
    only: [0],
    why: 'verl averages the entropy as the loss type averages its tokens, not over all tokens',
  },
  offPolicyThreshold: { to: [], only: [0], why: 'verl masks outputs by other rules (rollout correction)' },
  topEntropyQuantile: { to: [], only: [1], why: 'verl’s loss has no such share' },
  cispoMaxRatio: otherLoss('cispo'),
  sapoTemperaturePositive: otherLoss('sapo'),
  sapoTemperatureNegative: otherLoss('sapo'),
  vespoKPositive: otherLoss('vespo'),
  vespoLambdaPositive: otherLoss('vespo'),
  vespoKNegative: otherLoss('vespo'),
  vespoLambdaNegative: otherLoss('vespo'),
  groupSize: { to: [`${rollout}.n`] },
  promptsPerStep: { to: ['data.train_batch_size'] },
  maxCompletionTokens: { to: ['data.max_response_length'] },
  refreshReferenceEvery: { to: [], only: [0], why: 'verl’s reference model stays what it was' },
  referenceMixture: { to: [], when: { setting: 'refreshReferenceEvery', is: [] } },
  topP: { to: [`${rollout}.top_p`] },
  topK: { to: [`${rollout}.top_k`], as: 'driver', note: 'Off at 0 here, at −1 there.' },
  minP: { to: [], only: [0], why: 'verl’s rollout has no min-p' },
  repetitionPenalty: { to: [], only: [1], why: 'verl’s rollout has no repetition penalty' },
  dynamicSampling: {
    to: [],
    only: [1],
    why: 'verl’s group filtering has no limit on the rollouts of a step that means the same',
  },
  miniBatches: {
    to: [`${actor}.ppo_mini_batch_size`],
    as: 'driver',
    note: 'The prompts of a step divided by it, without a remainder.',
  },
  innerEpochs: { to: [`${actor}.ppo_epochs`] },
  microBatchTokens: {
    to: [`${actor}.ppo_max_token_len_per_gpu`, `${actor}.use_dynamic_bsz`],
    as: 'driver',
    note: 'At least one output with its prompt.',
  },
  warmupSteps: {
    to: [`${actor}.optim.lr_warmup_steps`, `${actor}.optim.zero_indexed_step`],
    as: 'driver',
    note: 'Counted from 1, so that the first step learns.',
  },
  maxGradNorm: { to: [`${actor}.optim.clip_grad`] },
  gaeLambda: noCritic,
  gaeGamma: noCritic,
  criticLearningRate: noCritic,
  criticWarmupSteps: noCritic,
  valueClip: noCritic,
  valueCoefficient: noCritic,
  weightDecay: { to: [`${actor}.optim.weight_decay`] },
  adamBeta1: { to: [`${actor}.optim.betas`], as: 'driver', note: 'The first of the two.' },
  adamBeta2: { to: [`${actor}.optim.betas`], as: 'driver', note: 'The second.' },
  advantageEstimator: {
    to: ['algorithm.adv_estimator'],
    values: { group: 'grpo' },
    only: ['group'],
    why: 'the driver writes no configuration of a critic',
    note: 'verl adds 1e-6 to the spread of a group, the app 1e-4.',
  },
  klInReward: noCritic,
  lossType: {
    to: [`${actor}.loss_agg_mode`],
    values: { grpo: 'seq-mean-token-mean', bnpo: 'token-mean', dapo: 'token-mean', dr_grpo: 'seq-mean-token-sum-norm' },
    only: ['grpo', 'bnpo', 'dapo', 'dr_grpo'],
    why: 'verl’s loss of that name is another one, or there is none',
  },
  importanceSampling: {
    to: [],
    as: 'driver',
    only: ['token'],
    why: 'verl’s gspo averages its tokens by a rule of its own',
  },
  klEstimator: {
    to: [`${actor}.kl_loss_type`],
    values: { k1: 'k1', k2: 'k2', k3: 'low_var_kl' },
    note: 'verl cuts k3 of a token at 10.',
  },
  klTimesRatio: { to: [], only: [false], why: 'verl’s loss does not multiply the KL term by the ratio' },
  scaleRewards: {
    to: ['algorithm.norm_adv_by_std_in_grpo'],
    values: { group: true, none: false },
    only: ['group', 'none'],
    why: 'verl divides by the spread of the group or by nothing',
  },
  rewardAggregation: {
    to: [],
    as: 'driver',
    only: ['sum_then_normalize'],
    why: 'verl’s GRPO sees one sum of the rewards',
  },
  maskTruncated: { to: [], only: [false], why: 'verl’s loss leaves out no truncated outputs' },
}
