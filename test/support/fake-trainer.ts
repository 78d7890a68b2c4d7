/** A small trainer of its own process that reports to the app of a data folder: `fake-trainer.ts <folder> [steps]`. It trains nothing, and turns what it is asked to. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Delivered, IngestCommand } from '../../src-main/contract/ingest.ts'
import { listeningFile } from '../../src-main/host/ingest/listening.ts'

const [dataFolder, last = '60'] = process.argv.slice(2)
const { url, token } = JSON.parse(readFileSync(listeningFile(dataFolder), 'utf8')) as { url: string; token: string }
const run = `${url}/ingest/v1/runs/fake-trainer`

async function ask<T>(method: string, address: string, body: unknown): Promise<T> {
  const response = await fetch(address, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as T
  if (!response.ok) throw new Error(JSON.stringify(answer))
  return answer
}

let seq = 0
const deliver = (reports: readonly unknown[]) =>
  ask<Delivered>('POST', `${run}/reports`, {
    writer: 'main',
    reports: reports.map((report) => ({ seq: ++seq, report })),
  })

let temperature = 1
let paused = false

/** What it was asked, in force from this step on. */
const answered = (commands: readonly IngestCommand[], step: number) =>
  commands.map(({ id, kind, changes }) => {
    const before = kind === 'set' ? { temperature } : {}
    temperature = changes.temperature ?? temperature
    if (kind === 'pause' || kind === 'resume') paused = kind === 'pause'
    return { kind: 'answer', command: id, effectiveStep: step, before }
  })

const now = () => new Date().toISOString()

function stepReports(step: number): unknown[] {
  const groups = [0, 1, 2].map((place) => {
    const completions = [0, 1, 2, 3].map((sample) => {
      const right = (step * 7 + place * 5 + sample * 3) % 10 < 3 + step / 12
      const text = `<think>${step} and ${place}, tried ${sample + 1} times</think><answer>${right ? step + place : sample}</answer>`
      const tokenTexts = text.match(/\s?\w+|\W/g)!
      return {
        text,
        // of the first group alone
        ...(place === 0 && { tokenTexts, logprobs: tokenTexts.map((_, i) => -(i % 5)) }),
        ...(place < 2 && { tokens: 20 + sample + step, finishReason: sample === 3 ? 'length' : 'stop' }),
        reward: Number(right),
        advantage: right ? 0.7 : -0.5,
        parts: { accuracy_reward: { value: Number(right), reason: right ? 'it is' : `not ${sample}` } },
      }
    })
    return {
      kind: 'group',
      step,
      group: place,
      prompt: `What is ${step} + ${place}?`,
      answer: String(step + place),
      completions,
    }
  })
  const mean = 0.3 + step / 120
  const metrics = {
    reward: mean,
    reward_std: 0.4,
    'rewards/accuracy_reward/mean': mean,
    kl: step / 1000,
    loss: 0.01,
    learning_rate: 1e-6,
    'completions/mean_length': 20 + step,
    'sampling/importance_sampling_ratio/mean': 1 + step / 500,
  }
  return [...groups, { kind: 'step', step, at: now(), seconds: 0.5, metrics, settings: { temperature } }]
}

await ask('PUT', run, {
  title: 'Qwen2.5-1.5B on GSM8K',
  source: { engine: 'trl', version: '1.16.0', client: 'fake 1', machine: 'gpu-box' },
  model: 'Qwen/Qwen2.5-1.5B-Instruct',
  totalSteps: 120,
  startedAt: now(),
  config: { per_device_train_batch_size: 4, num_generations: 4, vllm: false },
  settings: { temperature, beta: 0.04, learningRate: 1e-6, groupSize: 4 },
  rewards: [{ name: 'accuracy_reward', weight: 1 }],
  knobs: ['temperature', 'beta', 'maxCompletionTokens', 'rewardWeights.accuracy_reward'],
  commands: ['pause', 'resume', 'stop', 'save'],
  refusals: {
    groupSize: 'TRL fixes the size of groups when it builds its sampler.',
    lossType: 'The loss is compiled into the trainer.',
  },
})
await deliver([{ kind: 'event', step: 0, at: now(), level: 'info', message: 'Training begins.' }])
for (let step = 1; step <= Number(last); step++) {
  let { commands } = await deliver(stepReports(step))
  do {
    const wasPaused: boolean = paused
    if (commands.length > 0) await deliver(answered(commands, step + 1))
    if (wasPaused !== paused)
      await deliver([{ kind: 'status', step, at: now(), status: paused ? 'paused' : 'running' }])
    await sleep(100)
    if (paused) commands = (await deliver([])).commands
  } while (paused)
  if (step === 5)
    await deliver([{ kind: 'checkpoint', step, at: now(), path: '/scratch/qwen-gsm8k/checkpoint-5', bytes: 3e9 }])
}
await deliver([{ kind: 'status', step: Number(last), at: now(), status: 'finished' }])
