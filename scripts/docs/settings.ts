/** Tables of the settings of a stage, out of the contract's own table. */
import { rewardNames, rewardWeightRange } from '../../src-main/contract/rewards.ts'
import {
  defaultSettings,
  type Knob,
  knobs,
  lossTypes,
  type NumberSetting,
  numberSettings,
  type PartialSettings,
  partialSettings,
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
  lossType: {
    values: lossTypes.map(code).join(', '),
    about:
      'How the loss is averaged. `grpo`: mean over outputs of each output’s token mean. `bnpo`, `dapo`: mean over all tokens. `dr_grpo`: sum divided by outputs × token limit.',
  },
  importanceSampling: {
    values: partialSettings.shape.importanceSampling.unwrap().options.map(code).join(', '),
    about: 'Whether each token has its own probability ratio, or its output’s mean one (GSPO).',
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
