/** The settings by TRL's names: arguments of GRPOConfig, and what the driver does beside it. Of TRL 1.16. */
import type { TrainerNames } from './trainer-names.ts'

const ratioLosses = ['grpo', 'bnpo', 'dapo', 'dr_grpo', 'luspo']
const noCritic = { to: [], when: { setting: 'advantageEstimator', is: ['gae'] } } as const
const sapo = { setting: 'lossType', is: ['sapo'] } as const
const vespo = { setting: 'lossType', is: ['vespo'] } as const

export const trlNames: TrainerNames = {
  temperature: { to: ['temperature'], note: 'Of the sampler and of the loss’s log-probabilities, as here.' },
  beta: { to: ['beta'], note: 'From 0 it cannot be turned up while a stage goes: TRL then has no reference model.' },
  learningRate: { to: ['learning_rate'] },
  epsilonLow: { to: ['epsilon'], when: { setting: 'lossType', is: ratioLosses } },
  epsilonHigh: { to: ['epsilon_high'], when: { setting: 'lossType', is: ratioLosses } },
  delta: { to: ['delta'], as: 'none-for-0' },
  entropyCoefficient: { to: ['entropy_coef'] },
  offPolicyThreshold: { to: ['off_policy_mask_threshold'], as: 'none-for-0' },
  topEntropyQuantile: {
    to: ['top_entropy_quantile'],
    note: 'TRL takes the quantile of each micro-batch, not of the mini-batch.',
  },
  cispoMaxRatio: { to: ['epsilon_high'], when: { setting: 'lossType', is: ['cispo'] } },
  sapoTemperaturePositive: { to: ['sapo_temperature_pos'], when: sapo },
  sapoTemperatureNegative: { to: ['sapo_temperature_neg'], when: sapo },
  vespoKPositive: { to: ['vespo_k_pos'], when: vespo },
  vespoLambdaPositive: { to: ['vespo_lambda_pos'], when: vespo },
  vespoKNegative: { to: ['vespo_k_neg'], when: vespo },
  vespoLambdaNegative: { to: ['vespo_lambda_neg'], when: vespo },
  groupSize: { to: ['num_generations'] },
  promptsPerStep: {
    to: ['generation_batch_size'],
    as: 'driver',
    note: 'Times the group size. In a supervised stage, examples of an optimizer step.',
  },
  maxCompletionTokens: { to: ['max_completion_length'] },
  refreshReferenceEvery: {
    to: [],
    as: 'driver',
    note: 'Counted in steps; TRL’s ref_model_sync_steps counts optimizer steps.',
  },
  referenceMixture: { to: ['ref_model_mixup_alpha'] },
  topP: { to: ['top_p'] },
  topK: { to: ['top_k'] },
  minP: { to: ['min_p'], as: 'none-for-0' },
  repetitionPenalty: { to: ['repetition_penalty'] },
  dynamicSampling: { to: [], only: [1], why: 'TRL samples the groups of a step once, with or without signal' },
  miniBatches: {
    to: ['steps_per_generation', 'gradient_accumulation_steps'],
    as: 'driver',
    note: 'One optimizer step each; a step of the run is all optimizer steps of a rollout.',
  },
  innerEpochs: { to: ['num_iterations'], note: 'TRL keeps the order of the mini-batches in each pass.' },
  microBatchTokens: {
    to: ['per_device_train_batch_size'],
    as: 'driver',
    note: 'As many rows as fit with the longest prompt and the token limit.',
  },
  warmupSteps: {
    to: [],
    as: 'driver',
    note: 'A schedule of the driver’s: TRL’s warm-up counts optimizer steps, and begins at 0.',
  },
  maxGradNorm: { to: ['max_grad_norm'] },
  gaeLambda: noCritic,
  gaeGamma: noCritic,
  criticLearningRate: noCritic,
  criticWarmupSteps: noCritic,
  valueClip: noCritic,
  valueCoefficient: noCritic,
  weightDecay: { to: ['weight_decay'], note: 'Of all weights, as here; transformers would spare biases and norms.' },
  adamBeta1: { to: ['adam_beta1'] },
  adamBeta2: { to: ['adam_beta2'] },
  advantageEstimator: { to: [], as: 'driver', only: ['group'], why: 'TRL’s GRPO has no critic' },
  klInReward: noCritic,
  lossType: { to: ['loss_type'], note: 'bnpo averages over each micro-batch in TRL, over the mini-batch here.' },
  importanceSampling: { to: ['importance_sampling_level'] },
  klEstimator: { to: [], as: 'driver', only: ['k3'], why: 'TRL’s loss has the estimator k3 alone' },
  klTimesRatio: { to: ['use_bias_correction_kl'] },
  scaleRewards: { to: ['scale_rewards'] },
  rewardAggregation: { to: ['multi_objective_aggregation'] },
  maskTruncated: { to: ['mask_truncated_completions'] },
}
