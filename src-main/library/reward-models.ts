/** Reward models on the disk: a folder each, by name in the data folder or by path. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, isAbsolute, join } from 'node:path'
import { StudioError } from '../contract/errors.ts'
import { type Recipe, rewardModelStages, rewardsOf, settingsOfStages } from '../contract/recipe.ts'
import { doubtsOf, type RewardModelNote, rewardModelName, rewardModelNote } from '../contract/reward-models.ts'
import { parametersOf, type RewardName, type RewardParameters, rewardInfo } from '../contract/rewards.ts'

export const NOTE = 'reward-model.json'

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

/**
 * Asks before a doubtful one is used.
 * @throws StudioError bad-model when it is of another kind; bad-setting when there are doubts and nobody said to use it all the same
 */
export function requireUsable(note: RewardModelNote, kind: RewardModelNote['kind'], doubtful: string): void {
  if (note.kind !== kind)
    throw new StudioError(
      'bad-model',
      `The reward model ${note.name} is one of ${note.kind}, not of ${kind}.`,
      `Name it for the reward ${note.kind}, or train one of ${kind}.`,
    )
  const [doubt] = doubtsOf(note)
  if (!doubt || doubtful === 'use') return
  throw new StudioError(
    'bad-setting',
    `The reward model ${note.name} should not be used. ${doubt.message}`,
    `Train it on more or better data; or use it all the same: --set rewardParameters.${kind}.doubtful=use`,
  )
}

export interface UsableRewardModel {
  /** As it was asked for. */
  asked: string
  kind: RewardModelNote['kind']
  folder: string
}

/**
 * The reward models that rewards name, over all parameters that they are given in turn.
 * @param own names that stages of the run train: one that is not there yet is left out, and one that is there is used whatever it was measured at
 * @throws StudioError not-found, bad-model, bad-setting: see `requireUsable`
 */
export function usableRewardModels(
  names: readonly RewardName[],
  given: readonly RewardParameters[],
  root: string,
  own: { names: readonly string[]; folder: string } = { names: [], folder: '' },
): UsableRewardModel[] {
  const found = new Map<string, UsableRewardModel>()
  for (const kind of names) {
    if (!rewardInfo[kind].learnt || (kind !== 'helpfulness' && kind !== 'safety')) continue
    for (const parameters of given) {
      const { model, doubtful } = parametersOf(kind, parameters)
      const trainedHere = own.names.includes(model)
      const there = own.folder !== '' && existsSync(join(ownRewardModel(own.folder, model), NOTE))
      if (trainedHere && !there) continue
      const folder = trainedHere ? ownRewardModel(own.folder, model) : rewardModelPath(model, root)
      requireUsable(readNote(folder), kind, trainedHere ? 'use' : doubtful)
      found.set(`${kind}/${model}`, { asked: model, kind, folder })
    }
  }
  return [...found.values()]
}

/**
 * Those of a recipe, in any of its stages.
 * @param runFolder of its run; before there is one, what its stages train is not there
 * @throws StudioError as `usableRewardModels`
 */
export function rewardModelsOf(recipe: Recipe, root: string, runFolder = ''): UsableRewardModel[] {
  const parameters = settingsOfStages(recipe).map((settings) => settings.rewardParameters)
  const names = rewardModelStages(recipe).map(({ name }) => name)
  return usableRewardModels(rewardsOf(recipe), parameters, root, { names, folder: runFolder })
}
