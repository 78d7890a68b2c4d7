/** Tables of the settings of a stage, out of the contract's own table. */

import { sideScalings } from '../../src-main/contract/composite.ts'
import { type Knob, knobs } from '../../src-main/contract/knobs.ts'
import { type NumberSetting, numberSettings } from '../../src-main/contract/number-settings.ts'
import { rewardNames, rewardWeightRange } from '../../src-main/contract/rewards.ts'
import {
  advantageEstimators,
  defaultSettings,
  importanceSamplings,
  klEstimators,
  lossTypes,
  type PartialSettings,
  rewardAggregations,
  rewardScales,
} from '../../src-main/contract/settings.ts'
import { code, plain, table } from './markdown.ts'

const range = ({ min, max }: { min: number; max: number }) => `${plain(min)} to ${plain(max)}`

const unit = ({ kind, unit }: NumberSetting) => unit || (kind === 'integer' ? 'count' : '')

/** What the steering panel shows, in its order. */
export function knobTable(): string {
  return table(
    ['knob', 'unit', 'range', 'default', 'paper', 'what turning it does'],
    knobs.map((k: Knob) => [`**${k.label}** ${code(k.name)}`, unit(k), range(k), k.default, k.paper, k.effect]),
  )
}

export function numberTable(): string {
  return table(
    ['setting', 'unit', 'range', 'default', 'paper', 'while it runs', 'effect'],
    Object.entries(numberSettings as Record<string, NumberSetting>).map(([name, s]) => [
      code(name),
      unit(s),
      range(s),
      s.default,
      s.paper,
      s.steerable ? 'yes' : '',
      s.effect,
    ]),
  )
}

type Choice = Exclude<keyof PartialSettings, keyof typeof numberSettings>

/** The settings that are no numbers. Every one of them has to be here for this file to compile. */
const choices: Record<Choice, { values: string; about: string }> = {
  advantageEstimator: {
    values: advantageEstimators.map(code).join(', '),
    about:
      'Where advantages come from: `group` compares the outputs of a prompt with one another (GRPO); `gae` asks a [critic](#ppo-with-a-critic) what it expected at each token (PPO).',
  },
  klInReward: {
    values: '`true`, `false`',
    about:
      'With `gae`: takes β · (logp − ref) of each token from its reward, as PPO for language models does; `false` has the KL term in the loss, as GRPO.',
  },
  lossType: {
    values: lossTypes.map(code).join(', '),
    about:
      'The policy term, and how it is averaged. Clipped ratios: `grpo` (mean over outputs of each output’s token mean), `bnpo` and `dapo` (mean over all tokens), `dr_grpo` (sum divided by outputs × token limit), `luspo` (mean over outputs of their sums; wants sequence ratios). `cispo`: capped ratios as constant weights, mean over all tokens. `sapo`: a soft gate in place of clipping, averaged as `grpo`. `vespo`: a constant weight an output, mean over all tokens.',
  },
  importanceSampling: {
    values: importanceSamplings.map(code).join(', '),
    about: 'Whether each token has its own probability ratio, or its output’s mean one (GSPO).',
  },
  klEstimator: {
    values: klEstimators.map(code).join(', '),
    about:
      'How the KL of a token is estimated: with d = ref − logp, `k1` is −d, `k2` is d²/2, `k3` is exp(d) − d − 1. As a penalty `k1` does nothing on average.',
  },
  klTimesRatio: {
    values: '`true`, `false`',
    about:
      'Multiplies the KL term by the probability ratio (DeepSeek-V3.2, and TRL by default); GRPO as published does not.',
  },
  rewardAggregation: {
    values: rewardAggregations.map(code).join(', '),
    about:
      'Whether the weighted sum of the rewards is normalised, or each reward within its group and then their sum over the step (GDPO).',
  },
  sideWeights: {
    values: 'a number from -10 to 10 by domain and side, such as `{ "general": { "reasoning": 0 } }`',
    about:
      'How much the sides of the [composite reward](rewards.md#the-composite-reward) count, by the domain of the prompt; each is a knob in runs whose rewards are on several sides. By default 1, and 0 for `general` on math, code and logic.',
  },
  sideScaling: {
    values: `by side, ${sideScalings.map(code).join(', ')}`,
    about:
      'Whether a side is scaled before that: not, by mean and spread of the group, or by those of all outputs of the steps before.',
  },
  scaleRewards: {
    values: rewardScales.map(code).join(', '),
    about: 'What an advantage is divided by: the spread of its group, of the whole step, or nothing.',
  },
  maskTruncated: {
    values: '`true`, `false`',
    about:
      'Outputs cut at the token limit give no gradient (DAPO’s overlong filtering). They still count in their group’s mean.',
  },
  rewardWeights: {
    values: `an object: ${rewardNames.map(code).join(', ')}, each ${range(rewardWeightRange)}`,
    about:
      'The rewards that are computed, with the weight of each in the total. Each of these weights can be turned while the run goes; 0 keeps watching.',
  },
  rewardParameters: {
    values: 'an object: for a reward’s name an object of its [parameters](rewards.md#parameters)',
    about: 'What the rewards leave to choose.',
  },
}

export function choiceTable(): string {
  return table(
    ['setting', 'values', 'default', 'what it is'],
    (Object.keys(choices) as Choice[]).map((name) => [
      code(name),
      choices[name].values,
      code(JSON.stringify(defaultSettings[name])),
      choices[name].about,
    ]),
  )
}
