import type { Recipe } from '../../src-main/contract/recipe.ts'
import { failed } from '../stores/announce.ts'
import { heard } from '../stores/connection.ts'
import { api } from '../stores/host.ts'
import { liveStore } from '../stores/live.ts'
import { go, routeStore } from '../stores/route.ts'
import { viewStore } from '../stores/view.ts'
import { download } from '../text/download.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'
import { runWithRecipe } from './can.ts'

export const launch: Action = {
  id: 'launch',
  name: t('New run…'),
  group: 'Run',
  keys: ['N'],
  words: 'start launch recipe',
  enabled: heard,
  run: () => viewStore.setState({ launch: true, launchLike: null, launchFile: null, judgedBy: null }),
}

/** A new run with everything as in this one, to be changed before it starts. */
export const duplicate = (runId: string): void =>
  viewStore.setState({ launch: true, launchLike: runId, launchFile: null, judgedBy: null })

export const duplicateRun: Action = {
  id: 'duplicate-run',
  name: t('Duplicate…'),
  group: 'Run',
  keys: [],
  words: 'copy again same recipe settings new run',
  enabled: () => routeStore.getState().page === 'live' && runWithRecipe() !== null,
  run: () => duplicate(liveStore.getState().runId!),
}

/** The same, with this reward model chosen. */
export const launchJudgedBy = (name: string): void =>
  viewStore.setState({ launch: true, launchLike: null, launchFile: null, judgedBy: name })

export interface LaunchOrder {
  /** Its name, the path of its file, or all of it. */
  recipe: string | Recipe
  assignments: string[]
  backend: string | null
  /** Although it will not fit. */
  anyway?: boolean
  /** Although a reward model should not be used. */
  useDoubtful?: boolean
  /** On which it is trained; left out: on this machine. */
  cluster?: string
}

const saveRecipe = (name: string, recipe: Recipe) =>
  download(`${name}.grpo`, `${JSON.stringify(recipe, null, 2)}\n`, 'application/json')

/** The recipe as it would be launched, as a file. */
export async function exportRecipe({ recipe, assignments }: LaunchOrder): Promise<void> {
  try {
    const resolved = await api().recipes.resolve({ recipe, assignments })
    saveRecipe(resolved.name, resolved)
  } catch (error) {
    failed(error)
  }
}

/** A run's recipe as the run went, as a file. */
export async function exportRunRecipe(runId: string): Promise<void> {
  try {
    saveRecipe(runId, await api().runs.recipe({ runId }))
  } catch (error) {
    failed(error)
  }
}

export const exportRecipeOfRun: Action = {
  id: 'export-recipe',
  name: () => t('Export its recipe as it went'),
  group: 'Run',
  keys: [],
  words: 'save file download recipe milestones',
  enabled: duplicateRun.enabled,
  run: () => exportRunRecipe(liveStore.getState().runId!),
}

/** Starts the run and shows it. Returns whether the host took it. */
export async function launchRun(order: LaunchOrder): Promise<boolean> {
  try {
    const { recipe, assignments, cluster } = order
    const run = cluster ? await api().ray.launch({ recipe, assignments, cluster }) : await api().runs.launch(order)
    go({ page: 'live', runId: run.id, step: null, opened: null })
    return true
  } catch (error) {
    failed(error)
    return false
  }
}
