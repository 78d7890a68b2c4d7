/** What a stage works with, made when it begins or is gone on with, and how one step of it is made. */
import type { Domain } from '../../contract/domains.ts'
import { StudioError } from '../../contract/errors.ts'
import { defaultPrompt } from '../../contract/prompt.ts'
import type { Recipe } from '../../contract/recipe.ts'
import type { StepReport } from '../../contract/records.ts'
import type { RewardModelNote } from '../../contract/reward-models.ts'
import type { Settings } from '../../contract/settings.ts'
import { isSupervised, type Stage, type StageOf, sourcesOf } from '../../contract/stages.ts'
import { withVocabulary } from '../model/added-tokens.ts'
import type { Sequence } from '../model/batch.ts'
import type { Checkpoint } from '../model/checkpoint.ts'
import { modelFolder } from '../model/embedded.ts'
import type { Policy } from '../model/policy.ts'
import { openModel } from '../model/source.ts'
import { type PromptModel, type Prompts, writePrompts } from '../prompts.ts'
import { type Example, examplesOf } from '../sft/examples.ts'
import { requireRoom } from '../start.ts'
import type { Problem } from '../tasks/problem.ts'
import type { ProblemSets } from '../tasks/source.ts'
import { Collection, collectionFile } from './collection.ts'
import { grpoStep } from './grpo.ts'
import type { LearningStep } from './learning.ts'
import { rejectionStep } from './rejection.ts'
import { keepRewardModel, rewardModelData, rewardModelStep } from './reward-model.ts'
import { type Lessons, supervisedStep } from './supervised.ts'

export type Progress = (phase: 'rollout' | 'reward' | 'update', fraction: number) => Promise<void>
/** Makes the step after the position's; the position stays the caller's to move. @throws NonFiniteError, some of it perhaps done */
export type MakeStep = (progress: Progress) => Promise<StepReport>

export interface Work {
  step: MakeStep
  /** Of stages that leave something behind: writes it, once they have had their steps. @throws what the disk refuses */
  finish?: () => Promise<RewardModelNote>
}

/** What a stage's texts are written for. */
type StageModel = Pick<Policy, 'config' | 'tokenizer' | 'companions'>

export interface StageContext {
  recipe: Recipe
  /** Of the run. */
  folder: string
  state: Checkpoint
  sets: ProblemSets
  prompts: Prompts
}

/** @throws StudioError bad-recipe for data that cannot be learned from; what the disk refuses */
export async function stageWork(context: StageContext): Promise<Work> {
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
    problems: 'domains' in stage ? ofDomains(sets.training, stage.domains) : sets.training,
    promptIds: prompts.ids,
    running: position.running,
  })
  if (stage.kind === 'grpo')
    return {
      step: (progress) =>
        grpoStep({
          ...request(),
          reference: state.reference,
          optimizer: state.optimizer,
          critic: state.critic,
          progress,
        }),
    }
  if (stage.kind === 'evaluate') return { step: async () => emptyStep(request()) }
  if (stage.kind === 'reward-model') return rewardModelWork(stage, context, request)
  if (stage.kind === 'rejection-sampling') {
    const collection = new Collection(folder, position.stage, position.step)
    return { step: (progress) => rejectionStep({ ...request(), limits: stage, collection, progress }) }
  }
  const lessons = await lessonsOf(stage, recipe, sets, state.policy, folder)
  const { steps, packing } = stage
  return {
    step: (progress) =>
      supervisedStep({
        ...request(),
        firstStep: position.stageFirstStep,
        steps,
        optimizer: state.optimizer,
        lessons,
        packing,
        progress,
      }),
  }
}

async function rewardModelWork(
  stage: StageOf<'reward-model'>,
  { recipe, folder, state }: StageContext,
  request: () => Pick<LearningStep, 'step' | 'stage' | 'seed' | 'settings' | 'optimizerSince' | 'tokensBefore'>,
): Promise<Work> {
  const { position } = state
  const data = await rewardModelData(stage, recipe, state.rewardModel!)
  const { steps } = stage
  const started = performance.now()
  return {
    step: (progress) =>
      rewardModelStep({ ...request(), firstStep: position.stageFirstStep, steps, state, data, progress }),
    finish: () => keepRewardModel(stage, recipe, state, data, folder, (performance.now() - started) / 1000),
  }
}

