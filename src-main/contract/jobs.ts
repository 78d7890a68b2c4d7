/** Work for an engine process outside any run, by name: what is asked, what is told on the way, what is answered. All of it is plain data. */
import type { FinishReason } from './records.ts'
import type { RewardModelKind, RewardModelNote, RewardModelReport, RewardModelTraining } from './reward-models.ts'

export interface Jobs {
  /** A model answers one prompt; the text so far is told on the way. */
  generate: { ask: GenerateRequest; news: { text: string; tokens: number }; answer: GeneratedText }
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
