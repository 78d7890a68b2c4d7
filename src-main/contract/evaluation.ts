/** How a model is measured on held-out prompts, and what the measuring leaves behind. */
import { z } from 'zod'
import type { DataMap } from './data-set.ts'
import type { Domain } from './domains.ts'
import type { PromptForm } from './prompt.ts'
import type { Recipe, TaskKind } from './recipe.ts'
import type { FinishReason } from './records.ts'
import type { RewardModelKind } from './reward-models.ts'
import type { RewardName, RewardParameters } from './rewards.ts'

/** `evaluation` of a recipe. The defaults are what was done before there was such a field. */
export const evaluationSchema = z.strictObject({
  /** Outputs a prompt, k: pass@1 is their mean, and with more than one there are pass@k and cons@k. */
  samples: z.number().int().min(1).max(1024).default(1),
  temperature: z.number().min(0).max(5).default(1),
  topP: z.number().min(0.01).max(1).default(1),
})

export type EvaluationForm = z.infer<typeof evaluationSchema>

export const defaultEvaluation: EvaluationForm = evaluationSchema.parse({})

/** A value and its 95 % interval. */
export interface Estimate {
  value: number
  low: number
  high: number
}

export interface EvaluationSample {
  prompt: string
  answer: string
  kind: string
  /** Of the prompt's samples, from 0. */
  sample: number
  text: string
  tokens: number
  finishReason: FinishReason
  correct: boolean
  /** First of the prompt's samples whose answer equals this one's; null without an answer. */
  vote: number | null
  /** How hard the problem is, where that is known: a puzzle's level, the steps of an expression. */
  level: number | null
  /** Share of the words of its reasoning in the target language; null where it has none. */
  language: number | null
}

/** Some of an evaluation's prompts. */
export interface EvaluationPart {
  prompts: number
  accuracy: number
  /** Of the accuracy; evaluations of earlier versions have none. */
  low?: number
  high?: number
}

/** What an evaluation of an earlier version lacks, and is known to have been. */
export interface EvaluationMeasures {
  /** Outputs a prompt, k. */
  samplesPerPrompt: number
  temperature: number
  topP: number
  /** pass@k for k from 2; none with one output a prompt. */
  passAt: ({ k: number } & Estimate)[]
  /** cons@k: the answer of the majority is right; null with one output a prompt. */
  consensus: Estimate | null
  /** Share of the words of the reasoning in another language than the target; null where there are no words. */
  languageMixing: number | null
  /** By difficulty, where it is known. */
  byLevel: Record<string, EvaluationPart>
  /** Of prompts that no rule has an answer to; undefined where there were none, or in earlier versions. */
  general?: GeneralMeasures
}

/** What is answered to general prompts: they are in no other number of an evaluation. */
export interface GeneralMeasures {
  prompts: number
  /** Mean reward by each reward model that is there, over all outputs, with its 95 % interval over prompts. */
  rewards: Partial<Record<RewardModelKind, Estimate>>
  /** Of generated requests, by the rule that made the data: how helpful the outputs are, from 0 to 1, and the share that is safe. */
  byRule?: { helpful: Estimate; safe: Estimate }
}

export interface EvaluationSummary extends EvaluationMeasures {
  /** State of the policy after this step; 0 is the base model. */
  step: number
  at: string
  prompts: number
  /** pass@1, the mean over all outputs, and its 95 % interval: Wilson's with one output a prompt, else by bootstrap over prompts. */
  accuracy: number
  accuracyLow: number
  accuracyHigh: number
  formatRate: number
  /** Tokens. */
  meanLength: number
  /** Reflection words an output. */
  reflections: number
  clippedRatio: number
  byKind: Record<string, EvaluationPart>
  seconds: number
}

export interface EvaluationReport extends EvaluationSummary {
  samples: EvaluationSample[]
}

/** What is asked of a model outside any run. */
export interface EvaluationRequest {
  /** As `GenerateRequest` has it. */
  modelDir: string
  problems: ProblemSource
  /** Of the problems, the first so many. */
  prompts: number
  prompt: PromptForm
  form: EvaluationForm
  maxTokens: number
  seed: number
  /** Those that say what is right; the first with a verdict counts. */
  rewards: RewardName[]
  rewardParameters: RewardParameters
  backend?: string
}

/** Generated problems of the held-out part, or a file of a person's own. */
export type ProblemSource =
  | { task: Partial<Record<TaskKind, number>>; levels: Recipe['levels'] }
  | { file: string; domain: Domain; map?: DataMap }

/** An evaluation that can be set beside others: one of a run's own, or one that was asked for. */
export interface EvaluationEntry {
  /** `e3` of one that was asked for, `3@170` of run 3 after step 170. */
  name: string
  /** What was measured: `smollm2-135m-instruct`, `run #3 after step 170`. */
  subject: string
  /** On which problems. */
  problems: string
  summary: EvaluationSummary
}

/** Two evaluations on the prompts that both have. */
export interface Comparison {
  a: EvaluationEntry
  b: EvaluationEntry
  /** Prompts that both have. */
  prompts: number
  /** Both, on those prompts alone. */
  rows: {
    measure: string
    a: Estimate
    b: Estimate
    /** b − a on the same prompts, with its 95 % interval. */
    difference: Estimate
  }[]
  /** Two-sided probability of such a difference in accuracy by chance, and the test that says so. */
  p: number
  test: 'McNemar' | 'sign flips'
  /** Prompts whose answer by majority became right, and those whose became wrong. */
  gained: Flip[]
  lost: Flip[]
}

export interface Flip {
  prompt: string
  answer: string
  kind: string
  /** Of each side, the sample that speaks for it. */
  a: string
  b: string
}

/** Of a prompt's samples the one that speaks for it: the first that gives the answer of the majority. */
export function spokesman(group: readonly EvaluationSample[]): EvaluationSample {
  const votes = new Map<number, number>()
  for (const { vote } of group) if (vote !== null) votes.set(vote, (votes.get(vote) ?? 0) + 1)
  const most = Math.max(...votes.values())
  return group.find(({ vote }) => vote !== null && votes.get(vote) === most) ?? group[0]
}
