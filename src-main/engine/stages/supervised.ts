/** One step of a supervised stage (sft, distil): next-token cross-entropy on the answers of solved problems, their prompts masked. */
import type { StepReport } from '../../contract/records.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Sequence } from '../model/batch.ts'
import type { Policy } from '../model/policy.ts'
import { type AdamW, warmedUp } from '../optim/adamw.ts'
import { heldOutScore } from '../sft/held-out.ts'
import { supervisedUpdate } from '../sft/update.ts'
import { take } from './groups.ts'

/** Solved problems as token ids. */
export interface Lessons {
  training: Sequence[]
  heldOut: Sequence[]
}

export interface SupervisedStep {
  step: number
  stage: number
  /** First step of the stage. */
  firstStep: number
  /** The stage has so many steps. */
  steps: number
  seed: number
  /** `promptsPerStep` is the number of solved problems that a step learns from. */
  settings: Settings
  policy: Policy
  optimizer: AdamW
  optimizerSince: number
  tokensBefore: number
  lessons: Lessons
  progress: (phase: 'update', fraction: number) => Promise<void>
}

/** The held-out answers are measured at the first and the last step of the stage, and in between every so many steps. */
const HELD_OUT_EVERY = 10
/** At most so many of them are. */
const HELD_OUT_MOST = 128

/** Updates the policy in place. @throws NonFiniteError before anything changed */
export async function supervisedStep(run: SupervisedStep): Promise<StepReport> {
  const { step, settings, policy, lessons } = run
  const started = performance.now()
  const inStage = step - run.firstStep + 1
  const batch = take(lessons.training, settings.promptsPerStep, inStage, run.seed)
  const learningRate = warmedUp(settings.learningRate, step - run.optimizerSince, settings.warmupSteps)
  const { loss, gradNorm } = await supervisedUpdate(
    policy,
    batch,
    run.optimizer,
    {
      adam: {
        learningRate,
        beta1: settings.adamBeta1,
        beta2: settings.adamBeta2,
        weightDecay: settings.weightDecay,
        maxGradNorm: settings.maxGradNorm,
      },
      microBatchTokens: settings.microBatchTokens,
    },
    (fraction) => run.progress('update', fraction),
  )
  const updated = performance.now()
  const due = inStage === 1 || inStage % HELD_OUT_EVERY === 0 || inStage === run.steps
  const heldOut = due
    ? await heldOutScore(policy, lessons.heldOut.slice(0, HELD_OUT_MOST), settings.microBatchTokens)
    : undefined
  const tokens = batch.reduce((sum, { ids }) => sum + ids.length, 0)
  const seconds = (performance.now() - started) / 1000
  return {
    step,
    stage: run.stage,
    at: new Date().toISOString(),
    settings,
    metrics: {
      loss,
      grad_norm: gradNorm,
      learning_rate: learningRate,
      ...(heldOut && { eval_loss: heldOut.loss, eval_mean_token_accuracy: heldOut.accuracy }),
      num_tokens: run.tokensBefore + tokens,
      tokens_per_second: tokens / seconds,
      'seconds/update': (updated - started) / 1000,
      'seconds/step': seconds,
    },
    groups: [],
  }
}
