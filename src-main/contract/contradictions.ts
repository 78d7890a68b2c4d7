/** Settings that are each in their range and make no sense together. */
import type { Settings } from './settings.ts'

export interface Contradiction {
  /** What does not go together, with its values: the end of a sentence. */
  what: string
  hint: string
}

/** Settings that see one advantage an output, or divide by a spread of groups. */
const ofOutputs = [
  {
    name: 'importanceSampling',
    found: (s) => s.importanceSampling === 'sequence',
    instead: 'token',
    why: ', and so are its ratios',
  },
  { name: 'lossType', found: (s) => s.lossType === 'vespo', instead: 'grpo', why: ', and it weighs outputs' },
  { name: 'offPolicyThreshold', found: (s) => s.offPolicyThreshold > 0, instead: 0, why: ', and it masks outputs' },
  {
    name: 'rewardAggregation',
    found: (s) => s.rewardAggregation !== 'sum_then_normalize',
    instead: 'sum_then_normalize',
    why: ', made of the sum of the rewards',
  },
  {
    name: 'scaleRewards',
    found: (s) => s.scaleRewards !== 'group',
    instead: 'group',
    why: ' and are whitened over the step',
  },
] as const satisfies {
  name: keyof Settings
  found: (s: Settings) => boolean
  instead: string | number
  why: string
}[]

const rules: ((s: Settings) => Contradiction | undefined)[] = [
  ({ lossType, importanceSampling }) =>
    lossType === 'vespo' && importanceSampling === 'sequence'
      ? {
          what: 'lossType vespo does not go with importanceSampling sequence: it weighs whole sequences by itself',
          hint: 'Set importanceSampling to "token".',
        }
      : undefined,
  ({ lossType, importanceSampling }) =>
    lossType === 'luspo' && importanceSampling === 'token'
      ? {
          what: 'lossType luspo does not go with importanceSampling token: it is defined for the ratios of sequences',
          hint: 'Set importanceSampling to "sequence".',
        }
      : undefined,
  ({ lossType, delta }) =>
    delta > 0 && ['cispo', 'sapo', 'vespo'].includes(lossType)
      ? {
          what: `delta ${delta} does not go with lossType ${lossType}, which does not clip`,
          hint: 'Set delta to 0, or choose a lossType that clips.',
        }
      : undefined,
  ({ delta, epsilonHigh }) =>
    delta > 0 && delta <= 1 + epsilonHigh
      ? {
          what: `delta ${delta} is not above 1 + epsilonHigh, ${1 + epsilonHigh}: nothing would be left between the bounds`,
          hint: 'Raise delta, lower epsilonHigh, or set delta to 0, which is off.',
        }
      : undefined,
  ({ rewardAggregation, sideScaling }) => {
    const scaled = Object.entries(sideScaling).find(([, scaling]) => scaling !== 'none')
    return rewardAggregation === 'normalize_then_sum' && scaled
      ? {
          what: `rewardAggregation normalize_then_sum does not go with sideScaling.${scaled[0]} ${scaled[1]}: it scales each reward by itself`,
          hint: 'Set it to "none", or rewardAggregation to "sum_then_normalize".',
        }
      : undefined
  },
  (s) => {
    if (s.advantageEstimator !== 'gae') return undefined
    const [wrong] = ofOutputs.filter(({ found }) => found(s))
    return (
      wrong && {
        what: `advantageEstimator gae does not go with ${wrong.name} ${s[wrong.name]}: its advantages are of tokens${wrong.why}`,
        hint: `Set ${wrong.name} to ${JSON.stringify(wrong.instead)}, or advantageEstimator to "group".`,
      }
    )
  },
  ({ rewardAggregation, scaleRewards }) =>
    rewardAggregation === 'normalize_then_sum' && scaleRewards !== 'group'
      ? {
          what: `rewardAggregation normalize_then_sum does not go with scaleRewards ${scaleRewards}: it scales by itself`,
          hint: 'Leave scaleRewards at "group".',
        }
      : undefined,
]

export function contradiction(settings: Settings): Contradiction | undefined {
  for (const rule of rules) {
    const found = rule(settings)
    if (found) return found
  }
  return undefined
}
