/** Runs of other trainers: what their trainer says of them, and how far each of its writers has come (table `writers`). */
import type { Opening } from '../contract/ingest.ts'
import type { Attached, RunSource, RunStatus } from '../contract/records.ts'
import { type Settings, undeliveredSettings, withDelivered } from '../contract/settings.ts'
import { type Db, sql } from './database.ts'
import type { RunRow } from './runs.ts'

/** Column `source`. */
export interface KeptOpening extends Opening {
  /** Of the opening that last made it forget steps. */
  rewound?: { to: number; startedAt: string | null }
}

export const openingOf = ({ source }: Pick<RunRow, 'source'>): KeptOpening | null =>
  source === null ? null : (JSON.parse(source) as KeptOpening)

/** Before any step told others. */
export const settingsOfOpening = ({ settings, rewards }: Opening): Settings =>
  withDelivered(undeliveredSettings, {
    ...settings,
    ...Object.fromEntries(rewards.map(({ name, weight }) => [`rewardWeights.${name}`, weight])),
  })

export function sourceOf(opening: KeptOpening | null): RunSource | null {
  return opening && { ...opening.source }
}

/** A run, and who trains it. */
export const withSource = (row: RunRow): { number: number; source: RunSource | null } => ({
  number: row.number,
  source: sourceOf(openingOf(row)),
})

export function attachedOf(opening: KeptOpening | null): Attached | null {
  if (!opening) return null
  const { model, config, knobs, commands, refusals } = opening
  return { model, config, knobs, commands, refusals }
}

export const runByKey = (db: Db, key: string): RunRow | undefined =>
  sql<RunRow>(db, 'SELECT * FROM runs WHERE ingest_key = ?').get(key)

export function keepOpening(db: Db, run: number, opening: KeptOpening): void {
  sql(db, 'UPDATE runs SET source = ?, name = ? WHERE number = ?').run(JSON.stringify(opening), opening.title, run)
}

/** What its trainer told last. */
export function noteSaid(db: Db, run: number, status: RunStatus): void {
  sql(db, 'UPDATE runs SET said = ? WHERE number = ?').run(status, run)
}

/** By writer, the last report that is stored. */
export function writersOf(db: Db, run: number): Record<string, number> {
  const rows = sql<[string, number]>(db, 'SELECT writer, seq FROM writers WHERE run = ?').raw().all(run)
  return Object.fromEntries(rows)
}

export const lastSeq = (db: Db, run: number, writer: string): number =>
  sql<number>(db, 'SELECT seq FROM writers WHERE run = ? AND writer = ?').pluck().get(run, writer) ?? 0

export function keepSeq(db: Db, run: number, writer: string, seq: number): void {
  sql(db, 'INSERT OR REPLACE INTO writers (run, writer, seq) VALUES (?, ?, ?)').run(run, writer, seq)
}
