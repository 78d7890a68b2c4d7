/** Tables `model_evaluations` and `model_evaluation_samples`: evaluations that were asked for outside any run. */
import type { EvaluationEntry, EvaluationReport, EvaluationRequest, EvaluationSample } from '../contract/evaluation.ts'
import { type Db, sql } from './database.ts'
import { type SampleRow, sampleOf, sampleValues } from './evaluations.ts'

interface Row {
  number: number
  subject: string
  problems: string
  summary: string
}

export interface ModelEvaluation {
  subject: string
  problems: string
  request: EvaluationRequest
  report: EvaluationReport
}

/** @returns the new entry */
export function insertModelEvaluation(
  db: Db,
  { subject, problems, request, report }: ModelEvaluation,
): EvaluationEntry {
  const { samples, ...summary } = report
  const number = Number(
    sql(db, 'INSERT INTO model_evaluations (at, subject, problems, request, summary) VALUES (?, ?, ?, ?, ?)').run(
      report.at,
      subject,
      problems,
      JSON.stringify(request),
      JSON.stringify(summary),
    ).lastInsertRowid,
  )
  const insert = sql(
    db,
    `INSERT INTO model_evaluation_samples (evaluation, position, prompt, answer, kind, text, tokens, finish_reason, correct,
       sample, vote, level, language)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  samples.forEach((sample, i) => {
    insert.run(number, i, ...sampleValues(sample))
  })
  return { name: `e${number}`, subject, problems, summary }
}

/** Oldest first. */
export function modelEvaluations(db: Db): EvaluationEntry[] {
  return sql<Row>(db, 'SELECT * FROM model_evaluations ORDER BY number').all().map(entryOf)
}

export function modelEvaluation(
  db: Db,
  number: number,
): { entry: EvaluationEntry; samples: EvaluationSample[] } | undefined {
  const row = sql<Row>(db, 'SELECT * FROM model_evaluations WHERE number = ?').get(number)
  if (!row) return undefined
  const samples = sql<SampleRow>(
    db,
    'SELECT * FROM model_evaluation_samples WHERE evaluation = ? ORDER BY position',
  ).all(number)
  return { entry: entryOf(row), samples: samples.map(sampleOf) }
}

function entryOf({ number, subject, problems, summary }: Row): EvaluationEntry {
  return { name: `e${number}`, subject, problems, summary: JSON.parse(summary) }
}
