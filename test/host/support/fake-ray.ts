/**
 * A dashboard that speaks Ray's Jobs API as Ray 2.60.0 answered it: `../fixtures/ray-2.60.json` says how its answers were recorded. What becomes of a
 * job is the test's to say.
 */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'

interface Recorded {
  answers: Record<string, { status: number; body: string }>
}

const { answers } = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/ray-2.60.json'), 'utf8')) as Recorded

export interface FakeJob {
  id: string
  entrypoint: string
  env: Record<string, string>
  packageUri: string
  metadata: Record<string, string>
  status: 'PENDING' | 'RUNNING' | 'STOPPED' | 'SUCCEEDED' | 'FAILED'
  message: string
  log: string
}

export class FakeRay {
  readonly jobs = new Map<string, FakeJob>()
  readonly packages = new Map<string, Buffer>()
  /** Who asks without it is not let in. */
  token: string | null = null
  /** In place of the answer to requests whose path begins so. */
  readonly instead = new Map<string, { status: number; body: string }>()
  #server: Server | undefined

  get newest(): FakeJob {
    return [...this.jobs.values()].at(-1)!
  }

  /** job.json of the newest job. */
  get order(): { key: string; report: { url: string; token: string }; resume: boolean } {
    const zip = this.packages.get(this.newest.packageUri.replace('gcs://', ''))!
    const name = zip.indexOf('job.json')
    const content = name + 'job.json'.length
    return JSON.parse(String(inflateRawSync(zip.subarray(content, content + zip.readUInt32LE(name - 12)))))
  }

  /** @returns its address @param port of one that was there before */
  async start(port = 0): Promise<string> {
    const server = createServer((request, response) => void this.#answer(request, response))
    this.#server = server
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { status, body } = this.#answerTo(request, Buffer.concat(chunks))
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body)
  }

  #answerTo({ method, url = '', headers }: IncomingMessage, sent: Buffer): { status: number; body: string } {
    const other = [...this.instead].find(([path]) => url.startsWith(path))?.[1]
    if (other) return other
    if (this.token !== null && headers.authorization === undefined) return answers['no token']
    if (this.token !== null && headers.authorization !== `Bearer ${this.token}`) return answers['wrong token']
    // what Ray takes for a browser may change nothing
    if (method !== 'GET' && Object.keys(headers).some((name) => name.startsWith('sec-fetch'))) return answers.browser
    if (url === '/api/version') return answers.version
    if (url.startsWith('/api/v0/nodes')) return answers.nodes
    if (url === '/api/cluster_status') return answers['cluster status']
    if (method === 'PUT' && url.startsWith('/api/packages/gcs/')) {
      this.packages.set(url.slice('/api/packages/gcs/'.length), sent)
      return answers.upload
    }
    if (method === 'POST' && url === '/api/jobs/') return this.#submit(JSON.parse(String(sent)))
    const [, id, what = ''] = /^\/api\/jobs\/([^/]+)(\/\w+)?$/.exec(url) ?? []
    const job = this.jobs.get(id ?? '')
    if (!job) return { ...answers['unknown job'], body: answers['unknown job'].body.replace('JOB', id ?? '') }
    if (what === '/stop') {
      job.status = 'STOPPED'
      return answers.stopped
    }
    if (what === '/logs') return { status: 200, body: JSON.stringify({ logs: job.log }) }
    const details = JSON.parse(answers['running job'].body) as object
    return { status: 200, body: JSON.stringify({ ...details, status: job.status, message: job.message }) }
  }

  #submit(asked: {
    submission_id: string
    entrypoint: string
    runtime_env: { working_dir: string; env_vars: Record<string, string> }
    metadata: Record<string, string>
  }): { status: number; body: string } {
    this.jobs.set(asked.submission_id, {
      id: asked.submission_id,
      entrypoint: asked.entrypoint,
      env: asked.runtime_env.env_vars,
      packageUri: asked.runtime_env.working_dir,
      metadata: asked.metadata,
      status: 'PENDING',
      message: 'Job has not started yet.',
      log: '',
    })
    const body = JSON.stringify({ job_id: asked.submission_id, submission_id: asked.submission_id })
    return { status: 200, body }
  }
}
