/** What the runs of a database use, and which checkpoints they have. */
import type { LibraryUse, RunCheckpoints } from '../contract/library.ts'
import type { Recipe } from '../contract/recipe.ts'
import { filesOf, modelsOf, rewardModelNamesOf, tasksOf } from '../contract/recipe-names.ts'
import { type Db, sql } from './database.ts'

/** Of the runs that are not in the bin; newest first. */
export function libraryUse(db: Db): LibraryUse {
  const rows = sql<{ number: number; config: string }>(
    db,
    'SELECT number, config FROM runs WHERE deleted_at IS NULL AND source IS NULL ORDER BY number DESC',
  ).all()
  const use = { models: {}, rewardModels: {}, files: {}, tasks: {} } satisfies Record<string, Record<string, number[]>>
  const note = (of: Record<string, number[]>, names: readonly string[], run: number) => {
    for (const name of names) of[name] = [...(of[name] ?? []), run]
  }
  for (const { number, config } of rows) {
    const recipe = JSON.parse(config) as Recipe
    note(use.models, modelsOf(recipe), number)
    note(use.rewardModels, rewardModelNamesOf(recipe), number)
    note(use.files, filesOf(recipe), number)
    note(use.tasks, tasksOf(recipe), number)
  }
  const files = Object.entries<number[]>(use.files).map(([path, runs]) => ({ path, bytes: null, runs }))
  return { ...use, files }
}

/** Of each run that has any, the newest run first. */
export function checkpointsByRun(db: Db): RunCheckpoints[] {
  return sql<RunCheckpoints>(
    db,
    `SELECT runs.id, runs.number, runs.name, count(*) AS count, sum(c.bytes) AS bytes, max(c.step) AS newestStep, max(c.at) AS newestAt,
       sum(c.step <> newest.step AND NOT EXISTS (SELECT 1 FROM stages WHERE stages.run = c.run AND stages.last_step = c.step)
         AND c.step IS NOT runs.fork_step) AS older
     FROM checkpoints c JOIN runs ON runs.number = c.run
     JOIN (SELECT run, max(step) AS step FROM checkpoints GROUP BY run) newest ON newest.run = c.run
     WHERE runs.deleted_at IS NULL GROUP BY c.run ORDER BY c.run DESC`,
  ).all()
}

/** Recipes of the runs that wait in the queue. */
export const waitingRecipes = (db: Db): { id: number; recipe: Recipe }[] =>
  sql<{ id: number; recipe: string }>(db, `SELECT id, recipe FROM queue WHERE state = 'waiting' ORDER BY position`)
    .all()
    .map(({ id, recipe }) => ({ id, recipe: JSON.parse(recipe) as Recipe }))
