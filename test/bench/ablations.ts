/** The ablations that come along, each as a person runs it: `grpo-studio sweep NAME` on a fresh data folder. --rows picks some by name. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { SweepResult } from '../../src-main/contract/sweep.ts'
import { listSetUps } from '../../src-main/host/sweeps.ts'
import type { BenchOptions } from './options.ts'

const command = fileURLToPath(new URL('../../bin/grpo-studio', import.meta.url))

/** @throws Error naming a set-up that does not come along, or the runs that failed */
export async function ablations({ rows, backend }: BenchOptions): Promise<unknown> {
  const all = listSetUps().map(({ name }) => name)
  const unknown = rows?.find((name) => !all.includes(name))
  if (unknown) throw new Error(`There is no ablation "${unknown}". Those that come along: ${all.join(', ')}.`)
  const figures: Record<string, unknown> = {}
  for (const name of rows ?? all) {
    const started = performance.now()
    const { sweep, plan, cells } = await sweepOf(name, backend)
    if (sweep.runs.finished < sweep.runs.all) throw new Error(`${name}: ${JSON.stringify(sweep.runs)}`)
    figures[name] = {
      title: sweep.title,
      seeds: plan.seeds,
      reference: plan.reference,
      minutes: (performance.now() - started) / 60_000,
      cells: cells.map(({ heldOut: _, reward: __, runs, ...cell }) => ({
        ...cell,
        accuracies: runs.map(({ accuracy }) => accuracy),
      })),
    }
    console.error(
      `  ${name}: ${cells.map(({ label, accuracy }) => `${label} ${accuracy?.value.toFixed(3)}`).join(', ')}`,
    )
  }
  return figures
}

async function sweepOf(name: string, backend?: string): Promise<SweepResult> {
  const data = mkdtempSync(join(tmpdir(), 'grpo-ablation-'))
  try {
    const args = ['sweep', name, '--data', data, '--json', ...(backend ? ['--backend', backend] : [])]
    const { stdout } = await promisify(execFile)(command, args, { maxBuffer: 1e9 })
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as SweepResult
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}
