/** One step of a supervised stage (sft, distil): next-token cross-entropy on the answers of solved problems, their prompts masked. */
import type { StepReport } from '../../contract/records.ts'
import type { Sequence } from '../model/batch.ts'
import type { Policy } from '../model/policy.ts'
import { type AdamW, adamSettings } from '../optim/adamw.ts'
import { heldOutScore } from '../sft/held-out.ts'
import { supervisedUpdate } from '../sft/update.ts'
import { type LearningStep, learningStep } from './learning.ts'

/** Solved problems as token ids. */
export interface Lessons {
  training: Sequence[]
  heldOut: Sequence[]
}

export interface SupervisedStep extends LearningStep {
  policy: Policy
  optimizer: AdamW
  lessons: Lessons
  /** See `packed`. */
  packing: boolean
}

/** Updates the policy in place. @throws NonFiniteError before anything changed */
export function supervisedStep(run: SupervisedStep): Promise<StepReport> {
  const { settings, policy, optimizer, packing } = run
  return learningStep(run, {
    ...run.lessons,
    learn: (batch, learningRate) =>
      supervisedUpdate(
        policy,
        batch,
        optimizer,
        {
          adam: adamSettings(settings, learningRate),
          microBatchTokens: settings.microBatchTokens,
          packing,
        },
        (fraction) => run.progress('update', fraction),
      ),
    look: async (heldOut) => {
      const { loss, accuracy } = await heldOutScore(policy, heldOut, settings.microBatchTokens, packing)
      return { eval_loss: loss, eval_mean_token_accuracy: accuracy }
    },
    tokensOf: ({ ids }) => ids.length,
  })
}
