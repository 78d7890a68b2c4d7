/** The table of what the recipes of puzzles and programs learn, out of what `npm run bench -- recipes` measured. */
import { code, table } from './markdown.ts'

interface Measured {
  prompts: number
  accuracy: number
  accuracyLow: number
  accuracyHigh: number
  meanLength: number
  byKind: Record<string, number>
}

/** As test/bench/recipes.ts prints it. */
export interface RecipesFigures {
  runs: { recipe: string; seed: number; minutes: number; before: Measured; coldStart: Measured; after: Measured }[]
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

export function recipesFigureTable(figures: RecipesFigures | undefined): string {
  const rows = (figures?.runs ?? []).map(({ recipe, seed, minutes, before, coldStart, after }) => [
    code(recipe),
    seed,
    percent(before.accuracy),
    percent(coldStart.accuracy),
    `**${percent(after.accuracy)}** (${percent(after.accuracyLow)} to ${percent(after.accuracyHigh)})`,
    Object.entries(after.byKind)
      .sort()
      .map(([kind, accuracy]) => `${kind}: ${percent(accuracy)}`)
      .join(', '),
    after.prompts,
    `${coldStart.meanLength.toFixed(1)} → ${after.meanLength.toFixed(1)}`,
    minutes.toFixed(1),
  ])
  return table(
    [
      ...['recipe', 'seed', 'before', 'after the cold start', 'after RL (95 % interval)', 'by level', 'prompts'],
      ...['length in RL', 'minutes'],
    ],
    rows.length > 0 ? rows : [['not measured', '', '', '', '', '', '', '', '']],
  )
}
