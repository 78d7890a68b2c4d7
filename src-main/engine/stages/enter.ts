/** What changes in a run's state as a stage begins: whose weights are trained, with which optimizer, against which reference. */
import type { Stage, StageOf } from '../../contract/stages.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { modelFolder } from '../model/embedded.ts'
import { withFewerLayers } from '../model/fewer-layers.ts'
import { copyWeights, disposeWeights, trainedOf } from '../model/model.ts'
import { loadPolicy, type Policy } from '../model/policy.ts'
import { AdamW } from '../optim/adamw.ts'
import { requireWhole } from '../start.ts'

/**
 * A stage that learns in another way than the one before begins with an optimizer of its own, and GRPO then measures its KL against the policy
 * as it found it; stages of one kind in a row go on with what there is. A distil stage puts its student in the policy's place.
 * @throws StudioError bad-model, not-found: the student
 */
export function enter(state: Checkpoint, before: Stage, stage: Stage): void {
  if (stage.kind === 'rejection-sampling') return
  if (stage.kind === before.kind && stage.kind !== 'distil') return
  const { optimizer, position } = state
  optimizer.dispose()
  state.optimizer = new AdamW()
  position.optimizerSince = position.step
  if (stage.kind === 'sft') return
  if (stage.kind === 'distil') replace(state, studentOf(stage))
  disposeWeights(state.reference)
  state.reference = copyWeights(trainedOf(state.policy))
  position.referenceStep = position.step
}

function studentOf({ model, layers }: StageOf<'distil'>): Policy {
  const whole = requireWhole(loadPolicy(modelFolder(model)), model)
  return layers === undefined ? whole : withFewerLayers(whole, layers)
}

function replace(state: Checkpoint, student: Policy): void {
  const { policy } = state
  disposeWeights(policy.weights)
  if (policy.adapters) disposeWeights(policy.adapters.tensors)
  student.recomputeLayers = policy.recomputeLayers
  state.policy = student
  state.base = undefined
}
