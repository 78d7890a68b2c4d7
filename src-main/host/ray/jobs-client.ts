/** Ray's Jobs REST API, as Ray 2.60 has it (ray/dashboard/modules/job/job_head.py), and what it says of its nodes. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { StudioError } from '../../contract/errors.ts'
import type { Cluster, ClusterState } from '../../contract/ray.ts'
import { LOG_BOUND } from './job-log.ts'
import { megabytes } from './model-files.ts'
import { type Sending, send, TimedOut } from './request.ts'

/** Of the Jobs API: that of Ray 2.60, the one that was tried. */
const OLDEST_API = 4
const TIMEOUT = 15_000
/** Of an upload. */
const UPLOAD_TIMEOUT = 10 * 60_000

const versionSchema = z.object({ version: z.string(), ray_version: z.string() })
const detailsSchema = z.object({
  status: z.enum(['PENDING', 'RUNNING', 'STOPPED', 'SUCCEEDED', 'FAILED']),
  message: z.string().nullish(),
  error_type: z.string().nullish(),
  driver_exit_code: z.number().nullish(),
})
export type JobDetails = z.infer<typeof detailsSchema>
const submittedSchema = z.object({ submission_id: z.string() })
const logSchema = z.object({ logs: z.string() })
const stoppedSchema = z.object({ stopped: z.boolean() })
const node = z.object({ state: z.string(), resources_total: z.record(z.string(), z.number()).nullish() })
const nodesSchema = z.object({ data: z.object({ result: z.object({ result: z.array(node) }) }) })
const usage = z.record(z.string(), z.tuple([z.number(), z.number()]))
const usageSchema = z.object({
  data: z.object({ clusterStatus: z.object({ loadMetricsReport: z.object({ usage }) }).nullish() }),
})

export interface Submission {
  id: string
  entrypoint: string
  /** As `upload` returned it. */
  packageUri: string
  env: Record<string, string>
  pip: string[]
  metadata: Record<string, string>
}

/** The dashboard does not know the job. */
export class UnknownJob extends StudioError {}

export class JobsClient {
  /** Where requests go: this end of a tunnel, if there is one. */
  readonly #base: URL
  /** As messages call it. */
  readonly #name: string
  readonly #tokenFile: string | null

  constructor(base: URL, { address, ssh, tokenFile }: Pick<Cluster, 'address' | 'ssh' | 'tokenFile'>) {
    this.#base = base
    this.#name = ssh ? `${address} (through ${ssh.host})` : address
    this.#tokenFile = tokenFile
  }

  /** @throws StudioError network: nobody answers, it is no dashboard of Ray, too old, or wants a token */
  async version(): Promise<string> {
    const { version, ray_version } = await this.#ask('GET', '/api/version', versionSchema)
    if (Number(version) >= OLDEST_API) return ray_version
    throw new StudioError(
      'network',
      `${this.#name} is Ray ${ray_version}, whose Jobs API is version ${version}; at least ${OLDEST_API} is needed.`,
      'Update Ray on the cluster: 2.60 was tried.',
    )
  }

  /** What a person wants to know before he submits. @throws StudioError as `version` */
  async state(): Promise<ClusterState> {
    const rayVersion = await this.version()
    const { data } = await this.#ask('GET', '/api/v0/nodes?detail=true', nodesSchema)
    const alive = data.result.result.filter(({ state }) => state === 'ALIVE')
    const total = (name: string) => alive.reduce((sum, { resources_total: r }) => sum + (r?.[name] ?? 0), 0)
    const used = await this.#ask('GET', '/api/cluster_status', usageSchema).catch(() => null)
    const free = (name: string): number | null => {
      const one = used?.data.clusterStatus?.loadMetricsReport.usage[name]
      return one ? one[1] - one[0] : null
    }
    return {
      rayVersion,
      nodes: alive.length,
      cpus: total('CPU'),
      gpus: total('GPU'),
      freeCpus: free('CPU'),
      freeGpus: free('GPU'),
    }
  }

  /** @returns the package's URI @throws StudioError too-large, network */
  async upload(zip: Uint8Array): Promise<string> {
    const name = `_ray_pkg_${createHash('sha256').update(zip).digest('hex').slice(0, 32)}.zip`
    await this.#send('PUT', `/api/packages/gcs/${name}`, { body: zip, timeout: UPLOAD_TIMEOUT })
    return `gcs://${name}`
  }

  /** @throws StudioError bad-request: it was refused; network */
  async submit({ id, entrypoint, packageUri, env, pip, metadata }: Submission): Promise<void> {
    const body = JSON.stringify({
      submission_id: id,
      entrypoint,
      runtime_env: { working_dir: packageUri, env_vars: env, ...(pip.length > 0 && { pip }) },
      metadata,
    })
    await this.#ask('POST', '/api/jobs/', submittedSchema, { body, timeout: 60_000 })
  }

