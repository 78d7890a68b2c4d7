/** The rewards that a recipe may weigh: what each judges, its range and its own parameters. The engine's functions are checked against this. */
import { z } from 'zod'

interface NumberParameter {
  kind: 'number' | 'integer'
  min: number
  max: number
  default: number
  /** One sentence: what it does. */
  effect: string
}

interface ChoiceParameter {
  kind: 'choice'
  values: readonly string[]
  default: string
  effect: string
}

interface TextParameter {
  kind: 'text'
  default: string
  effect: string
}

export type RewardParameter = NumberParameter | ChoiceParameter | TextParameter

/** What a reward is about: R = R_reasoning + R_general + R_language (Guo et al. 2025, Methods). */
export const rewardSides = ['reasoning', 'general', 'language'] as const
export type RewardSide = (typeof rewardSides)[number]

export interface RewardInfo {
  label: string
  /** One sentence: what it judges. */
  about: string
  /** Of its values, before the weight. */
  range: readonly [number, number]
  /** Says whether the answer is right: an output with the value 1 counts as correct. */
  correctness?: true
  /** Measures the length in tokens. */
  needsTokens?: true
  /** Judged by a reward model, which its parameter `model` names. */
  learnt?: true
  /** The side of the composite reward that it belongs to; reasoning by default. */
  side?: RewardSide
  parameters: Readonly<Record<string, RewardParameter>>
}

