/** What a played run takes on the disk, by part, and what a step would take with all texts and with the share that is kept. */

import { sql } from '../../../src-main/store/database.ts'
import { unpacked } from '../../../src-main/store/packing.ts'
import { lookInto } from '../../../src-main/store/reader.ts'
import type { Played } from './play.ts'

/** Texts whose ratio is taken. */
const SAMPLED = 4000

const parts: Readonly<Record<string, readonly string[]>> = {
  metrics: ['metrics', 'steps', 'metric_names'],
  groups: ['groups', 'groups_by_prompt'],
  numbers: ['completions'],
  texts: ['packed_texts'],
}

export function whatItTakes(folder: string, { steps, retention }: Played) {
  return lookInto(folder, (db) => {
    const tables = sql<{ name: string; pages: number }>(
      db,
      'SELECT name, sum(pgsize) AS pages FROM dbstat WHERE aggregate = TRUE GROUP BY name',
    ).all()
    const bytesOf = (names: readonly string[]) =>
      tables.filter(({ name }) => names.includes(name)).reduce((sum, { pages }) => sum + pages, 0)
    const bytes = Object.fromEntries(Object.entries(parts).map(([part, names]) => [part, bytesOf(names)]))
    const known = Object.values(bytes).reduce((sum, one) => sum + one, 0)
    const other = tables.reduce((sum, { pages }) => sum + pages, 0) - known
    const free = (db.pragma('freelist_count', { simple: true }) as number) * 4096
    // the newest steps have all their texts: what a whole step takes
    const whole = sql<{ texts: number; payload: number }>(
      db,
      'SELECT avg(kept) AS texts, avg(bytes) AS payload FROM step_texts WHERE run = 1 AND step > ?',
    ).get(steps - retention.newest)!
    const thinned = sql<{ step: number; share: number; kept: number; payload: number }>(
      db,
      `SELECT (step - 1) * 4 / ? AS step, avg(share) AS share, avg(kept) AS kept, avg(bytes) AS payload FROM step_texts
       WHERE run = 1 AND step <= ? GROUP BY 1 ORDER BY 1`,
    ).all(steps, steps - retention.newest)
    const textPayload = sql<number>(db, 'SELECT sum(bytes) FROM step_texts WHERE run = 1').pluck().get()!
    return {
      bytes: { ...bytes, other, free },
      numbersPerStep: (known + other - bytes.texts) / steps,
      textPayload,
      wholeStep: { ...whole, onDisk: (whole.payload * bytes.texts) / textPayload },
      thinned,
      ratio: ratioOf(db),
    }
  })
}

/** How many times smaller the texts are packed. */
function ratioOf(db: Parameters<typeof sql>[0]): number {
  const texts = sql<Buffer>(db, 'SELECT packed FROM packed_texts WHERE run = 1 AND sample % 4 = 1 LIMIT ?')
    .pluck()
    .all(SAMPLED)
  const plain = texts.reduce((sum, bytes) => sum + Buffer.byteLength(unpacked(bytes)), 0)
  return plain / texts.reduce((sum, bytes) => sum + bytes.length, 0)
}
