/**
 * What is estimated before a run beside what is then measured: memory at the peak of the engine's process and seconds a step. Each row is
 * measured anew, estimated, and trained for some steps; --rows picks some, --steps says how many.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Estimate } from '../../src-main/contract/estimate.ts'
import type { GrpoMetrics } from '../../src-main/contract/metrics.ts'
import type { Recipe } from '../../src-main/contract/recipe.ts'
import { forkEngine } from '../../src-main/host/engine-process.ts'
import { engineEntry } from '../../src-main/host/entries.ts'
import { Estimator } from '../../src-main/host/estimator.ts'
import { loadRecipe, withSteps } from '../../src-main/host/recipes.ts'
import { fetched } from '../../src-main/library/places.ts'
import { runEngine } from './engine-run.ts'
import { mean } from './learning.ts'
import type { BenchOptions } from './options.ts'
import { endless } from './published-rollout.ts'

interface Row {
  name: string
  steps: number
  /** Which of the two times is meant: answers as long as they come, or all at the limit. */
  lengths: 'typical' | 'full'
  recipe(folder: string): Recipe
  here?(): boolean
}

const SMOLLM2 = 'smollm2-135m-instruct'

const rows: Row[] = [
  { name: 'r1-zero-mini', steps: 24, lengths: 'typical', recipe: () => loadRecipe('r1-zero-mini', []) },
  {
    name: 'every answer at the limit of 112',
    steps: 12,
    lengths: 'full',
    recipe: (folder) => ({
      ...loadRecipe('r1-zero-mini', ['maxCompletionTokens=112', 'maskTruncated=false', 'miniBatches=1']),
      model: endless(join(folder, 'endless')),
    }),
  },
  {
    name: 'the same with LoRA and checkpointing',
    steps: 12,
    lengths: 'full',
    recipe: (folder) => ({
      ...loadRecipe('r1-zero-mini', [
        'maxCompletionTokens=112',
        'maskTruncated=false',
        'lora={"rank":8}',
        'gradientCheckpointing=true',
      ]),
      model: endless(join(folder, 'endless-lora')),
    }),
  },
  {
    // each of its kinds for a few steps
    name: 'r1-mini',
    steps: 201,
    lengths: 'typical',
    recipe: () => {
      const recipe = loadRecipe('r1-mini', ['stages.7.milestones=[]'])
      const steps = [12, 8, 6, 20, 60, 40, 1, 8, 6, 20, 20]
      return { ...recipe, stages: recipe.stages.map((stage, i) => ({ ...stage, steps: steps[i] }) as typeof stage) }
    },
  },
  {
    name: 'smollm2-arithmetic',
    steps: 4,
    lengths: 'typical',
    recipe: () => loadRecipe('smollm2-arithmetic', []),
    here: () => fetched(SMOLLM2) !== undefined,
  },
]

export async function estimate({ backend, rows: wanted, steps }: BenchOptions): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'grpo-bench-'))
  const estimator = new Estimator({
    dataFolder: folder,
    startEngine: () => forkEngine(engineEntry),
    busy: () => false,
    earlier: () => null,
  })
  try {
    const results = []
    for (const row of rows) {
      if (wanted && !wanted.includes(row.name)) continue
      if (row.here?.() === false) {
        console.error(`  without ${row.name}: its model is not here (grpo-studio models fetch ${SMOLLM2})`)
        continue
      }
      // as many steps as are compared, so that evaluations at both ends are part of it
      const recipe = withSteps(row.recipe(folder), steps ?? row.steps)
      const estimated = await lastOf(estimator, recipe, backend ?? null)
      estimator.rest()
      const measured = await train(recipe, join(folder, 'run'), backend ?? null)
      const time = estimated.time![row.lengths]
      const result = {
        row: row.name,
        lengths: row.lengths,
        steps: measured.steps,
        estimated: { bytes: estimated.memory.bytes, ...time, runSeconds: estimated.time!.runSeconds[row.lengths] },
        measured,
        ratio: {
          memory: estimated.memory.bytes / measured.bytes,
          step: time.step / measured.step,
          run: estimated.time!.runSeconds[row.lengths] / measured.runSeconds,
        },
        parts: estimated.memory,
        meanLength: { estimated: estimated.time!.meanLength, measured: measured.meanLength },
      }
      console.error(`  ${row.name}: ${JSON.stringify(result.ratio)}`)
      results.push(result)
    }
    return results
  } finally {
    estimator.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function lastOf(estimator: Estimator, recipe: Recipe, backend: string | null): Promise<Estimate> {
  let last: Estimate | undefined
  for await (const event of estimator.follow(recipe, backend)) {
    if (event.type === 'unmeasured') throw new Error(event.reason)
    if (event.type === 'estimate') last = event.estimate
  }
  return last!
}

interface Trained {
  steps: number
  bytes: number
  rollout: number
  update: number
  /** Mean of all but the first two, which record. */
  step: number
  meanLength: number
  /** From the engine's start to the end, evaluations and checkpoints included. */
  runSeconds: number
}

async function train(recipe: Recipe, folder: string, backend: string | null): Promise<Trained> {
  const { steps, bytes, seconds } = await runEngine(recipe, folder, backend)
  // the estimate's step is one of RL
  const reinforced = steps.filter((m) => m['seconds/rollout'] !== undefined && m['seconds/update'] !== undefined)
  const later = reinforced.slice(Math.min(2, reinforced.length - 1))
  const over = (name: keyof GrpoMetrics) => mean(later.map((m) => m[name]!))
  return {
    steps: steps.length,
    bytes,
    rollout: over('seconds/rollout'),
    update: over('seconds/update'),
    step: over('seconds/step'),
    meanLength: over('completions/mean_length'),
    runSeconds: seconds,
  }
}
