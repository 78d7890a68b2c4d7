/** What a stage works with, made when it begins or is gone on with, and how one step of it is made. */
import { StudioError } from '../../contract/errors.ts'
import { defaultPrompt } from '../../contract/prompt.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { StepReport } from '../../contract/records.ts'
import { isSupervised, type StageOf } from '../../contract/stages.ts'
import type { Sequence } from '../model/batch.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { modelFolder } from '../model/embedded.ts'
import { openModel } from '../model/source.ts'
import { type PromptModel, type Prompts, writePrompts } from '../prompts.ts'
import { type Example, examplesOf } from '../sft/examples.ts'
import { requireRoom } from '../start.ts'
import type { ProblemSets } from '../tasks/source.ts'
import { Collection, collectionFile } from './collection.ts'
import { grpoStep } from './grpo.ts'
import { rejectionStep } from './rejection.ts'
import { type Lessons, supervisedStep } from './supervised.ts'

export type Progress = (phase: 'rollout' | 'reward' | 'update', fraction: number) => Promise<void>
/** Makes the step after the position's; the position stays the caller's to move. @throws NonFiniteError, some of it perhaps done */
export type MakeStep = (progress: Progress) => Promise<StepReport>

export interface StageContext {
  recipe: Recipe
  /** Of the run. */
  folder: string
  state: Checkpoint
  sets: ProblemSets
  prompts: Prompts
}

/** @throws StudioError bad-recipe for data that cannot be learned from; what the disk refuses */
export async function stageWork(context: StageContext): Promise<MakeStep> {
  const { recipe, folder, state, sets, prompts } = context
  const { position } = state
  const stage = recipe.stages[position.stage]
  const request = () => ({
    step: position.step + 1,
    stage: position.stage,
    seed: recipe.seed,
    settings: position.settings,
    policy: state.policy,
    tokensBefore: position.tokens,
    optimizerSince: position.optimizerSince,
    problems: sets.training,
    promptIds: prompts.ids,
    running: position.running,
  })
  if (stage.kind === 'grpo')
    return (progress) => grpoStep({ ...request(), reference: state.reference, optimizer: state.optimizer, progress })
  if (stage.kind === 'rejection-sampling') {
    const collection = new Collection(folder, position.stage, position.step)
    return (progress) => rejectionStep({ ...request(), limits: stage, collection, progress })
  }
  const lessons = await lessonsOf(stage, recipe, sets, state.policy, folder)
  const { steps } = stage
  return (progress) =>
    supervisedStep({
      ...request(),
      firstStep: position.stageFirstStep,
      steps,
      optimizer: state.optimizer,
      lessons,
      progress,
    })
}

/**
 * Looks at what the stages to come need, before the first step: their files, and a student's model.
 * @throws StudioError bad-recipe, bad-model, not-found, bad-request
 */
export async function checkStages(recipe: Recipe, state: Checkpoint, sets: ProblemSets, folder: string): Promise<void> {
  let model: PromptModel & { config: { maxPositions: number } } = state.policy
  for (const [i, stage] of recipe.stages.entries()) {
    if (i < state.position.stage || !isSupervised(stage)) continue
    if (stage.kind === 'distil') {
      const student = openModel(modelFolder(stage.model))
      student.tensors.close()
      model = student
      const { layers } = student.config
      if ((stage.layers ?? 0) > layers)
        throw new StudioError(
          'bad-recipe',
          `stages.${i} keeps ${stage.layers} layers of a student that has ${layers}.`,
          `Choose at most ${layers}, or leave layers out.`,
        )
      const { longest } = await promptsOf(recipe, model, sets)
      requireRoom(recipe, model.config.maxPositions, longest)
    }
    if (typeof stage.data === 'string' || !('stage' in stage.data)) await lessonsOf(stage, recipe, sets, model, folder)
  }
}

/** What the model reads for each of the run's problems. */
export function promptsOf(recipe: Recipe, model: PromptModel, sets: ProblemSets): Promise<Prompts> {
  // runs of version 0.1.0 had no prompt in their recipe
  return writePrompts(model, recipe.prompt ?? defaultPrompt, sets.examples, [...sets.training, ...sets.heldOut])
}

async function lessonsOf(
  { data, name }: StageOf<'sft' | 'distil'>,
  recipe: Recipe,
  sets: ProblemSets,
  model: PromptModel & { config: { maxPositions: number } },
  folder: string,
): Promise<Lessons> {
  const collected = (stage: string) => `${folder}/${collectionFile(recipe.stages.findIndex((s) => s.name === stage))}`
  const { training, heldOut } = await examplesOf(data, recipe, sets.training, collected)
  const problems = [...training, ...heldOut].map(({ problem }) => problem)
  const prompts = await writePrompts(model, recipe.prompt ?? defaultPrompt, sets.examples, problems)
  const { tokenizer } = model
  const sequence = ({ problem, completion }: Example): Sequence => {
    const promptIds = prompts.ids(problem)
    const ids = [...tokenizer.encode(completion), tokenizer.eosId]
    const size = promptIds.length + ids.length
    const room = model.config.maxPositions
    if (size <= room) return { promptIds, ids }
    throw new StudioError(
      'bad-recipe',
      `The answer to "${problem.prompt.slice(0, 80)}" in the data of stage "${name}" has ${size} tokens with its prompt; the model has ${room} positions.`,
      'Take it out of the data, or shorten it.',
    )
  }
  return { training: training.map(sequence), heldOut: heldOut.map(sequence) }
}
