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

export type RewardParameter = NumberParameter | ChoiceParameter

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
  parameters: Readonly<Record<string, RewardParameter>>
}

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
} as const satisfies Record<string, RewardInfo>

export type RewardName = keyof typeof rewardTable
export const rewardNames = Object.keys(rewardTable) as RewardName[]
export const rewardInfo: Readonly<Record<RewardName, RewardInfo>> = rewardTable
export const rewardWeightRange = { min: -10, max: 10 } as const

/** Those of a run, by name: a reward that is not here is not computed; one with the weight 0 is, and adds nothing. */
export type RewardWeights = Partial<Record<RewardName, number>>

type ValueOf<P> = P extends { kind: 'choice'; values: readonly (infer V)[] } ? V : number
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

/** The reward that says which outputs are right: the first such one that is weighed, else accuracy. */
export function correctnessReward(weights: Readonly<Record<string, unknown>>): RewardName {
  return rewardNames.find((name) => rewardInfo[name].correctness && weights[name] !== undefined) ?? 'accuracy'
}