  /** @throws UnknownJob; StudioError network */
  details(id: string, signal?: AbortSignal): Promise<JobDetails> {
    return this.#ask('GET', `/api/jobs/${encodeURIComponent(id)}`, detailsSchema, { signal })
  }

  /** It ends by SIGTERM, and three seconds later by SIGKILL. @returns whether it was there to be ended */
  async stop(id: string): Promise<boolean> {
    return (await this.#ask('POST', `/api/jobs/${encodeURIComponent(id)}/stop`, stoppedSchema)).stopped
  }

  /** All of it. The socket of `logs/tail` sends nothing through the dashboard of Ray 2.60. */
  async log(id: string): Promise<string> {
    const path = `/api/jobs/${encodeURIComponent(id)}/logs`
    return (await this.#ask('GET', path, logSchema, { timeout: 60_000, most: LOG_BOUND + (8 << 20) })).logs
  }

  async #ask<T>(method: string, path: string, schema: z.ZodType<T>, more: More = {}): Promise<T> {
    const text = await this.#send(method, path, more)
    const read = schema.safeParse(jsonOf(text))
    if (read.success) return read.data
    throw new StudioError(
      'network',
      `${this.#name} answers, and not as a dashboard of Ray does (${method} ${path}: ${text.slice(0, 80).trim() || 'nothing'}).`,
      'Give the address of the dashboard, which "ray start --head" prints: http://HOST:8265.',
    )
  }

  async #send(method: string, path: string, { timeout = TIMEOUT, ...more }: More): Promise<string> {
    const headers = { ...this.#headers(), ...(more.body !== undefined && { 'content-type': typeOf(more.body) }) }
    try {
      const { status, text } = await send(this.#url(path), { method, headers, timeout, ...more })
      if (status >= 200 && status < 300) return text
      throw this.#refusal(status, path, text, more.body)
    } catch (error) {
      if (error instanceof StudioError) throw error
      throw this.#unreachable(error, timeout)
    }
  }

  #url(path: string): URL {
    return new URL(this.#base.pathname.replace(/\/$/, '') + path, this.#base)
  }

  #headers(): Record<string, string> {
    if (this.#tokenFile === null) return {}
    try {
      return { authorization: `Bearer ${readFileSync(this.#tokenFile, 'utf8').trim()}` }
    } catch (error) {
      throw new StudioError(
        'bad-request',
        `The token of ${this.#name} cannot be read: ${(error as Error).message}.`,
        'Name the file with the cluster’s token in its settings.',
      )
    }
  }

  #refusal(status: number, path: string, text: string, body: More['body']): StudioError {
    const said = lastLine(text)
    if (status === 401 || status === 403)
      return new StudioError(
        'network',
        `${this.#name} lets nobody in without its token${this.#tokenFile ? `, and not with that of ${this.#tokenFile}` : ''}.`,
        'Name a file with the token of the cluster ("ray get-auth-token" prints it there) in the cluster’s settings.',
      )
    if (status === 404 && path.startsWith('/api/jobs/') && path !== '/api/jobs/')
      return new UnknownJob('not-found', `${this.#name} does not know the job: ${said}.`, 'Resume the run.')
    if (status === 413 || /exceeds the maximum|client_max_size/i.test(text))
      return new StudioError(
        'too-large',
        `${this.#name} takes no package of ${megabytes((body as Uint8Array | undefined)?.length ?? 0)}: ${said}.`,
        'Name a model of the Hugging Face hub, or fewer problems.',
      )
    if (status === 404)
      return new StudioError(
        'network',
        `${this.#name} is no dashboard of Ray: it has no ${path}.`,
        'Give the address of the dashboard, which "ray start --head" prints: http://HOST:8265.',
      )
    return new StudioError(
      'network',
      `${this.#name} refused (${status}): ${said || 'it says nothing'}.`,
      'The logs of the dashboard say more: dashboard.log in the session’s folder on the head.',
    )
  }

  #unreachable(error: unknown, timeout: number): StudioError {
    const { code, message } = error as NodeJS.ErrnoException
    const why =
      error instanceof TimedOut
        ? `it said nothing for ${timeout / 1000} s`
        : code === 'ECONNREFUSED'
          ? 'nothing listens there'
          : message
    return new StudioError(
      'network',
      `${this.#name} cannot be reached: ${why}.`,
      'Check that the cluster is up ("ray status" on its head), the address, and the way there.',
      { cause: error },
    )
  }
}

type More = Partial<Pick<Sending, 'body' | 'timeout' | 'signal' | 'most'>>

const typeOf = (body: string | Uint8Array) => (typeof body === 'string' ? 'application/json' : 'application/zip')

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** Ray answers with a traceback: its last line says what is wrong. */
const lastLine = (text: string): string =>
  (text.trim().split('\n').at(-1) ?? '').slice(0, 300).trim().replace(/\.$/, '')
