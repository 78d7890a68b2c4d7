/** What a step has in common in all stages that learn from examples, and not from what they sample. */
import type { Metrics } from '../../contract/metrics.ts'
import type { StepReport } from '../../contract/records.ts'
import type { Settings } from '../../contract/settings.ts'
import { warmedUp } from '../optim/adamw.ts'
import { take } from './groups.ts'

export interface LearningStep {
  step: number
  stage: number
  /** First step of the stage. */
  firstStep: number
  /** The stage has so many steps. */
  steps: number
  seed: number
  /** `promptsPerStep` is the number of examples that a step learns from. */
  settings: Settings
  optimizerSince: number
  tokensBefore: number
  progress: (phase: 'update', fraction: number) => Promise<void>
}

export interface Lesson<Example> {
  training: readonly Example[]
  heldOut: readonly Example[]
  /** Updates the weights. @throws NonFiniteError before anything changed */
  learn(batch: Example[], learningRate: number): Promise<{ loss: number; gradNorm: number; metrics?: Partial<Metrics> }>
  /** Looks at some of the held-out ones. */
  look(heldOut: Example[]): Promise<Partial<Metrics>>
  tokensOf(example: Example): number
}

/** The held-out examples are measured at the first and the last step of the stage, and in between every so many steps. */
export const HELD_OUT_EVERY = 10
/** At most so many of them are. */
export const HELD_OUT_MOST = 128

/** @throws what `learn` throws */
export async function learningStep<Example>(run: LearningStep, lesson: Lesson<Example>): Promise<StepReport> {
  const { step, stage, settings } = run
  const started = performance.now()
  const inStage = step - run.firstStep + 1
  const batch = take(lesson.training, settings.promptsPerStep, inStage, run.seed)
  const learningRate = warmedUp(settings.learningRate, step - run.optimizerSince, settings.warmupSteps)
  const { loss, gradNorm, metrics } = await lesson.learn(batch, learningRate)
  const updated = performance.now()
  const due = inStage === 1 || inStage % HELD_OUT_EVERY === 0 || inStage === run.steps
  const heldOut = due ? await lesson.look(lesson.heldOut.slice(0, HELD_OUT_MOST)) : undefined
  const tokens = batch.reduce((sum, example) => sum + lesson.tokensOf(example), 0)
  const seconds = (performance.now() - started) / 1000
  return {
    step,
    stage,
    at: new Date().toISOString(),
    settings,
    metrics: {
      loss,
      grad_norm: gradNorm,
      learning_rate: learningRate,
      ...metrics,
      ...heldOut,
      num_tokens: run.tokensBefore + tokens,
      tokens_per_second: tokens / seconds,
      'seconds/update': (updated - started) / 1000,
      'seconds/step': seconds,
    },
    groups: [],
  }
}
