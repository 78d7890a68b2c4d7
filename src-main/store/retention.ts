/** How much of a run's texts is kept: `runs.retention`, and what new runs begin with (table `defaults`). */
import { keepAll, keepsAll, type Retention, type RetentionPlan, type RunTexts } from '../contract/retention.ts'
import { type Db, sql } from './database.ts'

export function retentionOf(db: Db, run: number): Retention {
  const kept = sql<string | null>(db, 'SELECT retention FROM runs WHERE number = ?').pluck().get(run)
  return kept == null ? keepAll : (JSON.parse(kept) as Retention)
}

export function putRetention(db: Db, run: number, retention: Retention): void {
  const kept = keepsAll(retention) ? null : JSON.stringify(retention)
  sql(db, 'UPDATE runs SET retention = ? WHERE number = ?').run(kept, run)
}

/** Of runs that begin from now on. */
export function defaultRetention(db: Db): Retention {
  const kept = sql<string>(db, `SELECT value FROM defaults WHERE name = 'retention'`).pluck().get()
  return kept === undefined ? keepAll : (JSON.parse(kept) as Retention)
}

export function putDefaultRetention(db: Db, retention: Retention): void {
  if (keepsAll(retention)) sql(db, `DELETE FROM defaults WHERE name = 'retention'`).run()
  else sql(db, `INSERT OR REPLACE INTO defaults (name, value) VALUES ('retention', ?)`).run(JSON.stringify(retention))
}

/** Runs that keep less than all. */
export const thinnedRuns = (db: Db): number[] =>
  sql<number>(db, 'SELECT number FROM runs WHERE retention IS NOT NULL AND emptied = 0 ORDER BY number').pluck().all()

export const thinnedRun = (db: Db, id: string): number | undefined =>
  sql<number>(db, 'SELECT number FROM runs WHERE id = ? AND retention IS NOT NULL').pluck().get(id)

/** Of the texts that lie with the run itself. */
export function textsOf(db: Db, run: number): RunTexts {
  const counted = sql<Omit<RunTexts, 'retention'>>(
    db,
    `SELECT coalesce(sum(kept), 0) AS kept, coalesce(sum(gone), 0) AS gone, coalesce(sum(bytes), 0) AS bytes
     FROM step_texts WHERE run = ?`,
  ).get(run)!
  return { retention: retentionOf(db, run), ...counted }
}

interface StepTexts {
  step: number
  kept: number
  bytes: number
  share: number
}

/** What a run would lose if it kept so much, by what is known of its steps: the texts that stay whatever the share are not looked for. */
export function retentionPlan(db: Db, run: number, { share, newest, budget }: Retention): RetentionPlan {
  const steps = [...uncounted(db, run), ...counted(db, run)]
  const last = lastStep(db, run)
  let [texts, bytes, left] = [0, 0, 0]
  for (const { step, ...has } of steps) {
    const part = step > last - newest || has.share <= share ? 0 : 1 - share / has.share
    texts += has.kept * part
    bytes += has.bytes * part
    left += has.bytes * (1 - part)
  }
  const beyond = budget === null || left <= budget ? 0 : (left - budget) / left
  const kept = steps.reduce((sum, one) => sum + one.kept, 0)
  return { texts: Math.round(texts + (kept - texts) * beyond), bytes: Math.round(bytes + left * beyond) }
}

export const lastStep = (db: Db, run: number): number =>
  sql<number>(db, 'SELECT coalesce(max(step), 0) FROM steps WHERE run = ?').pluck().get(run)!

const counted = (db: Db, run: number): StepTexts[] =>
  sql<StepTexts>(db, 'SELECT step, kept, bytes, share FROM step_texts WHERE run = ?').all(run)

/** Steps that an earlier version stored. */
const uncounted = (db: Db, run: number): StepTexts[] =>
  sql<StepTexts>(
    db,
    `SELECT step, count(*) AS kept, sum(octet_length(text)) AS bytes, 1.0 AS share FROM completions
     WHERE run = ? AND step NOT IN (SELECT step FROM step_texts WHERE run = ?) GROUP BY step`,
  ).all(run, run)

/** Counts some steps that an earlier version stored. @returns whether there may be more */
export function countSome(db: Db, run: number, limit: number): boolean {
  const steps = sql<number>(
    db,
    `SELECT s.step FROM steps s LEFT JOIN step_texts t USING (run, step) WHERE s.run = ? AND t.step IS NULL
     AND EXISTS (SELECT 1 FROM completions c WHERE c.run = s.run AND c.step = s.step) LIMIT ?`,
  )
    .pluck()
    .all(run, limit)
  for (const step of steps)
    sql(
      db,
      `INSERT INTO step_texts (run, step, kept, gone, bytes, share)
       SELECT run, step, count(text), 0, coalesce(sum(octet_length(text)), 0), 1 FROM completions WHERE run = ? AND step = ?`,
    ).run(run, step)
  return steps.length === limit
}

/** Texts of these steps of a run that are not kept. */
export const goneBetween = (db: Db, run: number, first: number, last: number): number =>
  sql<number>(db, 'SELECT coalesce(sum(gone), 0) FROM step_texts WHERE run = ? AND step BETWEEN ? AND ?')
    .pluck()
    .get(run, first, last)!
