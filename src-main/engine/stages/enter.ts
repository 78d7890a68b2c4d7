/** What changes in a run's state as a stage begins: whose weights are trained, with which optimizer, against which reference. */
import type { Recipe } from '../../contract/recipe.ts'
import type { Stage, StageOf } from '../../contract/stages.ts'
import { dropCritic } from '../critic/critic.ts'
import { withTokens } from '../model/added-tokens.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { modelFolder } from '../model/embedded.ts'
import { withFewerLayers } from '../model/fewer-layers.ts'
import { copyWeights, disposeWeights, trainedOf } from '../model/model.ts'
import { loadPolicy, type Policy } from '../model/policy.ts'
import { AdamW } from '../optim/adamw.ts'
import { disposeRewardModel } from '../reward-models/model.ts'
import { requireWhole } from '../start.ts'
import { freshRewardModel } from './reward-model.ts'

type Context = Pick<Recipe, 'addTokens' | 'seed'>

/**
 * A stage that learns in another way than the one before begins with an optimizer of its own, and GRPO then measures its KL against the policy
 * as it found it; stages of one kind in a row go on with what there is. A distil stage puts its student in the policy's place.
 * @throws StudioError bad-model, not-found: the student, or what a reward model begins as
 */
export function enter(state: Checkpoint, before: Stage | undefined, stage: Stage, recipe: Context): void {
  if (state.rewardModel) {
    disposeRewardModel(state.rewardModel)
    state.rewardModel = undefined
    renewOptimizer(state)
  }
  if (stage.kind === 'rejection-sampling' || stage.kind === 'evaluate') return
  const anew = stage.kind === 'distil' || stage.kind === 'reward-model'
  if (stage.kind === before?.kind && !anew) return
  const { position } = state
  dropCritic(state)
  renewOptimizer(state)
  if (stage.kind === 'reward-model') state.rewardModel = freshRewardModel(stage, state.policy, recipe)
  if (stage.kind === 'sft' || stage.kind === 'reward-model') return
  if (stage.kind === 'distil') replace(state, studentOf(stage, recipe))
  disposeWeights(state.reference)
  state.reference = copyWeights(trainedOf(state.policy))
  position.referenceStep = position.step
}

function renewOptimizer(state: Checkpoint): void {
  state.optimizer.dispose()
  state.optimizer = new AdamW()
  state.position.optimizerSince = state.position.step
}

function studentOf({ model, layers }: StageOf<'distil'>, { addTokens, seed }: Context): Policy {
  const whole = withTokens(requireWhole(loadPolicy(modelFolder(model)), model), addTokens, seed)
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
