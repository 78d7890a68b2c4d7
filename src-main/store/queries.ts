/** What windows and the command line ask of a database: functions of a read-only connection. */
import type { AlertList, AlertQuery } from '../contract/alerts.ts'
import type { MetricColumns, PromptAppearance } from '../contract/api.ts'
import type { CommonPrompts, CommonPromptsQuery } from '../contract/common-prompts.ts'
import { StudioError } from '../contract/errors.ts'
import type { Comparison, EvaluationEntry, EvaluationSample, EvaluationSummary } from '../contract/evaluation.ts'
import type { GroupFigures } from '../contract/group-figures.ts'
import type { LabelledLine, LabelSet, LabelState } from '../contract/labelling.ts'
import type { LibraryUse, RunCheckpoints } from '../contract/library.ts'
import type {
  AlertRecord,
  GroupRecord,
  GroupSummary,
  ListedCheckpoint,
  ProblemData,
  RunDetail,
  RunSummary,
  SteeringEvent,
} from '../contract/records.ts'
import type { Retention, RetentionPlan, RunTexts } from '../contract/retention.ts'
import type { SweepResult, SweepSummary } from '../contract/sweep.ts'
import type { TracePage, TraceQuery } from '../contract/traces.ts'
import { countUnseen, courseAlertsOf, listAlerts } from './alerts.ts'
import { commonPrompts } from './common-prompts.ts'
import { comparison, evaluationEntries } from './comparison.ts'
import { type SampledTokens, tokensOfGroup } from './completion-tokens.ts'
import type { Db } from './database.ts'
import { courseEvaluationSamples, courseEvaluations, evaluationAppearances } from './evaluations.ts'
import { acrossCourse, holderOf, segmentsOf } from './family.ts'
import { runFolder } from './folder.ts'
import { courseFigures } from './group-figures.ts'
import {
  type GroupPlace,
  groupOf,
  groupPlaces,
  groupsOfStep,
  kindOfPrompt,
  problemDataOf,
  trainingAppearances,
} from './groups.ts'

import { labelledLines, labelSets, labelState } from './labelling.ts'
import { checkpointsByRun, libraryUse } from './library.ts'
import { courseColumns } from './metrics.ts'
import { defaultRetention, retentionPlan, textsOf } from './retention.ts'
import { detailOf, findRun, listRuns, type RunRow } from './runs.ts'
import { labelsInUse } from './sample-labels.ts'
import { sparklines } from './sparklines.ts'
import { courseEvents } from './steering.ts'
import { listSweeps, sweepResult } from './sweeps.ts'
import { searchTraces } from './traces.ts'
import { listedCheckpoints } from './trainer-checkpoints.ts'

/** @throws StudioError not-found naming the run, or saying that it was deleted */
export function requireRun(db: Db, name: string): RunRow {
  const row = findRun(db, name)
  if (row?.deleted_at != null) throw deleted(row)
  if (row) return row
  throw new StudioError('not-found', `There is no run "${name}".`, 'grpo-studio runs lists them all.')
}

const deleted = ({ number, emptied }: RunRow): StudioError =>
  emptied
    ? new StudioError(
        'not-found',
        `Run #${number} was deleted for good.`,
        'grpo-studio runs lists those that are there.',
      )
    : new StudioError('not-found', `Run #${number} was deleted.`, `It lies in the bin: grpo-studio restore ${number}.`)

