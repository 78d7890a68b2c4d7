/** Table `sweeps`, and what the runs of a sweep say: each of them came from the queue. */
import { type ErrorReport, StudioError } from '../contract/errors.ts'
import type { EvaluationSummary } from '../contract/evaluation.ts'
import type { RunStatus } from '../contract/records.ts'
import type { CellResult, SweepPlan, SweepResult, SweepRun, SweepSummary } from '../contract/sweep.ts'
import { differenceOf, meanCurve, type Outcomes, shareOf, spreadOf } from '../evaluation/cells.ts'
import { type Db, sql } from './database.ts'
import { evaluationsOf } from './evaluations.ts'
import { metricColumns } from './metrics.ts'
import { trainedSeconds } from './runs.ts'

interface SweepRow {
  number: number
  name: string
  plan: string
  created_at: string
}

interface EntryRow {
  id: number
  cell: number
  seed: number
  state: 'waiting' | 'started' | 'failed' | 'removed'
  queue_error: string | null
  run: number | null
  run_id: string | null
  status: RunStatus | null
  error: string | null
}

/** @param name if there is one of this name it gets a number behind it @returns its number and its name */
export function insertSweep(
  db: Db,
  name: string,
  plan: SweepPlan,
  createdAt: string,
): { number: number; name: string } {
  const taken = new Set(sql<string>(db, 'SELECT name FROM sweeps').pluck().all() as string[])
  let free = name
  for (let i = 2; taken.has(free); i++) free = `${name}-${i}`
  const { lastInsertRowid } = sql(db, 'INSERT INTO sweeps (name, plan, created_at) VALUES (?, ?, ?)').run(
    free,
    JSON.stringify(plan),
    createdAt,
  )
  return { number: Number(lastInsertRowid), name: free }
}

/** The newest first. */
export function listSweeps(db: Db): SweepSummary[] {
  return sql<SweepRow>(db, 'SELECT * FROM sweeps ORDER BY number DESC')
    .all()
    .map((row) => summaryOf(row, entriesOf(db, row.number)))
}

function entriesOf(db: Db, sweep: number): EntryRow[] {
  return sql<EntryRow>(
    db,
    `SELECT queue.id, cell, json_extract(recipe, '$.seed') AS seed, state, queue.error AS queue_error, run, runs.id AS run_id,
       runs.status, runs.error FROM queue LEFT JOIN runs ON runs.number = queue.run AND runs.deleted_at IS NULL WHERE sweep = ? ORDER BY cell, queue.id`,
  ).all(sweep)
}

function summaryOf(row: SweepRow, entries: EntryRow[]): SweepSummary {
  const { title, description, recipe, seeds, cells } = JSON.parse(row.plan) as SweepPlan
  const count = (fits: (entry: EntryRow) => boolean) => entries.filter(fits).length
  return {
    name: row.name,
    title,
    description,
    recipe,
    seeds,
    createdAt: row.created_at,
    cells: cells.length,
    runs: {
      all: cells.length * seeds.length,
      finished: count(({ status }) => status === 'finished'),
      active: count(({ status }) => status === 'starting' || status === 'running' || status === 'paused'),
      waiting: count(({ state }) => state === 'waiting'),
      failed: count(({ state, status }) => state === 'failed' || status === 'failed'),
    },
  }
}

