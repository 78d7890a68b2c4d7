/** Groups, steps and evaluations that another trainer reports: the first of each place stays. */
import type { HostEvent } from '../../contract/api.ts'
import type { EvaluationReport } from '../../contract/evaluation.ts'
import type { Report } from '../../contract/ingest.ts'
import type { Metrics } from '../../contract/metrics.ts'
import { keptSettings, withDelivered } from '../../contract/settings.ts'
import { insertTokens } from '../../store/completion-tokens.ts'
import type { Db } from '../../store/database.ts'
import { hasEvaluation, putEvaluation } from '../../store/evaluations.ts'
import { groupsOfStep } from '../../store/groups.ts'
import { insertMetrics } from '../../store/metrics.ts'
import { closedBefore, closeStep, insertGroup, isClosed, openStep } from '../../store/open-steps.ts'
import type { PackedAhead } from '../../store/packing.ts'
import { findRun, updateRun } from '../../store/runs.ts'
import type { RunKey } from '../reports.ts'
import { enterStages, stageAt } from './stages.ts'
import { groupRecord } from './statistics.ts'

type Of<K extends Report['kind']> = Extract<Report, { kind: K }>

export function keepGroup(
  db: Db,
  { number, id: runId }: RunKey,
  report: Of<'group'>,
  now: string,
  ahead?: PackedAhead,
): HostEvent[] {
  const { step, group, completions } = report
  openStep(db, number, step, now, findRun(db, runId)!.settings)
  if (!insertGroup(db, number, step, groupRecord(report), ahead)) return []
  for (const [sample, { tokenTexts: texts = null, logprobs }] of completions.entries()) {
    if (texts === null && logprobs === undefined) continue
    const logProbs = logprobs?.map((value) => value ?? Number.NaN) ?? null
    insertTokens(db, number, { step, group }, sample, { texts, logProbs })
  }
  if (!isClosed(db, number, step)) return []
  return [{ type: 'groups', runId, step, groups: groupsOfStep(db, number, step) }]
}

export function keepStep(db: Db, { number, id: runId }: RunKey, report: Of<'step'>): HostEvent[] {
  const { step, at } = report
  if (isClosed(db, number, step)) return []
  const row = findRun(db, runId)!
  const newest = step >= row.step
  const settings = withDelivered(keptSettings(row.settings), report.settings)
  const before = closedBefore(db, number, step)
  // without its own word, what passed since the step before
  const passed = report.seconds ?? (Date.parse(at) - Date.parse(before?.at ?? row.created_at)) / 1000
  const seconds = (before?.seconds ?? 0) + Math.max(0, passed)
  const metrics = finite(report.metrics)
  if (report.seconds !== null) metrics['seconds/step'] ??= report.seconds
  openStep(db, number, step, at, row.settings)
  closeStep(db, number, { step, at, seconds, settings: JSON.stringify(settings), metrics })
  if (newest) updateRun(db, number, { step, settings })
  const groups = groupsOfStep(db, number, step)
  const stage = stageAt(row, step)
  // by its trainer's names
  const summary = { step, stage, at, settings, metrics: metrics as Metrics, groups }
  if (!newest) return []
  return [...enterStages(db, row, stage), { type: 'step', runId, step: summary, seconds }]
}

/** Its metrics go with those of its step. */
export function keepEvaluation(db: Db, { number, id: runId }: RunKey, report: Of<'evaluation'>): HostEvent[] {
  const { step, at } = report
  if (hasEvaluation(db, number, step)) return []
  openStep(db, number, step, at, findRun(db, runId)!.settings)
  insertMetrics(db, number, step, finite(report.metrics))
  const kept = evaluationOf(report)
  putEvaluation(db, number, kept)
  const { samples: _, ...evaluation } = kept
  return [{ type: 'evaluation', runId, evaluation }]
}

const finite = (metrics: Readonly<Record<string, number | null>>): Record<string, number> =>
  Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, value ?? Number.NaN]))

const evaluationOf = ({ step, at, accuracy, prompts }: Of<'evaluation'>): EvaluationReport => ({
  step,
  at,
  prompts: prompts ?? Number.NaN,
  accuracy: accuracy ?? Number.NaN,
  accuracyLow: Number.NaN,
  accuracyHigh: Number.NaN,
  formatRate: Number.NaN,
  meanLength: Number.NaN,
  reflections: Number.NaN,
  clippedRatio: Number.NaN,
  byKind: {},
  seconds: Number.NaN,
  samplesPerPrompt: Number.NaN,
  temperature: Number.NaN,
  topP: Number.NaN,
  passAt: [],
  consensus: null,
  languageMixing: null,
  byLevel: {},
  samples: [],
})
