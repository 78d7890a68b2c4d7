/** The R1-Zero figure in miniature: r1-zero-mini from its first step to its last, over several seeds, by the command line. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EvaluationSummary } from '../../src-main/contract/evaluation.ts'
import type { GrpoMetrics } from '../../src-main/contract/metrics.ts'
import type { RunSummary, StepSummary } from '../../src-main/contract/records.ts'
import type { BenchOptions } from './options.ts'

const command = fileURLToPath(new URL('../../bin/grpo-studio', import.meta.url))

export interface Summary {
  type: 'summary'
  run: RunSummary
  evaluations: EvaluationSummary[]
}

export async function learning({ seeds, backend }: BenchOptions): Promise<unknown> {
  const runs: Awaited<ReturnType<typeof one>>[] = []
  for (const seed of seeds) runs.push(await one(seed, backend))
  const over = (pick: (r: (typeof runs)[number]) => number) => {
    const values = runs.map(pick)
    return { min: Math.min(...values), mean: mean(values), max: Math.max(...values) }
  }
  return {
    recipe: 'r1-zero-mini',
    runs,
    overSeeds: {
      accuracyBefore: over((r) => r.before.accuracy),
      accuracyAfter: over((r) => r.after.accuracy),
      lengthRatio: over((r) => r.after.meanLength / r.before.meanLength),
      waitBefore: over((r) => r.before.reflections),
      waitAfter: over((r) => r.after.reflections),
      minutes: over((r) => r.minutes),
      secondsPerStep: over((r) => r.secondsPerStep),
      tokensPerSecond: over((r) => r.tokensPerSecond),
    },
  }
}

async function one(seed: number, backend?: string) {
  const data = mkdtempSync(join(tmpdir(), 'grpo-bench-'))
  const started = performance.now()
  try {
    const args = ['run', 'r1-zero-mini', '--seed', String(seed), '--data', data, '--json']
    const lines = await jsonLines([...args, ...(backend ? ['--backend', backend] : [])], (line) => {
      const step = line as StepSummary
      if (step.step % 10 === 0) {
        const m = step.metrics as GrpoMetrics
        console.error(
          `  seed ${seed} step ${step.step}: reward ${m.reward.toFixed(3)} accuracy ${m['rewards/accuracy/mean']?.toFixed(3)} length ${m['completions/mean_length'].toFixed(1)} wait ${m['completions/reflections'].toFixed(2)} kl ${m.kl.toFixed(4)} entropy ${m.entropy.toFixed(3)} ${m['seconds/step'].toFixed(2)} s`,
        )
      }
    })
    const minutes = (performance.now() - started) / 60_000
    const { run, evaluations } = lines.at(-1) as Summary
    const steps = lines.slice(0, -1) as StepSummary[]
    const metric = (name: keyof StepSummary['metrics']) => mean(steps.map((s) => s.metrics[name] ?? Number.NaN))
    return {
      seed,
      backend: run.backend,
      steps: run.step,
      /** Wall clock of the whole command: start, evaluations and checkpoints included. */
      minutes,
      secondsPerStep: metric('seconds/step'),
      rolloutSeconds: metric('seconds/rollout'),
      updateSeconds: metric('seconds/update'),
      tokensPerSecond: metric('tokens_per_second'),
      before: evaluations[0],
      after: evaluations.at(-1)!,
      evaluations: evaluations.map((e) => ({
        step: e.step,
        prompts: e.prompts,
        accuracy: e.accuracy,
        length: e.meanLength,
        wait: e.reflections,
        cut: e.clippedRatio,
      })),
    }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

/** @throws Error with the command's own words when it fails */
export function jsonLines(args: string[], onLine: (line: unknown) => void): Promise<unknown[]> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: unknown[] = []
  let rest = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop()!
    for (const part of parts) {
      const line = JSON.parse(part)
      lines.push(line)
      if (line.type === 'step') onLine(line)
    }
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors = (errors + chunk).slice(-4000)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(lines) : reject(new Error(`${args.join(' ')} ended with ${code}:\n${errors}`)),
    )
  })
}

export function mean(values: number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length
}
