/**
 * A process that plays a published run into the ingest API of an app, as 64 workers and a trainer would report it: `player.ts <data folder> <steps>`.
 * Each worker delivers a group, hears that it is stored, and goes on with its next one; a step is closed when all its groups are stored. What is
 * stored already is not sent again. Prints a line of JSON now and then: the steps that are closed, and what was sent for them.
 */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Opened } from '../../../src-main/contract/ingest.ts'
import { randomAt } from '../../../src-main/engine/random.ts'
import { listeningFile } from '../../../src-main/host/ingest/listening.ts'
import { meanAccuracy, meanTokens, published } from './course.ts'
import { bodySize, type PlayedGroup, writeGroup } from './groups.ts'
import { reasoningPool } from './texts.ts'

const WORKERS = 64
/** Steps that may be open: the policy that samples lags behind by no more. */
const OPEN = 4
/** Steps between two lines. */
const TOLD = 10

const [dataFolder, last] = [process.argv[2], Number(process.argv[3])]
const { url, token } = JSON.parse(readFileSync(listeningFile(dataFolder), 'utf8')) as { url: string; token: string }
const agent = new Agent({ keepAlive: true, maxSockets: WORKERS + 1 })
const place = `${url}/ingest/v1/runs/r1-zero-as-published`

function send(method: string, address: string, body: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': body.length,
    }
    const asked = request(address, { method, agent, headers }, (response) => {
      const said: Buffer[] = []
      response.on('data', (chunk: Buffer) => said.push(chunk))
      response.on('end', () => {
        if (response.statusCode === 200) return resolve(Buffer.concat(said))
        if (response.statusCode === 503) return resolve(sleep(1000).then(() => send(method, address, body)))
        reject(new Error(`${response.statusCode}: ${Buffer.concat(said)}`))
      })
    })
    asked.once('error', reject)
    asked.end(body)
  })
}

const text = (value: unknown) => Buffer.from(JSON.stringify(value))
const partOf = (step: number) => step / last

interface OpenStep {
  groups: PlayedGroup[]
  closed: Promise<void>
  close(): void
}
const open = new Map<number, OpenStep>()
let bytes = 0

function stepAt(step: number): OpenStep {
  let found = open.get(step)
  if (!found) {
    const { promise, resolve } = Promise.withResolvers<void>()
    found = { groups: [], closed: promise, close: resolve }
    open.set(step, found)
  }
  return found
}

/** Takes every 64th group of the run. */
async function work(worker: number, pool: Buffer): Promise<void> {
  const body = Buffer.allocUnsafe(bodySize)
  const stored = before.writers[`worker-${worker}`] ?? 0
  let seq = 0
  for (let i = worker; i < last * published.prompts; i += WORKERS) {
    const [step, group] = [1 + Math.floor(i / published.prompts), i % published.prompts]
    seq++
    if (step <= before.lastStep) continue
    const { closed } = stepAt(step - OPEN)
    if (step > before.lastStep + OPEN) await closed
    const head = `{"writer":"worker-${worker}","reports":[{"seq":${seq},"report":`
    const written = writeGroup(body, head, { step, group, part: partOf(step) }, pool)
    if (seq > stored) {
      await send('POST', `${place}/reports`, body.subarray(0, written.bytes))
      bytes += written.bytes
    }
    stepAt(step).groups.push(written)
    if (stepAt(step).groups.length === published.prompts) full.get(step)?.resolve()
  }
}

const full = new Map<number, PromiseWithResolvers<void>>()

async function train(): Promise<void> {
  let seq = before.writers.trainer ?? 0
  for (let step = before.lastStep + 1; step <= last; step++) {
    const filled = Promise.withResolvers<void>()
    full.set(step, filled)
    if (stepAt(step).groups.length === published.prompts) filled.resolve()
    await filled.promise
    const reports = [...reportsOf(step, stepAt(step).groups)].map((report) => ({ seq: ++seq, report }))
    await send('POST', `${place}/reports`, text({ writer: 'trainer', reports }))
    stepAt(step).close()
    full.delete(step)
    open.delete(step - OPEN - 1)
    if (step % TOLD === 0 || step === last) process.stdout.write(`${JSON.stringify({ step, bytes })}\n`)
  }
}

