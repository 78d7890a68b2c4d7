/** Tables `evaluations` and `evaluation_samples`. */
import type { PromptAppearance } from '../contract/api.ts'
import type {
  EvaluationMeasures,
  EvaluationReport,
  EvaluationSample,
  EvaluationSummary,
} from '../contract/evaluation.ts'
import type { FinishReason } from '../contract/records.ts'
import { type Db, sql } from './database.ts'
import { acrossCourse, holderOf } from './family.ts'
import { finite } from './metrics.ts'
import { beginningOf } from './texts.ts'

interface EvaluationRow {
  step: number
  at: string
  prompts: number | null
  accuracy: number | null
  accuracy_low: number | null
  accuracy_high: number | null
  format_rate: number | null
  mean_length: number | null
  reflections: number | null
  clipped_ratio: number | null
  by_kind: string
  seconds: number | null
  measures: string | null
}

export interface SampleRow {
  step: number
  position: number
  prompt: string
  answer: string
  kind: string
  text: string
  tokens: number
  finish_reason: FinishReason
  correct: number
  sample: number
  vote: number | null
  level: number | null
  language: number | null
}

/** What was done before evaluations had several samples. */
const oneSample: EvaluationMeasures = {
  samplesPerPrompt: 1,
  temperature: 1,
  topP: 1,
  passAt: [],
  consensus: null,
  languageMixing: null,
  byLevel: {},
}

/** An evaluation of the same step is replaced: a resumed run may take it again. */
export function putEvaluation(db: Db, run: number, report: EvaluationReport): void {
  sql(db, 'DELETE FROM evaluations WHERE run = ? AND step = ?').run(run, report.step)
  sql(
    db,
    `INSERT INTO evaluations (run, step, at, prompts, accuracy, accuracy_low, accuracy_high, format_rate, mean_length,
       reflections, clipped_ratio, by_kind, seconds, measures)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    run,
    report.step,
    report.at,
    finite(report.prompts),
    finite(report.accuracy),
    finite(report.accuracyLow),
    finite(report.accuracyHigh),
    finite(report.formatRate),
    finite(report.meanLength),
    finite(report.reflections),
    finite(report.clippedRatio),
    JSON.stringify(report.byKind),
    finite(report.seconds),
    JSON.stringify(measuresOf(report)),
  )
  for (const [i, sample] of report.samples.entries()) insertSample(db, run, report.step, i, sample)
}

/** @param position among the samples of the evaluation, which must be there */
export function insertSample(db: Db, run: number, step: number, position: number, sample: EvaluationSample): void {
  sql(
    db,
    `INSERT INTO evaluation_samples (run, step, position, prompt, answer, kind, text, tokens, finish_reason, correct,
       sample, vote, level, language)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(run, step, position, ...sampleValues(sample))
}

/** In the order of the tables' columns, from `prompt` on. */
export function sampleValues(sample: EvaluationSample): unknown[] {
  const { prompt, answer, kind, text, tokens, finishReason, correct, vote, level, language } = sample
  return [prompt, answer, kind, text, tokens, finishReason, Number(correct), sample.sample, vote, level, language]
}

function measuresOf(summary: EvaluationSummary): EvaluationMeasures {
  const { samplesPerPrompt, temperature, topP, passAt, consensus, languageMixing, byLevel, general } = summary
  return { samplesPerPrompt, temperature, topP, passAt, consensus, languageMixing, byLevel, general }
}

export const hasEvaluation = (db: Db, run: number, step: number): boolean =>
  sql(db, 'SELECT 1 FROM evaluations WHERE run = ? AND step = ?').get(run, step) !== undefined

export function deleteEvaluationsAfter(db: Db, run: number, step: number): void {
  sql(db, 'DELETE FROM evaluations WHERE run = ? AND step > ?').run(run, step)
}

export function evaluationsOf(db: Db, run: number): EvaluationSummary[] {
  return sql<EvaluationRow>(db, 'SELECT * FROM evaluations WHERE run = ? ORDER BY step')
    .all(run)
    .map((row) => ({
      step: row.step,
      at: row.at,
      prompts: row.prompts ?? Number.NaN,
      accuracy: row.accuracy ?? Number.NaN,
      accuracyLow: row.accuracy_low ?? Number.NaN,
      accuracyHigh: row.accuracy_high ?? Number.NaN,
      formatRate: row.format_rate ?? Number.NaN,
      meanLength: row.mean_length ?? Number.NaN,
      reflections: row.reflections ?? Number.NaN,
      clippedRatio: row.clipped_ratio ?? Number.NaN,
      byKind: JSON.parse(row.by_kind) as EvaluationSummary['byKind'],
      seconds: row.seconds ?? Number.NaN,
      ...(row.measures ? (JSON.parse(row.measures) as EvaluationMeasures) : oneSample),
    }))
}

/** Of the run's whole course. What a fork measured anew where it began takes the place of what its parent measured there. */
export function courseEvaluations(db: Db, run: number): EvaluationSummary[] {
  const all = acrossCourse(
    db,
    run,
    (holder) => evaluationsOf(db, holder),
    ({ step }) => step,
  )
  return [...new Map(all.map((evaluation) => [evaluation.step, evaluation])).values()]
}

/** Of the evaluation of a step of the run's course. */
export function courseEvaluationSamples(db: Db, run: number, step: number, limit: number): EvaluationSample[] {
  const own = evaluationSamples(db, run, step, limit)
  return own.length > 0 ? own : evaluationSamples(db, holderOf(db, run, step), step, limit)
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

/** As `trainingAppearances`, of evaluations. */
export function evaluationAppearances(db: Db, run: number, prompt: string, step?: number): PromptAppearance[] {
  const appearances: PromptAppearance[] = []
  const rows = sql<SampleRow & { cut: 0 | 1 }>(
    db,
    `SELECT step, answer, sample, tokens, finish_reason, correct, ${step === undefined ? beginningOf('text') : 'text, 0 AS cut'}
     FROM evaluation_samples WHERE run = ? AND prompt = ? AND step BETWEEN ? AND ? ORDER BY step, position`,
  ).all(run, prompt, step ?? 0, step ?? Number.MAX_SAFE_INTEGER)
  for (const { step, answer, sample, text, cut, tokens, finish_reason: finishReason, correct } of rows) {
    if (sample === 0) appearances.push({ source: 'evaluation', step, group: null, answer, samples: [] })
    appearances.at(-1)?.samples.push({
      sample,
      text,
      ...(cut && { cut: true as const }),
      tokens,
      finishReason,
      correct: correct === 1,
      reward: null,
      advantage: null,
      parts: null,
    })
  }
  return appearances
}

export function sampleOf(row: SampleRow): EvaluationSample {
  return {
    prompt: row.prompt,
    answer: row.answer,
    kind: row.kind,
    sample: row.sample,
    text: row.text,
    tokens: row.tokens,
    finishReason: row.finish_reason,
    correct: row.correct === 1,
    vote: row.vote,
    level: row.level,
    language: row.language,
  }
}