export const queries = {
  runs: (db: Db): RunSummary[] => listRuns(db),

  sparklines: (db: Db, _: string, points: number): Record<string, (number | null)[]> => sparklines(db, points),

  run(db: Db, dataFolder: string, runId: string): RunDetail {
    const row = requireRun(db, runId)
    return detailOf(db, row, runFolder(dataFolder, row.id))
  },

  metrics: (db: Db, _: string, runId: string, names: string[] | undefined, afterStep: number): MetricColumns =>
    courseColumns(db, requireRun(db, runId).number, names, afterStep),

  evaluations: (db: Db, _: string, runId: string): EvaluationSummary[] =>
    courseEvaluations(db, requireRun(db, runId).number),

  events(db: Db, _: string, runId: string): SteeringEvent[] {
    const row = requireRun(db, runId)
    return courseEvents(db, row.number, row.id)
  },

  alerts: (db: Db, _: string, runId: string): AlertRecord[] => courseAlertsOf(db, requireRun(db, runId).number),

  allAlerts: (db: Db, _: string, query: AlertQuery): AlertList => listAlerts(db, query),

  unseenAlerts: (db: Db): number => countUnseen(db),

  libraryUse: (db: Db): LibraryUse => libraryUse(db),

  checkpointsByRun: (db: Db): RunCheckpoints[] => checkpointsByRun(db),

  checkpoints: (db: Db, _: string, runId: string): ListedCheckpoint[] =>
    listedCheckpoints(db, requireRun(db, runId).number),

  groupsOfStep: (db: Db, _: string, runId: string, step: number): GroupSummary[] =>
    groupsOfStep(db, holderOf(db, requireRun(db, runId).number, step), step),

  group(db: Db, _: string, runId: string, step: number, group: number): GroupRecord {
    const row = requireRun(db, runId)
    const found = groupOf(db, holderOf(db, row.number, step), step, group)
    if (found) return found
    throw new StudioError(
      'not-found',
      `Run #${row.number} has no group ${group} in step ${step}.`,
      `Its last stored step is ${row.step}.`,
    )
  },

  sampledTokens: (db: Db, _: string, runId: string, place: GroupPlace): Map<number, SampledTokens> =>
    tokensOfGroup(db, requireRun(db, runId).number, place),

  groupFigures: (db: Db, _: string, runId: string, afterStep: number): GroupFigures =>
    courseFigures(db, requireRun(db, runId).number, afterStep),

  groupPlaces: (db: Db, _: string, runId: string, from: number, to: number): GroupPlace[] =>
    acrossCourse(
      db,
      requireRun(db, runId).number,
      (holder) => groupPlaces(db, holder, from, to),
      ({ step }) => step,
    ),

  /** Those of these places that are there. */
  groupsAt(db: Db, _: string, runId: string, places: readonly GroupPlace[]): GroupRecord[] {
    const { number } = requireRun(db, runId)
    return places.flatMap(({ step, group }) => groupOf(db, holderOf(db, number, step), step, group) ?? [])
  },

  problemData(db: Db, _: string, runId: string, prompt: string): ProblemData | undefined {
    const holders = segmentsOf(db, requireRun(db, runId).number).reverse()
    for (const { run } of holders) {
      const data = problemDataOf(db, run, prompt)
      if (data) return data
    }
    return undefined
  },

  /** Empty for a prompt that has not come up. */
  problemKind(db: Db, _: string, runId: string, prompt: string): string {
    for (const { run } of segmentsOf(db, requireRun(db, runId).number).reverse()) {
      const kind = kindOfPrompt(db, run, prompt)
      if (kind !== undefined) return kind
    }
    return ''
  },

  /** Every appearance of one prompt, oldest first; at the same step training comes before the evaluation after it. */
  promptHistory(db: Db, _: string, runId: string, prompt: string): PromptAppearance[] {
    const { number } = requireRun(db, runId)
    const all = acrossCourse(
      db,
      number,
      (holder) => [...trainingAppearances(db, holder, prompt), ...evaluationAppearances(db, holder, prompt)],
      ({ step }) => step,
    )
    return all.sort((a, b) => a.step - b.step)
  },

  /** One of these appearances, with its texts as they are; null where it is not. */
  moment(
    db: Db,
    _: string,
    runId: string,
    { prompt, source, step, group }: Pick<PromptAppearance, 'source' | 'step' | 'group'> & { prompt: string },
  ): PromptAppearance | null {
    const holder = holderOf(db, requireRun(db, runId).number, step)
    const read = source === 'train' ? trainingAppearances : evaluationAppearances
    return read(db, holder, prompt, step).find((one) => one.group === group) ?? null
  },

  traces: (db: Db, _: string, query: TraceQuery): TracePage =>
    searchTraces(db, requireRun(db, query.runId).number, query),

  labelsInUse: (db: Db, _: string, runId: string): string[] => labelsInUse(db, requireRun(db, runId).number),

  texts: (db: Db, _: string, runId: string): RunTexts => textsOf(db, requireRun(db, runId).number),

  retentionPlan: (db: Db, _: string, runId: string, retention: Retention): RetentionPlan =>
    retentionPlan(db, requireRun(db, runId).number, retention),

  defaultRetention: (db: Db): Retention => defaultRetention(db),

  labelSets: (db: Db): LabelSet[] => labelSets(db),

  labelState: (db: Db, _: string, set: number): LabelState => labelState(db, set),

  labelledLines: (db: Db, _: string, set: number): LabelledLine[] => labelledLines(db, set),

  /** Those of runs, then those that were asked for. */
  evaluationEntries: (db: Db): EvaluationEntry[] => evaluationEntries(db),

  comparison: (db: Db, _: string, a: string, b: string): Comparison => comparison(db, a, b),

  commonPrompts: (db: Db, _: string, { runs, text, limit }: CommonPromptsQuery): CommonPrompts =>
    commonPrompts(
      db,
      runs.map((run) => requireRun(db, run).number),
      text,
      limit,
    ),

  sweeps: (db: Db): SweepSummary[] => listSweeps(db),

  sweep: (db: Db, _: string, name: string): SweepResult => sweepResult(db, name),

  evaluationSamples: (db: Db, _: string, runId: string, step: number, limit: number): EvaluationSample[] =>
    courseEvaluationSamples(db, requireRun(db, runId).number, step, limit),
}

type Queries = typeof queries
type Arguments<K extends keyof Queries> = Parameters<Queries[K]> extends [Db, string?, ...infer Rest] ? Rest : never

/** The same questions from outside, each answered later. */
export type Reader = {
  [K in keyof Queries]: (...args: Arguments<K>) => Promise<ReturnType<Queries[K]>>
}

export interface Question {
  id: number
  name: keyof Queries
  args: unknown[]
}

export function answer(db: Db, dataFolder: string, name: keyof Queries, args: unknown[]): unknown {
  const query = queries[name] as (db: Db, dataFolder: string, ...args: unknown[]) => unknown
  // One transaction a question: all of its parts see the same state.
  return db.transaction(() => query(db, dataFolder, ...args))()
}