const correctness = {
  kind: 'choice',
  values: ['accuracy', 'math', 'code'],
  default: 'math',
  effect: 'The reward that says which answers are right; of puzzles and of problems with tests their own always does.',
} as const
const languages = [
  ...['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'cs', 'sv', 'da', 'tr', 'vi'],
  ...['ru', 'uk', 'bg', 'el', 'he', 'ar', 'fa', 'hi', 'th', 'zh', 'ja', 'ko'],
] as const
const rewardModel = {
  model: {
    kind: 'text',
    default: '',
    effect: 'The reward model: its name in the data folder, or the path of its folder.',
  },
  doubtful: {
    kind: 'choice',
    values: ['refuse', 'use'],
    default: 'refuse',
    effect: 'Whether one is used that is no better than chance, or mostly measures length.',
  },
} as const
const tokens = { kind: 'integer', min: 0, max: 1_048_576, default: 0 } as const
const amount = { kind: 'number', min: -10, max: 10 } as const

export const rewardTable = {
  accuracy: {
    label: 'accuracy',
    about: 'Share of the training outputs whose answer is right.',
    range: [0, 1],
    correctness: true,
    parameters: {},
  },
  format: {
    label: 'format',
    about: 'Share of the training outputs in the think/answer form.',
    range: [0, 1],
    parameters: {},
  },
  math: {
    label: 'math',
    about: 'Share of the training outputs whose mathematical answer has the value of the reference.',
    range: [0, 1],
    correctness: true,
    parameters: {
      precision: {
        kind: 'integer',
        min: 0,
        max: 15,
        default: 6,
        effect: 'Decimal places to which decimal fractions must agree.',
      },
    },
  },
  logic: {
    label: 'logic',
    about: 'Share of the training outputs that solve their puzzle.',
    range: [0, 1],
    correctness: true,
    parameters: {},
  },
  code: {
    label: 'code',
    about: 'Share of a program’s tests that it passes; the program is the last fenced block of the answer.',
    range: [0, 1],
    correctness: true,
    parameters: {
      credit: {
        kind: 'choice',
        values: ['cases', 'all'],
        default: 'cases',
        effect: 'The share of the tests that pass, or 1 only if all do.',
      },
      language: {
        kind: 'choice',
        values: ['python', 'javascript', 'typescript'],
        default: 'python',
        effect: 'Language of a fence that names none.',
      },
      seconds: { kind: 'number', min: 0.1, max: 60, default: 4, effect: 'Processor time of a program on one test.' },
      megabytes: {
        kind: 'integer',
        min: 64,
        max: 2048,
        default: 256,
        effect: 'Memory of an interpreter with the program in it; Python’s own is 30.',
      },
      outputKilobytes: {
        kind: 'integer',
        min: 1,
        max: 100_000,
        default: 1000,
        effect: 'What a program may write or return on one test.',
      },
    },
  },
  tag_count: {
    label: 'tags',
    about: 'A quarter for each of the four tags that stands once, in its place, with nothing after the last.',
    range: [0, 1],
    parameters: {},
  },
  cosine_length: {
    label: 'cosine length',
    about: 'Right answers get more the shorter they are, wrong ones the longer they are, along half a cosine.',
    range: [-10, 10],
    needsTokens: true,
    parameters: {
      correctness,
      maxTokens: { ...tokens, effect: 'Length at which the curve ends; 0 is the token limit of the run.' },
      rightShort: { ...amount, default: 1, effect: 'A right answer of no length.' },
      rightLong: { ...amount, default: 0.5, effect: 'A right answer of the greatest length.' },
      wrongShort: { ...amount, default: -1, effect: 'A wrong answer of no length.' },
      wrongLong: { ...amount, default: -0.5, effect: 'A wrong answer of the greatest length.' },
      exceeded: { ...amount, default: -1, effect: 'An output that reached the greatest length, right or wrong.' },
    },
  },
  kimi_length: {
    label: 'Kimi length',
    about: 'From 0.5 for the shortest of a group to −0.5 for the longest; wrong answers never get more than 0.',
    range: [-0.5, 0.5],
    needsTokens: true,
    parameters: { correctness },
  },
  soft_overlong: {
    label: 'soft overlong',
    about: '0, falling to −1 over the last tokens before the limit (DAPO).',
    range: [-1, 0],
    needsTokens: true,
    parameters: {
      maxTokens: { ...tokens, effect: 'Length that gets −1; 0 is the token limit of the run.' },
      cacheShare: {
        kind: 'number',
        min: 0.01,
        max: 1,
        default: 0.2,
        effect: 'Share of that length over which the punishment grows.',
      },
    },
  },
  repetition: {
    label: 'repetition',
    about: 'Minus the share of n-grams that were there before; characters are the words of text without spaces.',
    range: [-1, 0],
    parameters: {
      n: { kind: 'integer', min: 1, max: 64, default: 3, effect: 'Words of an n-gram.' },
    },
  },
  language: {
    label: 'language',
    about:
      'Share of the words of the reasoning that are in the target language; numbers, code and formulas do not count.',
    range: [0, 1],
    side: 'language',
    parameters: {
      target: {
        kind: 'choice',
        values: languages,
        default: 'en',
        effect: 'ISO 639-1 code of the language to reason in.',
      },
    },
  },
  helpfulness: {
    label: 'helpfulness',
    about: 'What a reward model thinks of the text after the thinking, in standard deviations of its training texts.',
    range: [-10, 10],
    learnt: true,
    side: 'general',
    parameters: rewardModel,
  },
  safety: {
    label: 'safety',
    about: 'The probability, by a reward model, that the whole output is safe.',
    range: [0, 1],
    learnt: true,
    side: 'general',
    parameters: rewardModel,
  },
  own: {
    label: 'yours',
    about: 'What the function in your own file says, which `ownReward` names.',
    range: [-1000, 1000],
    parameters: {
      seconds: {
        kind: 'number',
        min: 0.1,
        max: 60,
        default: 2,
        effect: 'Processor time of the function on one group.',
      },
      megabytes: { kind: 'integer', min: 16, max: 1024, default: 64, effect: 'Its memory.' },
    },
  },
} as const satisfies Record<string, RewardInfo>

export type RewardName = keyof typeof rewardTable
export const rewardNames = Object.keys(rewardTable) as RewardName[]
export const rewardInfo: Readonly<Record<RewardName, RewardInfo>> = rewardTable
export const sideOf = (name: RewardName): RewardSide => rewardInfo[name].side ?? 'reasoning'
export const rewardWeightRange = { min: -10, max: 10 } as const

/** Those of a run, by name: a reward that is not here is not computed; one with the weight 0 is, and adds nothing. */
export type RewardWeights = Partial<Record<RewardName, number>>

type ValueOf<P> = P extends { kind: 'choice'; values: readonly (infer V)[] }
  ? V
  : P extends { kind: 'text' }
    ? string
    : number
/** A reward's own parameters with their values. */
export type ParametersOf<N extends RewardName> = {
  -readonly [P in keyof (typeof rewardTable)[N]['parameters']]: ValueOf<(typeof rewardTable)[N]['parameters'][P]>
}
export type RewardParameters = Partial<Record<RewardName, Record<string, number | string>>>

/** The given values over the defaults. */
export function parametersOf<N extends RewardName>(name: N, given: RewardParameters = {}): ParametersOf<N> {
  const defaults = Object.entries(rewardInfo[name].parameters).map(([key, { default: value }]) => [key, value])
  return { ...Object.fromEntries(defaults), ...given[name] } as ParametersOf<N>
}

const weight = z.number().min(rewardWeightRange.min).max(rewardWeightRange.max)

function parameterSchema(parameter: RewardParameter): z.ZodType<number | string> {
  if (parameter.kind === 'text') return z.string().max(4000)
  if (parameter.kind === 'choice') return z.enum(parameter.values as [string, ...string[]])
  const base = parameter.kind === 'integer' ? z.number().int() : z.number()
  return base.min(parameter.min).max(parameter.max)
}

/** The parameters of one reward, each optional. */
export function parametersSchema(name: RewardName): z.ZodType<Record<string, number | string>> {
  const shape = Object.entries(rewardInfo[name].parameters).map(([key, p]) => [key, parameterSchema(p).optional()])
  return z.strictObject(Object.fromEntries(shape)) as unknown as z.ZodType<Record<string, number | string>>
}

const forEachReward = <T extends z.ZodType>(schema: (name: RewardName) => T) =>
  z.strictObject(
    Object.fromEntries(rewardNames.map((name) => [name, schema(name).optional()])) as Record<
      RewardName,
      z.ZodOptional<T>
    >,
  )

export const rewardWeightsSchema = forEachReward(() => weight)
export const rewardParametersSchema = forEachReward(parametersSchema)

/** The rewards that say which outputs are right: those of them that are weighed, else accuracy. The first with a verdict counts. */
export function correctnessRewards(weights: Readonly<Record<string, unknown>>): RewardName[] {
  const weighed = rewardNames.filter((name) => rewardInfo[name].correctness && weights[name] !== undefined)
  return weighed.length > 0 ? weighed : ['accuracy']
}

/** Whether an output is right, by the rewards that it got; null where none of them has a verdict. */
export function isRight(parts: Partial<Record<RewardName, { value: number | null }>>): boolean | null {
  const value = correctnessRewards(parts)
    .map((name) => parts[name]?.value ?? null)
    .find((v) => v !== null)
  return value === undefined ? null : value === 1
}
