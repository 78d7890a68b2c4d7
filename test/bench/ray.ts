/**
 * The same recipe, seeds and model on this machine's engine and, through a Ray of this machine and TRL on the processor, on a cluster: whether the
 * curves agree. What is told of the cluster's runs is what the app was told.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clusterSchema } from '../../src-main/contract/ray.ts'
import type { Recipe } from '../../src-main/contract/recipe.ts'
import { work } from '../../src-main/engine/jobs.ts'
import { listeningFile } from '../../src-main/host/ingest/listening.ts'
import { orderOf } from '../../src-main/host/ray/job-file.ts'
import { writeWorkingDirectory } from '../../src-main/host/ray/working-directory.ts'
import { loadRecipe, withSteps } from '../../src-main/host/recipes.ts'
import { runEngine } from './engine-run.ts'
import { type HostProcess, startHost } from './host-process.ts'
import { type LocalRay, startRay } from './local-ray.ts'
import type { BenchOptions } from './options.ts'

/** Steps of the miniature's first stage. */
const STEPS = 50

export interface Course {
  seed: number
  /** By step, from the first. */
  reward: number[]
  meanLength: number[]
  evaluations: { step: number; accuracy: number }[]
  seconds: number
}

export async function ray({ seeds, backend, steps, python }: BenchOptions): Promise<unknown> {
  if (!python) throw new Error('Name a Python that has Ray and TRL: --python PATH')
  const folder = mkdtempSync(join(tmpdir(), 'grpo-bench-'))
  const courses: { here: Course[]; cluster: Course[] } = { here: [], cluster: [] }
  let data = ''
  const host = await startHost((path) => {
    data = path
  })
  const cluster = await startRay(python, 2)
  try {
    for (const seed of seeds) {
      const recipe = recipeOf(seed, steps ?? STEPS)
      courses.here.push(tell('here', await here(recipe, join(folder, `run-${seed}`), backend ?? null)))
      courses.cluster.push(tell('cluster', await onCluster(recipe, join(folder, `job-${seed}`), data, host, cluster)))
    }
  } finally {
    await cluster.end()
    await host.end()
    rmSync(folder, { recursive: true, force: true })
  }
  return { steps: steps ?? STEPS, ...courses }
}

/** The first stage alone, looked at more often. */
function recipeOf(seed: number, steps: number): Recipe {
  const whole = loadRecipe('r1-zero-mini', [`seed=${seed}`, 'evalEvery=10', 'evalPrompts=512', 'finalEvalPrompts=512'])
  return withSteps({ ...whole, stages: whole.stages.slice(0, 1) }, steps)
}

async function here(recipe: Recipe, folder: string, backend: string | null): Promise<Course> {
  const { steps, evaluations, seconds } = await runEngine(recipe, folder, backend)
  return {
    seed: recipe.seed,
    reward: steps.map((metrics) => metrics.reward),
    meanLength: steps.map((metrics) => metrics['completions/mean_length']),
    evaluations: evaluations.map(({ step, accuracy }) => ({ step, accuracy })),
    seconds,
  }
}

async function onCluster(
  recipe: Recipe,
  folder: string,
  data: string,
  { api }: HostProcess,
  cluster: LocalRay,
): Promise<Course> {
  const started = performance.now()
  const { url, token } = JSON.parse(readFileSync(listeningFile(data), 'utf8')) as { url: string; token: string }
  const target = clusterSchema.parse({ name: 'local', address: cluster.address, storage: join(folder, 'storage') })
  const key = `bench-seed-${recipe.seed}`
  const order = orderOf(recipe, target, { key, report: { url, token }, resume: false })
  const workingDirectory = join(folder, 'work')
  await writeWorkingDirectory(workingDirectory, order, { job: (name, ask) => work(name, ask, () => {}) })
  await cluster.submit(workingDirectory, () => {})
  const run = (await api.runs.list()).toSorted((a, b) => b.number - a.number)[0]
  const { series } = await api.runs.metrics({ runId: run.id, afterStep: 0 })
  const evaluations = await api.runs.evaluations({ runId: run.id })
  return {
    seed: recipe.seed,
    reward: series.reward as number[],
    meanLength: series['completions/mean_length'] as number[],
    evaluations: evaluations.map(({ step, accuracy }) => ({ step, accuracy })),
    seconds: (performance.now() - started) / 1000,
  }
}

function tell(where: string, course: Course): Course {
  const [first, last] = [course.evaluations[0], course.evaluations.at(-1)!]
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  console.error(
    `  ${where}, seed ${course.seed}: ${percent(first.accuracy)} to ${percent(last.accuracy)} in ${course.seconds.toFixed(0)} s`,
  )
  return course
}
