/** Tables `evaluations` and `evaluation_samples`. */
import type { PromptAppearance } from '../contract/api.ts'
import type { EvaluationReport, EvaluationSample, EvaluationSummary, FinishReason } from '../contract/records.ts'
import { type Db, sql } from './database.ts'
import { finite } from './metrics.ts'

interface EvaluationRow {
  step: number
  at: string
  prompts: number
  accuracy: number | null
  accuracy_low: number | null
  accuracy_high: number | null
  format_rate: number | null
  mean_length: number | null
  reflections: number | null
  clipped_ratio: number | null
  by_kind: string
  seconds: number | null
}

interface SampleRow {
  step: number
  position: number
  prompt: string
  answer: string
  kind: string
  text: string
  tokens: number
  finish_reason: FinishReason
  correct: number
}

/** An evaluation of the same step is replaced: a resumed run may take it again. */
export function putEvaluation(db: Db, run: number, report: EvaluationReport): void {
  sql(db, 'DELETE FROM evaluations WHERE run = ? AND step = ?').run(run, report.step)
  sql(
    db,
    `INSERT INTO evaluations (run, step, at, prompts, accuracy, accuracy_low, accuracy_high, format_rate, mean_length,
       reflections, clipped_ratio, by_kind, seconds)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    run,
    report.step,
    report.at,
    report.prompts,
    finite(report.accuracy),
    finite(report.accuracyLow),
    finite(report.accuracyHigh),
    finite(report.formatRate),
    finite(report.meanLength),
    finite(report.reflections),
    finite(report.clippedRatio),
    JSON.stringify(report.byKind),
    finite(report.seconds),
  )
  const insert = sql(
    db,
    `INSERT INTO evaluation_samples (run, step, position, prompt, answer, kind, text, tokens, finish_reason, correct)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  report.samples.forEach((s, i) => {
    insert.run(run, report.step, i, s.prompt, s.answer, s.kind, s.text, s.tokens, s.finishReason, Number(s.correct))
  })
}

export function deleteEvaluationsAfter(db: Db, run: number, step: number): void {
  sql(db, 'DELETE FROM evaluations WHERE run = ? AND step > ?').run(run, step)
}

export function evaluationsOf(db: Db, run: number): EvaluationSummary[] {
  return sql<EvaluationRow>(db, 'SELECT * FROM evaluations WHERE run = ? ORDER BY step')
    .all(run)
    .map((row) => ({
      step: row.step,
      at: row.at,
      prompts: row.prompts,
      accuracy: row.accuracy ?? Number.NaN,
      accuracyLow: row.accuracy_low ?? Number.NaN,
      accuracyHigh: row.accuracy_high ?? Number.NaN,
      formatRate: row.format_rate ?? Number.NaN,
      meanLength: row.mean_length ?? Number.NaN,
      reflections: row.reflections ?? Number.NaN,
      clippedRatio: row.clipped_ratio ?? Number.NaN,
      byKind: JSON.parse(row.by_kind) as EvaluationSummary['byKind'],
      seconds: row.seconds ?? Number.NaN,
    }))
}

export function evaluationSamples(db: Db, run: number, step: number, limit: number): EvaluationSample[] {
  return sql<SampleRow>(db, 'SELECT * FROM evaluation_samples WHERE run = ? AND step = ? ORDER BY position LIMIT ?')
    .all(run, step, limit)
    .map(sampleOf)
}

/** Every sample of every evaluation of a run in order, one at a time. */
export function* eachEvaluationSample(db: Db, run: number): Generator<EvaluationSample & { step: number }> {
  const rows = db
    .prepare<unknown[], SampleRow>('SELECT * FROM evaluation_samples WHERE run = ? ORDER BY step, position')
    .iterate(run)
  for (const row of rows) yield { step: row.step, ...sampleOf(row) }
}

/** The evaluations in which this prompt was asked, oldest first. */
export function evaluationAppearances(db: Db, run: number, prompt: string): PromptAppearance[] {
  return sql<SampleRow>(db, 'SELECT * FROM evaluation_samples WHERE run = ? AND prompt = ? ORDER BY step, position')
    .all(run, prompt)
    .map((row) => ({
      source: 'evaluation',
      step: row.step,
      group: null,
      answer: row.answer,
      samples: [
        {
          sample: 0,
          text: row.text,
          tokens: row.tokens,
          finishReason: row.finish_reason,
          correct: row.correct === 1,
          reward: null,
          advantage: null,
          parts: null,
        },
      ],
    }))
}

function sampleOf(row: SampleRow): EvaluationSample {
  return {
    prompt: row.prompt,
    answer: row.answer,
    kind: row.kind,
    text: row.text,
    tokens: row.tokens,
    finishReason: row.finish_reason,
    correct: row.correct === 1,
  }
}
