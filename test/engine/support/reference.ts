/** The reference numbers of test/fixtures/reference (see its README). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RewardScale } from '../../../src-main/engine/grpo/advantages.ts'
import type { LossType } from '../../../src-main/engine/grpo/loss.ts'
import { type ModelConfig, readConfig } from '../../../src-main/engine/model/config.ts'
import { expectedShapes, type Policy } from '../../../src-main/engine/model/policy.ts'
import { readTensors } from '../../../src-main/engine/model/tensor-files.ts'

export interface AdvantageCase {
  name: string
  groupSize: number
  /** By reward function, then by completion; null is no verdict. */
  rewards: (number | null)[][]
  weights: number[] | null
  scale: RewardScale
  advantages: number[]
  reward: number
  rewardStd: number
  fracZeroStd: number
}

export interface LossCase {
  name: string
  /** false: old log-probs are the new ones, held constant. */
  useOld: boolean
  /** So many micro-batches like this one make up the update. */
  microBatches: number
  lossType: LossType
  epsilonLow: number
  epsilonHigh: number
  beta: number
  importanceSampling: 'token' | 'sequence'
  /** The KL term is multiplied by the ratio. */
  klTimesRatio: boolean
  mask?: number[][]
  toolMask?: number[][]
  loss: number
  /** With respect to the new log-probs. */
  grad: number[][]
  metrics: Record<string, number>
}

export interface ModelCase {
  inputIds: number[][]
  attentionMask: number[][]
  logits: (number[] | null)[][]
  nextLogProbs: (number | null)[][]
  ceLoss: number
  adamw: { lr: number; betas: [number, number]; eps: number; weight_decay: number; ce_loss_after_3_steps: number }
  greedy: {
    input_ids: number[][]
    attention_mask: number[][]
    eos: number
    max_new_tokens: number
    output: number[][]
  }
  grpo: {
    temperature: number
    beta: number
    epsilon: number
    prompt_ids: number[][]
    prompt_mask: number[][]
    completion_ids: number[][]
    completion_mask: number[][]
    advantages: number[]
    old: number[][]
    ref: number[][]
    new_logps: number[][]
    entropy: number[][]
    loss: number
    grad_norm: number
    metrics: Record<string, number>
  }
}

export interface Reference {
  advantages: AdvantageCase[]
  lossInputs: {
    new: number[][]
    old: number[][]
    ref: number[][]
    mask: number[][]
    advantages: number[]
    maxCompletionTokens: number
  }
  loss: LossCase[]
  logProbEntropy: {
    temperature: number
    logits: number[][]
    index: number[]
    logprob: number[]
    entropy: number[]
    w: number[]
    v: number[]
    grad: number[][]
  }[]
  models: Record<string, ModelCase>
}

const folder = join(import.meta.dirname, '../../fixtures/reference')

export const reference = JSON.parse(readFileSync(join(folder, 'reference.json'), 'utf8')) as Reference

export const modelNames = Object.keys(reference.models)

export const fileOf = (model: string, file: string): string => join(folder, model, file)

/** A policy of the current backend. Its tokenizer is not there: what is given and expected are token ids. */
export function loadReferenceModel(model: string): Policy {
  const config: ModelConfig = readConfig(fileOf(model, 'config.json'))
  const weights = readTensors(fileOf(model, 'model.safetensors'), expectedShapes(config))
  return { config, weights, companions: new Map(), tokenizer: undefined as never }
}

/** The unpadded rows of a padded batch. */
export function unpadded<T>(values: T[][], mask: number[][]): T[][] {
  return values.map((row, r) => row.filter((_, i) => mask[r][i] === 1))
}
