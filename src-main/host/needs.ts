/** Runs that go or wait: what their recipes name must stay. */
import type { Recipe } from '../contract/recipe.ts'
import type { Db } from '../store/database.ts'
import { waitingRecipes } from '../store/library.ts'
import { requireRun } from '../store/queries.ts'

export interface Need {
  /** Who it is, as the beginning of a sentence. */
  why: string
  recipe: Recipe
  /** The run itself, where there is one: its checkpoints stay. */
  run: number | null
}

/**
 * @param active the run that has an engine
 * @param cutOff number of the run that the queue goes on with when it is started
 */
export function needsOf(db: Db, active: { number: number; config: Recipe } | undefined, cutOff: number | null): Need[] {
  const needs: Need[] = []
  if (active) needs.push({ why: `Run #${active.number} is active`, recipe: active.config, run: active.number })
  if (cutOff !== null) {
    const recipe = JSON.parse(requireRun(db, String(cutOff)).config) as Recipe
    needs.push({ why: `The queue goes on with run #${cutOff} when it is started`, recipe, run: cutOff })
  }
  for (const { id, recipe } of waitingRecipes(db))
    needs.push({ why: `The run q${id} waits in the queue`, recipe, run: null })
  return needs
}
