/** Reward models on the disk: a folder each, by name in the data folder or by path. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import { type Recipe, rewardModelStages, rewardsOf, settingsOfStages } from '../contract/recipe.ts'
import type { NamedRewardModel } from '../contract/reward-model-work.ts'
import { doubtsOf, type RewardModelNote, rewardModelName, rewardModelNote } from '../contract/reward-models.ts'
import { parametersOf, type RewardName, type RewardParameters, rewardInfo } from '../contract/rewards.ts'

export const NOTE = 'reward-model.json'
/** What it was measured with, one item a line. */
export const HELD_OUT = 'held-out.jsonl'

export const rewardModelsFolder = (dataFolder: string): string => join(dataFolder, 'reward-models')

/** Where a run keeps the reward model that its stage of this name trains. */
export const ownRewardModel = (runFolder: string, name: string): string => join(rewardModelsFolder(runFolder), name)

/**
 * @param name of one in `root`, or the path of a folder
 * @throws StudioError not-found, naming those that there are
 */
export function rewardModelPath(name: string, root: string): string {
  const path = isAbsolute(name) || name.includes('/') ? name : join(root, name)
  if (name !== '' && existsSync(join(path, NOTE))) return path
  const there = rewardModels(root).map((note) => note.name)
  throw new StudioError(
    'not-found',
    name === '' ? 'No reward model is named.' : `There is no reward model ${name} (it would be in ${path}).`,
    there.length > 0
      ? `Those that are there: ${there.join(', ')}.`
      : 'Train one first: grpo-studio reward-model train --help.',
  )
}

/** @throws StudioError bad-model, naming the file and the field */
export function readNote(folder: string): RewardModelNote {
  const path = join(folder, NOTE)
  const hint = 'Train it again, or take its folder from where it came from.'
  let json: unknown
  try {
    json = JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new StudioError('bad-model', `${path} cannot be read: ${(error as Error).message}.`, hint)
  }
  const read = rewardModelNote.safeParse(json)
  if (read.success) return read.data
  const [{ path: field, message }] = read.error.issues
  throw new StudioError('bad-model', `${path} is damaged: ${field.join('.') || 'the whole'}: ${message}.`, hint)
}

/** Those of a folder that can be read, the newest first. */
export function rewardModels(root: string): RewardModelNote[] {
  if (!existsSync(root)) return []
  return readdirSync(root)
    .filter((name) => rewardModelName.safeParse(name).success && existsSync(join(root, name, NOTE)))
    .flatMap((name) => {
      try {
        return [{ ...readNote(join(root, name)), name: basename(name) }]
      } catch {
        return []
      }
    })
    .sort((a, b) => (a.at < b.at ? 1 : -1))
}

/** @throws StudioError bad-request for what is no name, or one that is taken unless it is to be replaced */
export function requireFreeName(name: string, root: string, replace: boolean): void {
  if (!rewardModelName.safeParse(name).success)
    throw new StudioError(
      'bad-request',
      `${JSON.stringify(name)} is no name of a reward model.`,
      'Give lower-case letters, digits, dots, dashes and underscores, such as helpful-1.',
    )
  if (replace || !rewardModels(root).some((one) => one.name === name)) return
  throw new StudioError(
    'bad-request',
    `There is a reward model ${name} in ${root}.`,
    'Choose another name, or say that it takes the place of that one (--force).',
  )
}

/** @param name of one in `root`: a folder elsewhere is its owner's to remove @throws StudioError not-found */
export function removeRewardModel(name: string, root: string): void {
  if (!rewardModelName.safeParse(name).success || !existsSync(join(root, name)))
    throw new StudioError('not-found', `There is no reward model ${name} in ${root}.`, 'Nothing was removed.')
  rmSync(join(root, name), { recursive: true, force: true })
}

/** @throws StudioError bad-model when it is of another kind */
function requireKind(note: RewardModelNote, kind: RewardModelNote['kind']): void {
  if (note.kind === kind) return
  throw new StudioError(
    'bad-model',
    `The reward model ${note.name} is one of ${note.kind}, not of ${kind}.`,
    `Name it for the reward ${note.kind}, or train one of ${kind}.`,
  )
}

export interface UsableRewardModel {
  /** As it was asked for. */
  asked: string
  kind: RewardModelNote['kind']
  folder: string
}

