/** What earlier runs of a recipe tell of the next one. */
import type { Recipe } from '../contract/recipe.ts'
import { type Db, sql } from './database.ts'

export interface EarlierRun {
  run: number
  /** Mean tokens of an answer in each stage; null where none were sampled, or too few. */
  means: (number | null)[]
}

/** Fewer steps of a stage say little. */
const LEAST_STEPS = 5

/** The newest run that trained the same recipe, by its name, on the same model through all of its GRPO stages; null where there is none. */
export function earlierRun(db: Db, recipe: Recipe): EarlierRun | null {
  const runs = sql<{ number: number; config: string }>(
    db,
    'SELECT number, config FROM runs WHERE step >= ? AND source IS NULL ORDER BY number DESC LIMIT 50',
  ).all(LEAST_STEPS)
  for (const { number, config } of runs) {
    const { name, model, stages } = JSON.parse(config) as Recipe
    if (name !== recipe.name || model !== recipe.model || stages.length !== recipe.stages.length) continue
    const rows = sql<{ stage: number; steps: number; mean: number }>(
      db,
      `SELECT s.stage, count(*) AS steps, avg(m.value) AS mean FROM steps s
       JOIN metrics m ON m.run = s.run AND m.step = s.step
       WHERE s.run = ? AND m.metric = (SELECT metric FROM metric_names WHERE name = 'completions/mean_length')
       GROUP BY s.stage`,
    ).all(number)
    const known = new Map(rows.flatMap(({ stage, steps, mean }) => (steps >= LEAST_STEPS ? [[stage, mean]] : [])))
    const means = stages.map((_, stage) => known.get(stage) ?? null)
    if (known.size > 0 && stages.every(({ kind }, stage) => kind !== 'grpo' || known.has(stage)))
      return { run: number, means }
  }
  return null
}
