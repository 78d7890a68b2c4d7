/**
 * Writes resources/recipe.schema.json, resources/sweep.schema.json, docs/ingest.openapi.json and python/grpo_studio/ray/mapping.json, and rewrites every region between `<!-- table:NAME -->` and `<!-- /table -->` of the documents from the tables of the code and from the
 * measured figures (docs/figures/*.json):  npm run docs
 * test/unit/docs.test.ts fails when this was forgotten.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { sweepSchema } from '../src-main/contract/sweep.ts'
import { mappingJson } from '../src-main/contract/trainer-names.ts'
import { openApi } from '../src-main/host/ingest/openapi.ts'
import { ablationTable } from './docs/ablations.ts'
import { alertTable } from './docs/alerts.ts'
import { estimateFigureTable } from './docs/estimate.ts'
import { figureTables, readFigures } from './docs/figures.ts'
import { flatFigureTable } from './docs/flat.ts'
import { filled } from './docs/markdown.ts'
import { metricTable } from './docs/metrics.ts'
import { paperTables } from './docs/paper.ts'
import { ppoFigureTable } from './docs/ppo.ts'
import { r1MiniComparisonTable, r1MiniStageTable } from './docs/r1-mini.ts'
import { rayFigureTable } from './docs/ray.ts'
import { recipeFieldTable, recipeJsonSchema, shippedRecipeTable, stageFieldTable } from './docs/recipe.ts'
import { recipesFigureTable } from './docs/recipes-learnt.ts'
import { mathHeldOutTable, rewardFigureTable, rewardParameterTable, rewardTable } from './docs/rewards.ts'
import { choiceTable, knobTable, numberTable } from './docs/settings.ts'
import { shortcutTable } from './docs/shortcuts.ts'
import { tracesFigureTable } from './docs/traces.ts'
import { trainerFigureTable } from './docs/trainer.ts'
import { trainerNameTable } from './docs/trainer-names.ts'
import { uiFigureTable } from './docs/ui.ts'

export const root = fileURLToPath(new URL('..', import.meta.url))

const skipped = ['node_modules', 'out', 'dist', 'test-results', 'playwright-report', '.git', '.setup']

/** Every Markdown file of the repository. */
export function documents(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return skipped.includes(entry.name) ? [] : documents(path)
    return entry.name.endsWith('.md') ? [path] : []
  })
}

/** The schema of recipe files, for editors: those that come along name it in `$schema`. */
export const schemaFile = join(root, 'resources', 'recipe.schema.json')
export const recipeSchemaText = () => `${JSON.stringify(recipeJsonSchema(), null, 2)}\n`

/** The same of sweep files. */
export const sweepSchemaFile = join(root, 'resources', 'sweep.schema.json')
export const sweepSchemaText = () => `${JSON.stringify(z.toJSONSchema(sweepSchema, { io: 'input' }), null, 2)}\n`

/** The ingest API, for who writes a client. */
export const openApiFile = join(root, 'docs', 'ingest.openapi.json')
export const openApiText = () => `${JSON.stringify(openApi(), null, 2)}\n`

/** What the driver of a cluster reads of settings and their names there. */
export const mappingFile = join(root, 'python', 'grpo_studio', 'ray', 'mapping.json')

export async function allTables(): Promise<Record<string, string>> {
  return {
    knobs: knobTable(),
    settings: numberTable(),
    choices: choiceTable(),
    'recipe-fields': recipeFieldTable(),
    'stage-fields': stageFieldTable(),
    recipes: shippedRecipeTable(),
    metrics: metricTable(),
    alerts: alertTable(),
    rewards: rewardTable(),
    'reward-parameters': rewardParameterTable(),
    'reward-figures': rewardFigureTable(readFigures()?.rewards, readFigures()?.agreement),
    'math-held-out': mathHeldOutTable(readFigures()?.agreement),
    'results-estimate': estimateFigureTable(readFigures()?.estimate),
    'trainer-figures': trainerFigureTable(readFigures()?.trainer),
    'trainer-gpu-figures': trainerFigureTable(readFigures()?.['trainer-gpu']),
    'results-ui': uiFigureTable(readFigures()?.ui),
    ...paperTables(readFigures()?.paper),
    'results-r1-mini': r1MiniStageTable(readFigures()?.['r1-mini']),
    'results-r1-mini-beside': r1MiniComparisonTable(readFigures()?.['r1-mini']),
    'flat-figures': flatFigureTable(readFigures()?.flat),
    'results-recipes': recipesFigureTable(readFigures()?.recipes),
    'results-traces': tracesFigureTable(readFigures()?.traces),
    'results-ablations': ablationTable(readFigures()?.ablations),
    'results-ppo': ppoFigureTable(readFigures()?.ppo),
    'results-ray': rayFigureTable(readFigures()?.ray),
    'trainer-names': trainerNameTable(),
    shortcuts: await shortcutTable(),
    ...figureTables(readFigures()),
  }
}

if (import.meta.main) {
  writeFileSync(schemaFile, recipeSchemaText())
  writeFileSync(sweepSchemaFile, sweepSchemaText())
  writeFileSync(openApiFile, openApiText())
  writeFileSync(mappingFile, mappingJson())
  const tables = await allTables()
  for (const path of documents()) {
    const text = readFileSync(path, 'utf8')
    const made = filled(text, tables)
    if (made === text) continue
    writeFileSync(path, made)
    console.log(`${relative(root, path)}: tables made anew`)
  }
}
