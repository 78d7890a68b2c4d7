/** A run's recipe with its stages as they are planned at a step: as it was launched, and as they were changed by hand since. */
import { plannedAt } from '../contract/plan.ts'
import type { Recipe } from '../contract/recipe.ts'
import type { Db } from './database.ts'
import type { RunRow } from './runs.ts'
import { eventsOf } from './steering.ts'

export function recipeAt(
  db: Db,
  row: Pick<RunRow, 'number' | 'id' | 'config'>,
  step = Number.MAX_SAFE_INTEGER,
): Recipe {
  const config = JSON.parse(row.config) as Recipe
  return { ...config, stages: plannedAt(config.stages, eventsOf(db, row.number, row.id), step) }
}