/** @param name or `last` @throws StudioError not-found naming it */
export function sweepResult(db: Db, name: string): SweepResult {
  const row =
    name === 'last'
      ? sql<SweepRow>(db, 'SELECT * FROM sweeps ORDER BY number DESC LIMIT 1').get()
      : sql<SweepRow>(db, 'SELECT * FROM sweeps WHERE name = ?').get(name)
  if (!row) throw new StudioError('not-found', `There is no sweep "${name}".`, 'grpo-studio sweep list lists them all.')
  const plan = JSON.parse(row.plan) as SweepPlan
  const entries = entriesOf(db, row.number)
  const finished = plan.cells.map((_, cell) => finishedRuns(db, entries, cell))
  const cells = plan.cells.map((cell, i): CellResult => {
    const runs = finished[i]
    const last = runs.map(({ evaluations }) => evaluations.at(-1))
    return {
      ...cell,
      runs: entries.filter((entry) => entry.cell === i).map((entry) => runOf(entry, runs)),
      accuracy: shareOf(runs.map(({ outcomes }) => outcomes)),
      difference: i === plan.reference ? null : differenceOf(bySeed(finished[plan.reference]), bySeed(runs)),
      before: spreadOf(runs.map(({ evaluations }) => evaluations.at(0)?.accuracy))?.mean ?? null,
      meanLength: spreadOf(last.map((e) => e?.meanLength)),
      formatRate: spreadOf(last.map((e) => e?.formatRate)),
      languageMixing: shareOf(runs.map(({ mixing }) => mixing)),
      seconds: spreadOf(runs.map(({ number }) => trainedSeconds(db, number))),
      secondsPerStep: spreadOf(runs.map(({ number }) => meanMetric(db, number, 'seconds/step'))),
      tokens: spreadOf(runs.map(({ number }) => mostOfMetric(db, number, 'num_tokens'))),
      memory: spreadOf(runs.map(({ number }) => mostOfMetric(db, number, 'memory/peak'))),
      heldOut: heldOutCurve(db, runs),
      reward: meanCurve(
        runs.map(({ number }) => {
          const { steps, series } = metricColumns(db, number, ['reward'], 0)
          return { steps, values: series.reward ?? [] }
        }),
      ),
    }
  })
  return { sweep: summaryOf(row, entries), plan, cells }
}

interface FinishedRun {
  number: number
  seed: number
  evaluations: EvaluationSummary[]
  /** At its end: right answers, and words in another language where there are words. */
  outcomes: Outcomes
  mixing: Outcomes
}

function finishedRuns(db: Db, entries: EntryRow[], cell: number): FinishedRun[] {
  return entries
    .filter((entry) => entry.cell === cell && entry.status === 'finished')
    .map(({ run, seed }) => {
      const number = run!
      const evaluations = evaluationsOf(db, number)
      const step = evaluations.at(-1)?.step ?? 0
      const outcomes = sharesOf(db, number, step, 'avg(correct)')
      return { number, seed, evaluations, outcomes, mixing: sharesOf(db, number, step, '1 - avg(language)') }
    })
}

function sharesOf(db: Db, run: number, step: number, share: 'avg(correct)' | '1 - avg(language)'): Outcomes {
  const rows = sql<[string, number]>(
    db,
    `SELECT prompt, ${share} AS share FROM evaluation_samples WHERE run = ? AND step = ?
     GROUP BY prompt HAVING share IS NOT NULL ORDER BY min(position)`,
  )
    .raw()
    .all(run, step)
  return new Map(rows)
}

const bySeed = (runs: FinishedRun[]) => new Map(runs.map(({ seed, outcomes }) => [seed, outcomes]))

function runOf(entry: EntryRow, finished: FinishedRun[]): SweepRun {
  const { id, seed, state, status, run, run_id, error, queue_error } = entry
  const reported = error ?? queue_error
  return {
    seed,
    entry: id,
    run: run === null || run_id === null ? null : { number: run, id: run_id },
    status: status ?? (state === 'failed' ? 'refused' : state === 'waiting' ? 'waiting' : 'removed'),
    error: reported === null ? null : (JSON.parse(reported) as ErrorReport),
    accuracy: finished.find(({ number }) => number === run)?.evaluations.at(-1)?.accuracy ?? null,
  }
}

/** At the steps at which every run was measured, with intervals as at the end. */
function heldOutCurve(db: Db, runs: FinishedRun[]): CellResult['heldOut'] {
  const [first] = runs
  return (first?.evaluations ?? []).flatMap(({ step }) => {
    if (!runs.every(({ evaluations }) => evaluations.some((e) => e.step === step))) return []
    const share = shareOf(runs.map(({ number }) => sharesOf(db, number, step, 'avg(correct)')))
    return share ? [{ step, ...share }] : []
  })
}

const metricOf = `FROM metrics WHERE run = ? AND metric = (SELECT metric FROM metric_names WHERE name = ?)`

/** The first two steps prepare what later ones use, where there are more. */
function meanMetric(db: Db, run: number, name: string): number | null {
  const mean = (after: number) =>
    sql<number | null>(db, `SELECT avg(value) ${metricOf} AND step > ?`).pluck().get(run, name, after) as number | null
  return mean(2) ?? mean(0)
}

function mostOfMetric(db: Db, run: number, name: string): number | null {
  return sql<number | null>(db, `SELECT max(value) ${metricOf}`).pluck().get(run, name) as number | null
}
