/** Undoing a step that went wrong half-way. */
import type { Checkpoint } from './model/checkpoint.ts'
import { copyWeights, disposeWeights, trainedOf } from './model/model.ts'

export interface Undo {
  /** The step went well: lets go of what was held. */
  forget(): void
  /** Weights and optimizer become what they were. */
  restore(): void
}

type Held = Pick<Checkpoint, 'policy' | 'optimizer' | 'rewardModel' | 'critic'>

/** Holds on to the weights and moments as they are now. Costs no copy: an update replaces tensors, it does not write into them. */
export function undoPoint({ policy, optimizer, rewardModel: judge, critic }: Held): Undo {
  const trained = judge ? [judge.weights, judge.head, judge.adapters?.tensors ?? new Map()] : [trainedOf(policy)]
  const optimizers = [optimizer, ...(critic ? [critic.optimizer] : [])]
  const moments = optimizers.flatMap((one) => [one.firstMoments, one.secondMoments])
  const maps = [...trained, ...(critic ? [critic.parts] : []), ...moments]
  const held = maps.map((map) => ({ map, copy: copyWeights(map) }))
  const steps = optimizers.map((one) => one.step)
  return {
    forget() {
      for (const { copy } of held) disposeWeights(copy)
    },
    restore() {
      optimizers.forEach((one, i) => {
        one.step = steps[i]
      })
      for (const { map, copy } of held) {
        disposeWeights(map)
        map.clear()
        for (const [name, t] of copy) map.set(name, t)
      }
    },
  }
}
