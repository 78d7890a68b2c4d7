/** Whether the file that a run's recipe came from was edited since, and what then becomes of it. */
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reportOf, StudioError } from '../contract/errors.ts'
import { isPlanned } from '../contract/plan.ts'
import { parseRecipe, type Recipe, withAssignments } from '../contract/recipe.ts'
import { type RecipeEdit, type RecipeSource, recipeChanges, turnedKnobs } from '../contract/recipe-edit.ts'
import type { SteeringEvent } from '../contract/records.ts'
import { withHashes } from '../library/data-files.ts'
import { acceptingDoubts } from '../library/reward-models.ts'
import { runFolder } from '../store/folder.ts'
import { recipeAt } from '../store/plan.ts'
import { type RunRow, recipeSourceOf, updateRun } from '../store/runs.ts'
import { planStagesAfter } from '../store/stages.ts'
import { courseEvents, eventById, insertEvent, recordEvent } from '../store/steering.ts'
import type { Store } from '../store/store.ts'
import { withOwnReward } from './own-rewards.ts'
import { loadRecipe, recipePath, withSteps } from './recipes.ts'

/** What a person says of an edited recipe. */
export type RecipeChoice = 'accept' | 'keep'

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')

/** @param from as it was given @returns null for a recipe that is no file */
export function recipeSource(
  from: string | Record<string, unknown>,
  assignments: string[],
  steps: number | null = null,
): RecipeSource | null {
  if (typeof from !== 'string') return null
  const file = recipePath(from)
  return { file, assignments, steps, sha256: hashOf(readFileSync(file, 'utf8')) }
}

interface Edited {
  source: RecipeSource
  edit: RecipeEdit
  /** As the file is now; null where it cannot be read. */
  recipe: Recipe | null
}

/** @returns null where the recipe came from no file, the file is gone, or it says the same */
export function editedRecipe(store: Store, row: RunRow, dataFolder: string): Edited | null {
  const source = recipeSourceOf(row)
  if (!source) return null
  const { file, assignments, steps, forked = [] } = source
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    // nothing says that it is to be another one
    return null
  }
  const now = { ...source, sha256: hashOf(text) }
  if (now.sha256 === source.sha256) return null
  try {
    const loaded = loadRecipe(file, assignments)
    const cut = steps === null ? loaded : withSteps(loaded, steps)
    const own = forked.length === 0 ? cut : parseRecipe(withAssignments(cut, forked), file)
    const withCode = withOwnReward(own, dataFolder)
    const before = JSON.parse(row.config) as Recipe
    const edited: Recipe = withCode.data ? { ...withCode, data: withHashes(withCode.data) } : withCode
    const recipe = asLaunched(edited, before)
    const byHand = store.read((db) => courseEvents(db, row.number, row.id)).some(({ kind }) => isPlanned(kind))
    const changes = recipeChanges(before, recipe, row.stage).map((change) =>
      byHand && change.path.startsWith('stages.') ? { ...change, refused: 'The plan was changed by hand.' } : change,
    )
    return changes.length === 0 ? null : { source: now, edit: { file, changes, unreadable: null }, recipe }
  } catch (error) {
    return { source: now, edit: { file, changes: [], unreadable: reportOf(error).message }, recipe: null }
  }
}

/** What stands in no file: the weights of the reward models that the run was launched with, and that it was to use those with doubts. */
function asLaunched(recipe: Recipe, { rewardModels, settings }: Recipe): Recipe {
  const kept = rewardModels ? { ...recipe, rewardModels } : recipe
  const parameters: Record<string, object | undefined> = settings.rewardParameters ?? {}
  const useDoubtful = Object.values(parameters).some((own) => own && 'doubtful' in own && own.doubtful === 'use')
  return useDoubtful ? acceptingDoubts(kept) : kept
}

/** @throws StudioError recipe-edited without a choice; bad-request for one that cannot be accepted */
export function requireChoice({ number, step }: RunRow, { edit }: Edited, choice: RecipeChoice | undefined): void {
  if (choice === 'keep') return
  const { file, changes, unreadable } = edit
  const list = (of: typeof changes) =>
    of.map(({ path, from, to }) => `${path} ${words(from)} → ${words(to)}`).join('; ')
  const refused = changes.filter((change) => change.refused !== null)
  const fork = `a fork can have it: grpo-studio fork ${number} --step ${step} ${refused.map(({ path, to }) => `--set '${path}=${words(to)}'`).join(' ')}`
  if (!choice)
    throw new StudioError(
      'recipe-edited',
      `${file} was edited since run #${number} read it: ${unreadable ?? `${list(changes)}.`}`,
      unreadable || refused.length > 0
        ? '--keep-recipe goes on with the recipe as it was.'
        : '--accept-recipe takes that over from the next step on, --keep-recipe goes on with the recipe as it was.',
    )
  if (unreadable)
    throw new StudioError('bad-request', unreadable, 'Correct it, or go on with the recipe as it was: --keep-recipe.')
  if (refused.length > 0)
    throw new StudioError(
      'bad-request',
      `Run #${number} cannot take over ${refused.map(({ path, refused: why }) => `${path}: ${why}`).join(' ')}`,
      `Go on with the recipe as it was (--keep-recipe); ${fork}.`,
    )
}

function words(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'none')
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/**
 * The choice is on record, and is not asked for again until the file changes again.
 * @param row as it is when the run goes on
 * @returns knobs that the edit turns, to be sent to the engine
 * @throws StudioError disk-full, data-folder
 */
export function settleEdit(
  store: Store,
  dataFolder: string,
  row: RunRow,
  { source, recipe }: Edited,
  choice: RecipeChoice,
): SteeringEvent[] {
  const again: SteeringEvent[] = []
  store.write((db) => {
    updateRun(db, row.number, { source })
    if (choice === 'keep' || !recipe) return
    const changes = turnedKnobs(JSON.parse(row.config) as Recipe, recipe, row.stage)
    updateRun(db, row.number, { config: recipe })
    const { stages } = recipeAt(db, { ...row, config: JSON.stringify(recipe) })
    planStagesAfter(db, row.number, { stages }, row.stage)
    const now = new Date().toISOString()
    recordEvent(db, row.number, {
      kind: 'recipe',
      before: turnedKnobs(recipe, JSON.parse(row.config) as Recipe, row.stage),
      requestedAt: now,
      requestedStep: row.step,
      effectiveStep: row.step + 1,
      detail: { file: source.file },
    })
    if (Object.keys(changes).length === 0) return
    const event = insertEvent(db, row.number, { kind: 'set', changes }, now, row.step)
    again.push(eventById(db, row.number, row.id, event)!)
  })
  if (choice === 'accept' && recipe) rewriteNote(join(runFolder(dataFolder, row.id), 'run.json'), recipe)
  return again
}

/** What a lost database is made good from tells of the recipe that holds. */
function rewriteNote(file: string, config: Recipe): void {
  const note = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, `${JSON.stringify({ ...note, config }, null, 2)}\n`)
}
