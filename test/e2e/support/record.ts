/** What lies in the data folder, read past the app: the tests hold what the window shows against it. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { type MetricName, timingMetrics } from '../../../src-main/contract/metrics.ts'
import type { RewardPart } from '../../../src-main/contract/records.ts'
import type { Settings } from '../../../src-main/contract/settings.ts'

export interface StoredStep {
  step: number
  stage: number
  /** Its end, milliseconds since 1970. */
  at: number
  settings: Settings
}

export interface StoredEvent {
  id: number
  kind: string
  changes: Record<string, number> | null
  note: string | null
  /** Milliseconds since 1970. */
  requestedAt: number
  requestedStep: number
  effectiveStep: number | null
  refused: string | null
}

export interface StoredCompletion {
  sample: number
  text: string
  tokens: number
  finishReason: string
  reward: number
  advantage: number
  parts: Record<string, RewardPart>
}

/** The stored record of one run (by its ordinal). */
export class RunRecord {
  readonly #dataFolder: string
  readonly #run: number

  constructor(dataFolder: string, run = 1) {
    this.#dataFolder = dataFolder
    this.#run = run
  }

  steps(): StoredStep[] {
    const rows = this.#all<{ step: number; stage: number; at: string; settings: string }>(
      'SELECT step, stage, at, settings FROM steps WHERE run = ? ORDER BY step',
    )
    return rows.map((row) => ({ ...row, at: Date.parse(row.at), settings: JSON.parse(row.settings) as Settings }))
  }

  lastStep(): number {
    return this.steps().at(-1)?.step ?? 0
  }

  events(): StoredEvent[] {
    const rows = this.#all<
      { changes: string | null } & Omit<StoredEvent, 'changes' | 'requestedAt'> & { requestedAt: string }
    >(
      `SELECT id, kind, changes, note, requested_at AS requestedAt, requested_step AS requestedStep, effective_step AS effectiveStep, refused
       FROM steering_events WHERE run = ? ORDER BY id`,
    )
    return rows.map((row) => ({
      ...row,
      changes: row.changes === null ? null : JSON.parse(row.changes),
      requestedAt: Date.parse(row.requestedAt),
    }))
  }

  stages(): { stage: number; firstStep: number | null; lastStep: number | null; endReason: string | null }[] {
    return this.#all(
      `SELECT stage, first_step AS firstStep, last_step AS lastStep, end_reason AS endReason
       FROM stages WHERE run = ? ORDER BY stage`,
    )
  }

  checkpoints(): number[] {
    return this.#all<{ step: number }>('SELECT step FROM checkpoints WHERE run = ? ORDER BY step').map((r) => r.step)
  }

  groups(step: number): { group: number; prompt: string; answer: string; zeroSpread: number }[] {
    return this.#all(
      `SELECT grp AS "group", prompt, answer, zero_spread AS zeroSpread FROM groups WHERE run = ? AND step = ? ORDER BY grp`,
      step,
    )
  }

  completions(step: number, group: number): StoredCompletion[] {
    const rows = this.#all<{ parts: string } & Omit<StoredCompletion, 'parts'>>(
      `SELECT sample, text, tokens, finish_reason AS finishReason, reward, advantage, parts
       FROM completions WHERE run = ? AND step = ? AND grp = ? ORDER BY sample`,
      step,
      group,
    )
    return rows.map((row) => ({ ...row, parts: JSON.parse(row.parts) }))
  }

  /** Steps at which this prompt was sampled, oldest first. */
  stepsOf(prompt: string): number[] {
    return this.#all<{ step: number }>(
      'SELECT DISTINCT step FROM groups WHERE run = ? AND prompt = ? ORDER BY step',
      prompt,
    ).map((r) => r.step)
  }

  /** Every metric that is no matter of time, by step: bit for bit the same when a step is done again. */
  metrics(): Record<string, number | null> {
    const rows = this.#all<{ step: number; name: MetricName; value: number | null }>(
      'SELECT step, name, value FROM metrics JOIN metric_names USING (metric) WHERE run = ? ORDER BY step, name',
    )
    return Object.fromEntries(
      rows.filter((r) => !timingMetrics.includes(r.name)).map((r) => [`${r.step} ${r.name}`, r.value]),
    )
  }

  /** The process that trains this run, as the host noted it. */
  enginePid(runId: string): number {
    return (JSON.parse(readFileSync(join(this.#dataFolder, 'runs', runId, 'engine.pid'), 'utf8')) as { pid: number })
      .pid
  }

  #all<Row>(query: string, ...values: (number | string)[]): Row[] {
    const file = join(this.#dataFolder, 'studio.db')
    if (!existsSync(file)) return []
    const db = new Database(file, { readonly: true })
    try {
      return db.prepare(query).all(this.#run, ...values) as Row[]
    } finally {
      db.close()
    }
  }
}

/** Whether a process lives; a zombie does not. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
