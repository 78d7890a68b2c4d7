/**
 * PPO beside GRPO at equal samples, as DeepSeek-R1 compares them: the same recipe, seeds, prompts and number of answers; only where advantages
 * come from differs, and of PPO the λ that it wants to be tuned for.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadRecipe, withSteps } from '../../src-main/host/recipes.ts'
import { runEngine } from './engine-run.ts'
import { mean } from './learning.ts'
import type { BenchOptions } from './options.ts'

const arms: Record<string, string[]> = {
  GRPO: [],
  'PPO, λ = 1': ['advantageEstimator=gae', 'gaeLambda=1'],
  'PPO, λ = 0.95': ['advantageEstimator=gae', 'gaeLambda=0.95'],
}

export async function ppo({ seeds, backend, steps }: BenchOptions): Promise<unknown> {
  const runs = []
  // seed by seed, so that what else the machine does is shared out
  for (const seed of seeds)
    for (const [arm, settings] of Object.entries(arms))
      runs.push(await one(arm, settings, seed, steps, backend ?? null))
  return runs
}

async function one(arm: string, settings: string[], seed: number, wanted: number | undefined, backend: string | null) {
  const folder = mkdtempSync(join(tmpdir(), 'grpo-bench-'))
  try {
    const whole = loadRecipe('r1-zero-mini', [`seed=${seed}`, ...settings])
    const recipe = wanted === undefined ? whole : withSteps(whole, wanted)
    const { steps, evaluations, bytes, seconds, processorSeconds } = await runEngine(
      recipe,
      join(folder, 'run'),
      backend,
    )
    const over = (name: keyof (typeof steps)[number]) => mean(steps.map((m) => m[name] ?? 0))
    const last = evaluations.at(-1)!
    const result = {
      arm,
      seed,
      steps: steps.length,
      answers: steps.length * recipe.settings.promptsPerStep! * recipe.settings.groupSize!,
      accuracy: last.accuracy,
      accuracyLow: last.accuracyLow,
      accuracyHigh: last.accuracyHigh,
      meanLength: last.meanLength,
      course: evaluations.map((e) => ({ step: e.step, accuracy: e.accuracy, meanLength: e.meanLength })),
      seconds,
      processorSeconds,
      secondsPerStep: over('seconds/step'),
      secondsOfUpdate: over('seconds/update'),
      secondsOfCritic: over('seconds/critic'),
      bytes,
      explained: mean(steps.slice(-20).map((m) => m['critic/vf_explained_var'] ?? Number.NaN)),
    }
    console.error(
      `  ${arm}, seed ${seed}: ${(100 * last.accuracy).toFixed(1)} % in ${seconds.toFixed(0)} s, ${result.secondsPerStep.toFixed(2)} s a step, ${Math.round(bytes / 2 ** 20)} MiB`,
    )
    return result
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