/** An evaluation each 100 steps, a checkpoint each 400, and now and then something that a person should read. */
function* reportsOf(step: number, groups: readonly PlayedGroup[]): Generator<object> {
  const at = new Date(Date.UTC(2025, 0, 1) + step * 68_538).toISOString()
  const random = randomAt(0, 'metrics', step)
  const tokens = groups.flatMap((group) => group.tokens)
  const rewards = groups.flatMap((group) => group.rewards)
  const mean = (values: readonly number[]) => values.reduce((sum, one) => sum + one, 0) / values.length
  const about = (value: number, spread = 0.1) => value * (1 + spread * (random.next() - 0.5))
  const part = partOf(step)
  yield {
    kind: 'step',
    step,
    at,
    seconds: about(published.hours * (3600 / published.steps) * (0.4 + 0.9 * part)),
    metrics: {
      reward: mean(rewards),
      reward_std: Math.sqrt(mean(rewards.map((one) => (one - mean(rewards)) ** 2))),
      frac_reward_zero_std: groups.filter((group) => new Set(group.rewards).size === 1).length / groups.length,
      'rewards/accuracy/mean': about(meanAccuracy(part)),
      'rewards/format/mean': about(0.7 + 0.29 * part, 0.05),
      'completions/mean_length': mean(tokens),
      'completions/min_length': Math.min(...tokens),
      'completions/max_length': Math.max(...tokens),
      'completions/clipped_ratio': about(0.002 + 0.03 * part ** 4),
      kl: about(0.002 + 0.08 * part, 0.4),
      entropy: about(0.9 - 0.5 * part, 0.2),
      'clip_ratio/low_mean': about(0.0004, 0.8),
      'clip_ratio/high_mean': about(0.0009, 0.8),
      'clip_ratio/region_mean': about(0.0013, 0.8),
      loss: about(0.01, 1),
      grad_norm: about(0.12, 0.6),
      learning_rate: 3e-6,
      num_tokens: step * mean(tokens) * 512,
      'seconds/rollout': about(40 * (0.4 + part)),
      'seconds/update': about(22 * (0.4 + part)),
    },
    settings: { temperature: 1, beta: 0.001, learningRate: 3e-6 },
  }
  if (step % 100 === 0) {
    const accuracy = Math.min(1, about(meanAccuracy(part), 0.05))
    yield { kind: 'evaluation', step, at, metrics: { eval_accuracy: accuracy }, accuracy, prompts: 30 }
  }
  if (step % 400 === 0)
    yield { kind: 'checkpoint', step, at, path: `/checkpoints/step-${step}`, bytes: 1_340_000_000_000 }
  if (step % 97 !== 0) return
  const longest = tokens.indexOf(Math.max(...tokens))
  const samples = [{ step, group: Math.floor(longest / published.outputs), sample: longest % published.outputs }]
  const message = `The longest answer of step ${step} has ${Math.max(...tokens)} tokens, and the mean is ${Math.round(mean(tokens))}.`
  yield {
    kind: 'event',
    step,
    at,
    level: 'warning',
    message,
    hint: 'Read it: does it think, or repeat itself?',
    samples,
  }
}

const opening = {
  title: 'R1-Zero as published',
  source: { engine: 'verl', version: '0.9.1', client: 'bench', machine: '64 × 8 H800' },
  model: 'DeepSeek-V3-Base',
  totalSteps: last,
  startedAt: new Date(Date.UTC(2025, 0, 1)).toISOString(),
  config: {
    'algorithm.adv_estimator': 'grpo',
    'data.train_batch_size': published.prompts,
    meanTokensAtTheEnd: meanTokens(1),
  },
  settings: { temperature: 1, beta: 0.001, learningRate: 3e-6 },
  rewards: ['accuracy', 'format'].map((name) => ({ name, weight: 1 })),
}
const before = JSON.parse((await send('PUT', place, text(opening))).toString()) as Opened
process.stdin.once('data', async () => {
  const pool = reasoningPool(0)
  await Promise.all([train(), ...Array.from({ length: WORKERS }, (_, worker) => work(worker, pool))])
  const at = new Date(Date.UTC(2025, 0, 1) + last * 68_538).toISOString()
  const done = { seq: 1, report: { kind: 'status', step: last, at, status: 'finished' } }
  await send('POST', `${place}/reports`, text({ writer: 'end', reports: [done] }))
  agent.destroy()
  process.exit()
})
process.stdout.write('{"opened":true}\n')
