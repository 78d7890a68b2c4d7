/** Undoing a step that went wrong half-way. */
import type { Checkpoint } from './model/checkpoint.ts'
import { copyWeights, disposeWeights, trainedOf } from './model/model.ts'

export interface Undo {
  /** The step went well: lets go of what was held. */
  forget(): void
  /** Weights and optimizer become what they were. */
  restore(): void
}

/** Holds on to the weights and moments as they are now. Costs no copy: an update replaces tensors, it does not write into them. */
export function undoPoint({ policy, optimizer, rewardModel: judge }: Checkpoint): Undo {
  const trained = judge ? [judge.weights, judge.head, judge.adapters?.tensors ?? new Map()] : [trainedOf(policy)]
  const held = [...trained, optimizer.firstMoments, optimizer.secondMoments].map((map) => ({
    map,
    copy: copyWeights(map),
  }))
  const step = optimizer.step
  return {
    forget() {
      for (const { copy } of held) disposeWeights(copy)
    },
    restore() {
      optimizer.step = step
      for (const { map, copy } of held) {
        disposeWeights(map)
        map.clear()
        for (const [name, t] of copy) map.set(name, t)
      }
    },
  }
}
