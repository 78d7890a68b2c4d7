/** Seconds that a step of each kind of stage takes, played through with lengths in place of tokens. */
import type { StepSeconds } from '../../contract/estimate.ts'
import type { Settings } from '../../contract/settings.ts'
import type { Stage } from '../../contract/stages.ts'
import { microBatches, type Sequence, shapeOf } from '../model/batch.ts'
import { packed } from '../model/packing.ts'
import type { Random } from '../random.ts'
import { HELD_OUT_EVERY, HELD_OUT_MOST } from '../stages/learning.ts'
import type { RolloutClock, UpdateClock } from './clocks.ts'
import type { ModelPass } from './flops.ts'
import type { Lengths, Lessons } from './lessons.ts'
import type { Sizes } from './sizes.ts'
import { type Answer, rolloutWork, updateWork } from './workload.ts'

/** Steps that are played through: their lengths are drawn. */
const PLAYED = 8
/** Answers, or examples, that are played through in a step. */
const MOST = 2048

export interface Clocks {
  rollout: RolloutClock
  update: UpdateClock
  /** Tokens of some of them. */
  prompts: readonly number[]
  random: Random
}

/** What a stage trains and learns from. */
export interface StageParts {
  sizes: Sizes
  lessons: Lessons | null
}

export interface StageSeconds {
  step: StepSeconds
  /** Besides its steps: what it leaves behind is measured. */
  atEnd: number
}

const still: StepSeconds = { rollout: 0, update: 0, step: 0 }
const forward: ModelPass[] = [{ of: 'reference', backward: false }]
const learnt: ModelPass[] = [{ of: 'policy', backward: true }]
/** A reward model's scores, which have no logits; and their gradient in a pass of its own. */
const scored: ModelPass[] = [{ of: 'critic', backward: false }]
const compared: ModelPass[] = [...scored, { of: 'critic', backward: true }]

/**
 * @param answers that earlier stages collect are like these
 * @returns given an answer's length, and that it is always the same one, what the stage takes
 */
export function stageClock(
  clocks: Clocks,
  stage: Stage,
  settings: Settings,
  { sizes, lessons }: StageParts,
  answers: readonly Answer[],
): (lengthOf: () => Answer, same?: boolean) => StageSeconds {
  const { random } = clocks
  if (stage.kind === 'evaluate') return () => ({ step: still, atEnd: 0 })
  if (lessons) {
    const seconds = learning(clocks, stage, settings, { sizes, lessons }, answers)
    return () => seconds
  }
  const { groupSize, promptsPerStep } = settings
  // of very many groups some stand for all
  const chosen = repeated(clocks.prompts, Math.min(promptsPerStep, Math.ceil(MOST / groupSize)))
  const times = promptsPerStep / chosen.length
  const once = (lengthOf: () => Answer): StepSeconds => {
    const groups = chosen.map(() => Array.from({ length: groupSize }, lengthOf))
    const rollout = times * clocks.rollout(rolloutWork(chosen, groups), sizes)
    if (stage.kind === 'rejection-sampling') return { rollout, update: 0, step: rollout }
    const update = clocks.update(updateWork(chosen, groups, settings, random), sizes, times)
    return { rollout, update, step: rollout + update }
  }
  return (lengthOf, same = false) => {
    const steps = Array.from({ length: same ? 1 : PLAYED }, () => once(lengthOf))
    const of = (name: keyof StepSeconds) => steps.reduce((sum, s) => sum + s[name], 0) / steps.length
    return { step: { rollout: of('rollout'), update: of('update'), step: of('step') }, atEnd: 0 }
  }
}

/** A step of a stage that learns from examples, and its share of looking at those that are held out. */
function learning(
  { update, prompts, random }: Clocks,
  stage: Stage,
  { promptsPerStep, microBatchTokens }: Settings,
  { sizes, lessons }: StageParts & { lessons: Lessons },
  answers: readonly Answer[],
): StageSeconds {
  const draw = exampleOf(lessons, answers, prompts, random)
  const packing = 'packing' in stage && stage.packing
  const [learning, looking] = stage.kind === 'reward-model' ? [compared, scored] : [learnt, forward]
  const seconds = (examples: number, models: ModelPass[]) => {
    const chosen = Math.min(examples, MOST)
    const all = Array.from({ length: chosen }, draw).flatMap((one) => one.map(sequenceOf))
    const passes = microBatches(packing ? packed(all) : all, microBatchTokens).map((micro) => ({
      ...shapeOf(micro),
      models,
    }))
    const updates = models === learning ? 1 : 0
    return update({ passes, updates }, sizes, examples / chosen)
  }
  const steps = Array.from({ length: PLAYED }, () => seconds(promptsPerStep, learning))
  const looks = 1 + Math.floor(stage.steps / HELD_OUT_EVERY) + Number(stage.steps % HELD_OUT_EVERY > 0)
  const look = seconds(Math.max(1, Math.min(HELD_OUT_MOST, Math.round(lessons.heldOut))), looking)
  const own = steps.reduce((sum, s) => sum + s, 0) / PLAYED + (look * looks) / stage.steps
  // what comes of it is measured on all examples
  const atEnd = stage.kind === 'reward-model' ? seconds(Math.round(lessons.training + lessons.heldOut), scored) : 0
  return { step: { rollout: 0, update: own, step: own }, atEnd }
}

/** Draws the lengths of an example; of what is not collected yet they are those of the prompts and answers. */
export function exampleOf(
  { sources }: Lessons,
  answers: readonly Answer[],
  prompts: readonly number[],
  random: Random,
): () => Lengths[] {
  const weights = sources.map(({ count }) => count)
  return () => {
    const { examples } = sources[random.weighted(weights)]
    if (examples) return random.pick(examples)
    return [{ prompt: random.pick(prompts), output: random.pick(answers).tokens }]
  }
}

/** So many of them, again and again. */
export const repeated = <T>(some: readonly T[], count: number): T[] =>
  Array.from({ length: count }, (_, i) => some[i % some.length])

/** Lengths are all that is read of it, but packing puts tokens beside one another. */
const sequenceOf = ({ prompt, output }: Lengths): Sequence => ({
  promptIds: new Array<number>(prompt).fill(0),
  ids: new Array<number>(output).fill(0),
})