/** The reward models that stages of a run train: all of them, and those of stages that are done. */
interface OwnRewardModels {
  names: readonly string[]
  trained: readonly string[]
  /** Of the run. */
  folder: string
}

/**
 * The reward models that rewards name, over all parameters that they are given in turn, doubtful ones among them.
 * @param own those of the run's stages: one that is not trained yet is left out, and one that is is used whatever it was measured at
 * @throws StudioError not-found; bad-model for one that is damaged, or of another kind
 */
export function namedRewardModels(
  names: readonly RewardName[],
  given: readonly RewardParameters[],
  root: string,
  own: OwnRewardModels = { names: [], trained: [], folder: '' },
): (UsableRewardModel & NamedRewardModel)[] {
  const found = new Map<string, UsableRewardModel & NamedRewardModel>()
  for (const kind of names) {
    if (!rewardInfo[kind].learnt || (kind !== 'helpfulness' && kind !== 'safety')) continue
    for (const parameters of given) {
      const { model, doubtful } = parametersOf(kind, parameters)
      const trainedHere = own.names.includes(model)
      const there = own.trained.includes(model) && existsSync(join(ownRewardModel(own.folder, model), NOTE))
      if (trainedHere && !there) continue
      const key = `${kind}/${model}`
      const folder = trainedHere ? ownRewardModel(own.folder, model) : rewardModelPath(model, root)
      const note = readNote(folder)
      requireKind(note, kind)
      const accepted = trainedHere || (doubtful === 'use' && (found.get(key)?.accepted ?? true))
      found.set(key, { asked: model, kind, folder, doubt: doubtsOf(note)[0]?.message ?? null, accepted })
    }
  }
  return [...found.values()]
}

/** Asks before a doubtful one is used. @throws StudioError doubtful when nobody said to use it all the same */
export function requireAccepted({ asked, doubt, accepted }: NamedRewardModel): void {
  if (doubt === null || accepted) return
  throw new StudioError(
    'doubtful',
    `The reward model ${asked} should not be used. ${doubt}`,
    'Train it on more or better data. To use it all the same: --use-doubtful, or Use anyway.',
  )
}

type Given = Parameters<typeof namedRewardModels>

/** The same, none of them doubtful unless it was accepted. @throws StudioError as `namedRewardModels`; doubtful */
export function usableRewardModels(...given: Given): UsableRewardModel[] {
  const named = namedRewardModels(...given)
  for (const one of named) requireAccepted(one)
  return named.map(({ asked, kind, folder }) => ({ asked, kind, folder }))
}

interface RunStages {
  folder: string
  /** So many of its stages. */
  done: number
}

function givenBy(recipe: Recipe, root: string, { folder, done }: RunStages = { folder: '', done: 0 }): Given {
  const parameters = settingsOfStages(recipe).map((settings) => settings.rewardParameters)
  const namesOf = (stages: Recipe['stages']) => rewardModelStages({ stages }).map(({ name }) => name)
  const own = { names: namesOf(recipe.stages), trained: namesOf(recipe.stages.slice(0, done)), folder }
  return [rewardsOf(recipe), parameters, root, own]
}

/**
 * Those of a recipe, in any of its stages.
 * @param run its folder, and how many of its stages are done: what later ones train is not there yet, whatever lies in the folder
 * @throws StudioError as `usableRewardModels`
 */
export function rewardModelsOf(recipe: Recipe, root: string, run?: RunStages): UsableRewardModel[] {
  return usableRewardModels(...givenBy(recipe, root, run))
}

/** Those that a recipe names before it runs, doubtful ones among them. @throws StudioError as `namedRewardModels` */
export function namedIn(recipe: Recipe, root: string): NamedRewardModel[] {
  return namedRewardModels(...givenBy(recipe, root)).map(({ folder: _, ...named }) => named)
}

/** The recipe with doubtful reward models accepted: its record says so. */
export function acceptingDoubts(recipe: Recipe): Recipe {
  const learnt = rewardsOf(recipe).filter((name) => rewardInfo[name].learnt)
  if (learnt.length === 0) return recipe
  const given = recipe.settings.rewardParameters
  const accepted = Object.fromEntries(learnt.map((name) => [name, { ...given?.[name], doubtful: 'use' }]))
  return { ...recipe, settings: { ...recipe.settings, rewardParameters: { ...given, ...accepted } } }
}
