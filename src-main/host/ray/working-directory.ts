/** The working directory of a job on a Ray cluster, as files: docs/ray.md says what is in it. */
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JobFile, JobOrder } from '../../contract/ray.ts'
import { projectFolder } from '../entries.ts'
import type { JobRunner } from '../jobs.ts'
import { jobFileOf } from './job-file.ts'
import { modelPlan, putModel } from './model-files.ts'
import { rewardsBundle } from './rewards-bundle.ts'

/**
 * @param folder to be made
 * @returns what stands in its job.json
 * @throws StudioError bad-recipe, bad-model, not-found, too-large, bad-request; what the disk refuses
 */
export async function writeWorkingDirectory(
  folder: string,
  order: JobOrder,
  { job }: { job: JobRunner['run'] },
): Promise<JobFile> {
  const { recipe } = order
  const plan = modelPlan(recipe.model)
  mkdirSync(folder, { recursive: true })
  const { longestLimit } = await job('ray-problems', { recipe, folder: join(folder, 'problems') })
  const model = putModel(plan, folder)
  cpSync(fileURLToPath(new URL('python/grpo_studio', projectFolder)), join(folder, 'grpo_studio'), {
    recursive: true,
    filter: (path) => basename(path) !== '__pycache__',
  })
  mkdirSync(join(folder, 'rewards'), { recursive: true })
  copyFileSync(await rewardsBundle(), join(folder, 'rewards', 'rewards.mjs'))
  const file = jobFileOf(order, model, longestLimit)
  writeFileSync(join(folder, 'job.json'), `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
  return file
}
