/** The recipes of puzzles and programs, by the command line: held-out accuracy before, after the cold start, and after RL. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EvaluationSummary } from '../../src-main/contract/evaluation.ts'
import type { StepSummary } from '../../src-main/contract/records.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { jsonLines, type Summary } from './learning.ts'
import type { BenchOptions } from './options.ts'

const names = ['countdown', 'logic', 'code']

export async function recipes({ seeds, backend, rows }: BenchOptions): Promise<unknown> {
  const runs: Awaited<ReturnType<typeof one>>[] = []
  for (const name of rows ?? names) for (const seed of seeds) runs.push(await one(name, seed, backend))
  return { runs }
}

async function one(recipe: string, seed: number, backend?: string) {
  const data = mkdtempSync(join(tmpdir(), 'grpo-bench-'))
  const started = performance.now()
  try {
    const args = ['run', recipe, '--seed', String(seed), '--data', data, '--json']
    const lines = await jsonLines([...args, ...(backend ? ['--backend', backend] : [])], (line) => {
      const { step, metrics } = line as StepSummary
      if (step % 20 === 0)
        console.error(`  ${recipe}, seed ${seed}, step ${step}: loss ${metrics.loss} reward ${metrics.reward ?? '–'}`)
    })
    const minutes = (performance.now() - started) / 60_000
    const { run, evaluations } = lines.at(-1) as Summary
    const [coldStart] = loadRecipe(recipe, []).stages
    const measured = (step: number) => figuresOf(evaluations.find((e) => e.step === step)!)
    return {
      recipe,
      seed,
      backend: run.backend,
      steps: run.step,
      minutes,
      before: measured(0),
      coldStart: measured(coldStart.steps),
      after: measured(run.step),
    }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

const figuresOf = ({ prompts, accuracy, accuracyLow, accuracyHigh, meanLength, byKind }: EvaluationSummary) => ({
  prompts,
  accuracy,
  accuracyLow,
  accuracyHigh,
  meanLength,
  byKind: Object.fromEntries(Object.entries(byKind).map(([kind, k]) => [kind, k.accuracy])),
})
