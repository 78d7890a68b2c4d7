/**
 * R1 in miniature: r1-mini from its first step to its last over several seeds, and what its stages are set beside: the same cold start and RL
 * without the language reward, and the same student trained by RL alone in as many steps.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EvaluationSummary } from '../../src-main/contract/evaluation.ts'
import type { Recipe } from '../../src-main/contract/recipe.ts'
import type { RunSummary } from '../../src-main/contract/records.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { jsonLines } from './learning.ts'
import type { BenchOptions } from './options.ts'

type Measured = Pick<
  EvaluationSummary,
  | 'step'
  | 'prompts'
  | 'accuracy'
  | 'accuracyLow'
  | 'accuracyHigh'
  | 'formatRate'
  | 'meanLength'
  | 'languageMixing'
  | 'general'
>

export async function r1Mini({ seeds, backend }: BenchOptions): Promise<unknown> {
  const recipe = loadRecipe('r1-mini', [])
  const runs = []
  for (const seed of seeds)
    runs.push({
      seed,
      whole: await measured(recipe, seed, backend),
      withoutLanguage: await measured(withoutLanguage(recipe), seed, backend),
      studentAlone: await measured(studentAlone(recipe), seed, backend),
    })
  return { recipe: recipe.name, runs }
}

const stagesOf = (recipe: Recipe, ...names: string[]) => recipe.stages.filter(({ name }) => names.includes(name))

function withoutPreferences(recipe: Recipe, name: string, stages: Recipe['stages']): Recipe {
  const { helpfulness: _, safety: __, ...rewardWeights } = recipe.settings.rewardWeights ?? {}
  return { ...recipe, name, settings: { ...recipe.settings, rewardWeights }, stages }
}

/** The reward is watched, and pays nothing. */
function withoutLanguage(recipe: Recipe): Recipe {
  const stages = stagesOf(recipe, 'cold start', 'RL 1').map((stage) => ({
    ...stage,
    settings: { ...stage.settings, ...(stage.settings.rewardWeights && { rewardWeights: { language: 0 } }) },
  }))
  return withoutPreferences(recipe, 'r1-mini-without-language', stages)
}

/** As many steps of RL as the distilled one had of SFT, each of which costs more. */
function studentAlone(recipe: Recipe): Recipe {
  const [student] = stagesOf(recipe, 'student')
  const [distil] = stagesOf(recipe, 'distil')
  const [rl] = stagesOf(recipe, 'RL 1')
  const alone = { ...rl, name: 'RL alone', steps: distil.steps }
  return withoutPreferences(recipe, 'r1-mini-student-alone', [student, alone])
}

async function measured(recipe: Recipe, seed: number, backend?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'grpo-bench-'))
  const started = performance.now()
  try {
    const file = join(folder, 'recipe.json')
    writeFileSync(file, JSON.stringify(recipe))
    console.error(`  ${recipe.name}, seed ${seed}`)
    const args = ['run', file, '--seed', String(seed), '--data', join(folder, 'data'), '--json']
    const lines = await jsonLines([...args, ...(backend ? ['--backend', backend] : [])], () => {})
    const { run, evaluations } = lines.at(-1) as { run: RunSummary; evaluations: EvaluationSummary[] }
    let end = 0
    const stages = recipe.stages.map(({ name, kind, steps }) => {
      end += steps
      return { name, kind, steps, after: picked(evaluations.find((e) => e.step === end)) }
    })
    return {
      backend: run.backend,
      minutes: (performance.now() - started) / 60_000,
      before: picked(evaluations[0]),
      stages,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function picked(e: EvaluationSummary | undefined): Measured | null {
  if (!e) return null
  const { step, prompts, accuracy, accuracyLow, accuracyHigh, formatRate, meanLength, languageMixing, general } = e
  return { step, prompts, accuracy, accuracyLow, accuracyHigh, formatRate, meanLength, languageMixing, general }
}
