/**
 * One step of the size that R1-Zero was trained with (Guo et al. 2025, Methods): a rollout of 512 prompts × 16 outputs in 16 mini-batches, on the
 * embedded model, in an engine process of its own. How long it takes, and the most memory that the process ever held: with the model's own answers,
 * and with answers that all run to the limit, as much as a step can come to.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FromEngine } from '../../src-main/contract/engine-messages.ts'
import { modelFolder } from '../../src-main/engine/model/embedded.ts'
import { forkEngine } from '../../src-main/host/engine-process.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import type { BenchOptions } from './options.ts'

const engine = new URL('../../src-main/engine/main.ts', import.meta.url)

const published = ['promptsPerStep=512', 'groupSize=16', 'miniBatches=16', 'innerEpochs=1', 'maxCompletionTokens=112']
/** Enough prompts that none comes twice; nothing but the step, as far as a run can do without evaluations. */
const around = ['trainPrompts=1024', 'evalPrompts=1', 'finalEvalPrompts=1', 'evalEvery=0']

export async function publishedRollout({ backend }: BenchOptions): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'grpo-bench-'))
  try {
    return {
      ownLengths: await oneStep('embedded', join(folder, 'own'), backend),
      fullLengths: await oneStep(endless(join(folder, 'model')), join(folder, 'full'), backend),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The embedded model with an end token that it never writes. @returns its folder */
export function endless(folder: string): string {
  cpSync(modelFolder('embedded'), folder, { recursive: true })
  const change = (file: string, fields: object) => {
    const path = join(folder, file)
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...fields }))
  }
  change('config.json', { eos_token_id: 1 })
  change('tokenizer_config.json', { eos_token: '<bos>' })
  return folder
}

async function oneStep(model: string, folder: string, backend?: string): Promise<unknown> {
  const whole = loadRecipe('r1-zero-mini', [...published, ...around])
  const recipe = { ...whole, model, stages: [{ ...whole.stages[0], steps: 1 }] }
  const child = forkEngine(engine)
  let pid = 0
  child.onSpawn((id) => {
    pid = id
  })
  child.onOutput((text) => process.stderr.write(text))
  try {
    return await new Promise((resolve, reject) => {
      child.onExit(({ code, signal }) => reject(new Error(`The engine ended with ${signal ?? code}.`)))
      let step: Extract<FromEngine, { type: 'step' }> | null = null
      let ready: Extract<FromEngine, { type: 'ready' }> | null = null
      child.onMessage((message) => {
        if (message.type === 'ready') ready = message
        if (message.type === 'phase')
          console.error(`  ${message.phase.phase} ${Math.round(100 * message.phase.fraction)} %`)
        if (message.type === 'step') {
          step = message
          child.send({ type: 'stored', step: message.report.step })
        }
        if (message.type === 'failed') reject(new Error(message.error.message))
        if (message.type === 'finished') {
          const { metrics, groups } = step!.report
          resolve({
            backend: ready!.backend,
            outputs: groups.reduce((sum, g) => sum + g.completions.length, 0),
            miniBatches: step!.report.settings.miniBatches,
            tokens: metrics.num_tokens,
            secondsPerStep: metrics['seconds/step'],
            rolloutSeconds: metrics['seconds/rollout'],
            updateSeconds: metrics['seconds/update'],
            peakGiB: peakMemory(pid) / 2 ** 30,
          })
        }
      })
      child.send({
        type: 'start',
        recipe,
        folder,
        backend: backend ?? null,
        checkpoint: null,
        replay: [],
        paused: false,
      })
    })
  } finally {
    child.kill()
  }
}

/** Most bytes of memory that a process had at once (Linux: VmHWM). */
export function peakMemory(pid: number): number {
  const kibibytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]
  return Number(kibibytes) * 1024
}