/** Of a stage that measures alone: what it found comes as an evaluation. */
const emptyStep = (r: { step: number; stage: number; settings: Settings; tokensBefore: number }): StepReport => ({
  step: r.step,
  stage: r.stage,
  at: new Date().toISOString(),
  settings: r.settings,
  metrics: { num_tokens: r.tokensBefore, tokens_per_second: 0, 'seconds/step': 0 },
  groups: [],
})

const ofDomains = (problems: Problem[], domains: readonly Domain[] | undefined) =>
  domains ? problems.filter(({ domain }) => domains.includes(domain)) : problems

/**
 * Looks at what the stages to come need, before the first step: their files, and a student's model.
 * @throws StudioError bad-recipe, bad-model, not-found, bad-request
 */
export async function checkStages(recipe: Recipe, state: Checkpoint, sets: ProblemSets, folder: string): Promise<void> {
  let model: StageModel = state.policy
  for (const [i, stage] of recipe.stages.entries()) {
    if (i < state.position.stage) continue
    requirePrompts(stage, i, sets)
    if (stage.kind === 'reward-model') await checkRewardModel(stage, recipe, model)
    if (!isSupervised(stage)) continue
    if (stage.kind === 'distil') {
      const student = openModel(modelFolder(stage.model))
      student.tensors.close()
      model = withVocabulary(student, recipe.addTokens)
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
    const given = sourcesOf(stage.data).filter((source) => typeof source === 'string' || !('stage' in source))
    if (given.length > 0) await lessonsOf({ ...stage, data: given }, recipe, sets, model, folder)
  }
}

/** Whether what a stage before it was to collect is missing, in words; null where it can learn. */
export async function lacksLessons(
  stage: Stage,
  recipe: Recipe,
  sets: ProblemSets,
  folder: string,
): Promise<string | null> {
  if (!isSupervised(stage)) return null
  const collects = sourcesOf(stage.data).some((source) => typeof source === 'object' && 'stage' in source)
  if (!collects) return null
  try {
    await examplesOf(stage.data, recipe, sets.training, collected(recipe, folder))
    return null
  } catch (error) {
    if (error instanceof StudioError && error.code === 'bad-recipe') return error.message
    throw error
  }
}

const collected = (recipe: Recipe, folder: string) => (stage: string) =>
  `${folder}/${collectionFile(recipe.stages.findIndex(({ name }) => name === stage))}`

/** @throws StudioError bad-recipe for domains of which there is no prompt */
function requirePrompts(stage: Stage, i: number, { training }: ProblemSets): void {
  if (!('domains' in stage) || ofDomains(training, stage.domains).length > 0) return
  const there = [...new Set(training.map(({ domain }) => domain))]
  throw new StudioError(
    'bad-recipe',
    `stages.${i} samples for prompts of ${stage.domains!.join(', ')}, and the recipe has none of them.`,
    `Its prompts are of ${there.join(', ')}: change "domains", or add prompts.`,
  )
}

/** @throws StudioError bad-request for data that cannot be used; bad-model, not-found */
async function checkRewardModel(stage: StageOf<'reward-model'>, recipe: Recipe, policy: StageModel): Promise<void> {
  let model = policy
  if (stage.model !== undefined) {
    const named = openModel(modelFolder(stage.model))
    named.tensors.close()
    model = named
  }
  await rewardModelData(stage, recipe, model)
}

/** What the model reads for each of the run's problems. */
export function promptsOf(recipe: Recipe, model: PromptModel, sets: ProblemSets): Promise<Prompts> {
  // runs of version 0.1.0 had no prompt in their recipe
  const all = [...sets.training, ...sets.heldOut, ...sets.general]
  return writePrompts(model, recipe.prompt ?? defaultPrompt, sets.examples, all)
}

async function lessonsOf(
  { data, name }: Pick<StageOf<'sft' | 'distil'>, 'data' | 'name'>,
  recipe: Recipe,
  sets: ProblemSets,
  model: StageModel,
  folder: string,
): Promise<Lessons> {
  const { training, heldOut } = await examplesOf(data, recipe, sets.training, collected(recipe, folder))
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
