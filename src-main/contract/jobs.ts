/** Work for an engine process outside any run, by name: what is asked, what is told on the way, what is answered. All of it is plain data. */
import type { DataMap } from './data-set.ts'
import type { Domain } from './domains.ts'
import type { Estimate, MachineMemory, MeasuredPart } from './estimate.ts'
import type { EvaluationReport, EvaluationRequest } from './evaluation.ts'
import type { DataPreview } from './measuring.ts'
import type { Recipe } from './recipe.ts'
import type { FinishReason, ProblemData } from './records.ts'
import type { Resampled, ResampleOrder } from './resampling.ts'
import type { RewardModelComparison, TriedText } from './reward-model-work.ts'
import type { RewardModelKind, RewardModelNote, RewardModelReport, RewardModelTraining } from './reward-models.ts'
import type { Settings } from './settings.ts'
import type { TokenView } from './tokens.ts'

export interface Jobs {
  /** A model answers one prompt; the text so far is told on the way. */
  generate: { ask: GenerateRequest; news: { text: string; tokens: number }; answer: GeneratedText }
  /** Several answers to each of several prompts, sampled together. */
  sample: { ask: SampleRequest; news: never; answer: { texts: string[][] } }
  /** How likely each of several continuations of a prompt is. */
  choose: { ask: ChooseRequest; news: never; answer: { logProbs: number[] } }
  'train-reward-model': {
    ask: TrainRewardModel
    news: { step: number; steps: number; loss: number; accuracy: number }
    answer: RewardModelNote
  }
  'evaluate-reward-model': {
    ask: { folder: string; data: string; backend?: string }
    news: never
    answer: RewardModelReport
  }
  'compare-reward-models': {
    ask: { folders: string[]; data?: string; backend?: string }
    news: never
    answer: RewardModelComparison
  }
  /** What texts would be given in a run, in their order. */
  'try-reward-model': {
    ask: { folder: string; prompt: string; texts: string[]; backend?: string }
    news: never
    answer: TriedText[]
  }
  /** What a run will need. Answers at once, from what was measured before. */
  estimate: { ask: EstimateRequest; news: never; answer: Estimate }
  /** Measures a part of what estimates rest on. The process ought to be a fresh one: its peak of memory is what counts. */
  measure: { ask: MeasureRequest; news: never; answer: null }
  /** Each token of samples to one problem, as a checkpoint sees it. */
  'token-views': { ask: TokenViewsRequest; news: never; answer: TokenView[][] }
  /** A prompt of a run answered anew, and judged as the run judges; the share of the sampling that is done is told on the way. */
  resample: { ask: ResampleRequest; news: { fraction: number }; answer: { samples: Resampled[] } }
  /** A file of problems, looked into. */
  'preview-data': { ask: { file: string; domain: Domain; map: DataMap }; news: never; answer: DataPreview }
  /** Writes the problems of a recipe, and what its supervised stages learn from, for a trainer on a cluster; says how many lines each file has. */
  'ray-problems': {
    ask: { recipe: Recipe; folder: string }
    news: never
    answer: {
      training: number
      heldOut: number
      stages: { stage: number; training: number; heldOut: number }[]
      /** Tokens of an answer in evaluations. */
      longestLimit: number
    }
  }
  /** A model on held-out problems; the share of the work done is told on the way. */
  evaluate: { ask: EvaluationRequest; news: { fraction: number }; answer: EvaluationReport }
}

export type JobName = keyof Jobs

export interface GenerateRequest {
  /** "embedded", the name of a fetched model, a Hugging Face folder (a checkpoint is one too), or a GGUF file. */
  modelDir: string
  prompt: string
  /** The prompt is a person's message, and is written by the model's chat template; "auto": if it has one. */
  chat?: boolean | 'auto'
  /** Comes before the person's message. */
  system?: string
  maxTokens: number
  /** 0 takes the most likely token each time. */
  temperature: number
  topP?: number
  topK?: number
  minP?: number
  repetitionPenalty?: number
  seed: number
  backend?: string
}

export interface GeneratedText {
  text: string
  tokens: number
  finishReason: FinishReason
}

export interface SampleRequest extends Omit<GenerateRequest, 'prompt'> {
  prompts: string[]
  /** Answers to each. */
  samples: number
}

export interface ChooseRequest extends Pick<GenerateRequest, 'modelDir' | 'prompt' | 'backend'> {
  /** Words that may follow. */
  choices: string[]
}

export interface TrainRewardModel {
  name: string
  kind: RewardModelKind
  /** As a recipe names it. */
  model: string
  /** Path of a file of JSON lines. */
  data: string
  /** To be made. */
  folder: string
  training: RewardModelTraining
  backend?: string
}

export interface TokenViewsRequest {
  /** Of the checkpoint. */
  folder: string
  /** Of the run: how it writes its prompts. */
  recipe: Recipe
  problem: { prompt: string; answer: string; kind: string; domain: Domain; data?: ProblemData }
  samples: { text: string; ended: boolean }[]
  backend?: string
}

export interface ResampleRequest extends Omit<ResampleOrder, 'model' | 'runId' | 'prompt' | 'answer'> {
  modelDir: string
  /** Of the run: how it writes its prompts, and its own reward. */
  recipe: Recipe
  /** In force in the run. */
  settings: Pick<Settings, 'rewardWeights' | 'rewardParameters' | 'sideWeights' | 'sideScaling'>
  problem: TokenViewsRequest['problem']
  /** Where reward models are kept, and where the run's own ones are: its folder, and how many of its stages are done. */
  rewardModels: string
  folder: string
  stage: number
  backend?: string
}

export interface EstimateRequest {
  recipe: Recipe
  /** null: the best there is. */
  backend: string | null
  /** Where measurements are kept. */
  folder: string
  machine: MachineMemory
  /** A run of the same recipe before, and the mean tokens of an answer in each of its stages. */
  earlier: { run: number; means: (number | null)[] } | null
}

export interface MeasureRequest extends Pick<EstimateRequest, 'recipe' | 'backend' | 'folder'> {
  part: MeasuredPart
  /** Bytes that it may take at the most. */
  room: number
}
