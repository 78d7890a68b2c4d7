/**
 * Texts that a run does not keep are forgotten, step by step. Which stay is drawn from where a sample lies, so that a smaller share is a part of
 * a larger one and a step that was left halfway comes out the same. The best and the worst of a step stay whatever the share, and so does what
 * an alert names or a person labelled.
 */
import type { Retention } from '../contract/retention.ts'
import { type Db, sql } from './database.ts'
import { lastStep, textsOf } from './retention.ts'
import type { SamplePlace } from './texts.ts'

/** A share below this keeps no text of a step by chance. */
const leastShare = 1 / 1024

/** From 0 to 1, the same whenever it is asked for. */
export function drawnAt({ run, step, grp, sample }: SamplePlace): number {
  let hash = 0x9e3779b9
  for (const part of [run, step, grp, sample]) {
    hash = Math.imul(hash ^ part, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return (hash >>> 0) / 2 ** 32
}

export interface ThinStep {
  step: number
  share: number
}

/**
 * The steps of a run that are to be thinned next, and to which share: first those that keep more than the run is to keep; then, as long as its
 * texts take more than their budget, the oldest of those that keep most, to half of what they keep.
 */
export function stepsToThin(db: Db, run: number, { share, newest, budget }: Retention, limit: number): ThinStep[] {
  const upTo = lastStep(db, run) - newest
  const above = sql<number>(
    db,
    'SELECT step FROM step_texts WHERE run = ? AND step <= ? AND share > ? ORDER BY step LIMIT ?',
  )
    .pluck()
    .all(run, upTo, share, limit) as number[]
  if (above.length > 0) return above.map((step) => ({ step, share }))
  if (budget === null) return []
  let beyond = textsOf(db, run).bytes - budget
  if (beyond <= 0) return []
  const most = sql<ThinStep & { bytes: number }>(
    db,
    'SELECT step, share, bytes FROM step_texts WHERE run = ? AND step <= ? AND share > 0 ORDER BY share DESC, step LIMIT ?',
  ).all(run, upTo, limit)
  const chosen: ThinStep[] = []
  for (const { step, share: kept, bytes } of most) {
    if (beyond <= 0) break
    chosen.push({ step, share: kept / 2 < leastShare ? 0 : kept / 2 })
    beyond -= bytes / 2
  }
  return chosen
}

interface Kept {
  grp: number
  sample: number
  plain: number | null
  packed: number | null
}

/**
 * Must run inside a transaction.
 * @param until of `performance.now()`: what is not done by then is left
 * @returns whether the step is done
 */
export function thinStep(db: Db, run: number, { step, share }: ThinStep, until: number): boolean {
  const texts = sql<Kept>(
    db,
    `SELECT c.grp, c.sample, octet_length(c.text) AS plain, octet_length(p.packed) AS packed
     FROM completions c LEFT JOIN packed_texts p USING (run, step, grp, sample)
     WHERE c.run = ? AND c.step = ? AND (c.text IS NOT NULL OR p.run IS NOT NULL)`,
  ).all(run, step)
  const stays = staying(db, run, step)
  const haveTokens = sql(db, 'SELECT 1 FROM completion_tokens WHERE run = ? AND step = ? LIMIT 1').get(run, step)
  const doomed = texts.filter(
    ({ grp, sample }) => drawnAt({ run, step, grp, sample }) >= share && !stays.has(`${grp} ${sample}`),
  )
  let [gone, bytes] = [0, 0]
  for (const { grp, sample, plain, packed } of doomed) {
    // once each so many, as the clock costs something too
    if (gone % 16 === 15 && performance.now() > until) break
    const place = [run, step, grp, sample]
    if (packed === null)
      sql(db, 'UPDATE completions SET text = NULL WHERE run = ? AND step = ? AND grp = ? AND sample = ?').run(place)
    else sql(db, 'DELETE FROM packed_texts WHERE run = ? AND step = ? AND grp = ? AND sample = ?').run(place)
    if (haveTokens)
      sql(db, 'DELETE FROM completion_tokens WHERE run = ? AND step = ? AND grp = ? AND sample = ?').run(place)
    gone++
    bytes += plain ?? packed ?? 0
  }
  const left = 'UPDATE step_texts SET kept = kept - ?, gone = gone + ?, bytes = bytes - ? WHERE run = ? AND step = ?'
  sql(db, left).run(gone, gone, bytes, run, step)
  if (gone < doomed.length) return false
  sql(db, 'UPDATE step_texts SET share = ? WHERE run = ? AND step = ?').run(share, run, step)
  return true
}

/** Samples of a step that stay whatever the share, as `group sample`. */
function staying(db: Db, run: number, step: number): Set<string> {
  const rewarded = (order: string) =>
    `SELECT * FROM (SELECT grp, sample FROM completions WHERE run = @run AND step = @step AND reward IS NOT NULL
     ORDER BY reward ${order}, grp, sample LIMIT 1)`
  const places = sql<{ grp: number; sample: number }>(
    db,
    `${rewarded('DESC')} UNION ALL ${rewarded('ASC')}
     UNION ALL SELECT grp, sample FROM sample_labels WHERE run = @run AND step = @step
     UNION ALL SELECT value ->> 'group', value ->> 'sample' FROM alerts, json_each(alerts.evidence)
       WHERE alerts.run = @run AND alerts.evidence <> '[]' AND value ->> 'step' = @step`,
  ).all({ run, step })
  return new Set(places.map(({ grp, sample }) => `${grp} ${sample}`))
}
