/** What each report of an engine changes in the store: one transaction a report. Returns what is then announced. */
import type { HostEvent } from '../contract/api.ts'
import type { RunMessage } from '../contract/engine-messages.ts'
import { isPlanned } from '../contract/plan.ts'
import type { StepReport, StepSummary } from '../contract/records.ts'
import type { Stage } from '../contract/stages.ts'
import { insertAlert } from '../store/alerts.ts'
import { putCheckpoint } from '../store/checkpoints.ts'
import type { Db } from '../store/database.ts'
import { putEvaluation } from '../store/evaluations.ts'
import { recipeAt } from '../store/plan.ts'
import { findRun, trainedSeconds, updateRun } from '../store/runs.ts'
import { beginStage, endStage, planStagesAfter, stagesOf } from '../store/stages.ts'
import { confirmEvent, eventById, notePlace, refuseEvents, steeringKinds } from '../store/steering.ts'
import { insertStep } from '../store/steps.ts'

/** Reports that leave something in the store. */
export type StoredReport = Exclude<RunMessage, { type: 'phase' }>

export interface RunKey {
  number: number
  id: string
}

/** Must run inside a transaction. */
export function keepReport(db: Db, run: RunKey, report: StoredReport, now: string): HostEvent[] {
  const { number, id: runId } = run
  switch (report.type) {
    case 'ready':
      updateRun(db, number, {
        status: 'running',
        backend: report.backend,
        device: report.device,
        parameters: report.parameters,
      })
      return []
    case 'running':
      updateRun(db, number, { status: 'running', error: null })
      return []
    case 'paused':
      updateRun(db, number, { status: 'paused' })
      return []
    case 'applied': {
      confirmEvent(db, number, report.id, report.effectiveStep, report.before, report.refused)
      updateRun(db, number, { settings: report.settings })
      const replanned = !report.refused && replan(db, run, report.id)
      const event = eventById(db, number, runId, report.id)
      if (event?.kind === 'resume' && !report.refused) updateRun(db, number, { status: 'running', error: null })
      return [
        ...(event ? [{ type: 'steering' as const, runId, event, settings: report.settings }] : []),
        ...(replanned ? [{ type: 'stages' as const, runId, stages: stagesOf(db, number), plan: replanned }] : []),
      ]
    }
    case 'staying':
      return []
    case 'stage-began':
      beginStage(db, number, report.stage, report.firstStep)
      updateRun(db, number, { stage: report.stage, settings: report.settings })
      return [{ type: 'stages', runId, stages: stagesOf(db, number) }]
    case 'stage-ended':
      endStage(db, number, report.stage, report.lastStep, report.reason)
      return [{ type: 'stages', runId, stages: stagesOf(db, number) }]
    case 'step': {
      const seconds = trainedSeconds(db, number) + report.seconds
      insertStep(db, number, report.report, seconds)
      updateRun(db, number, { step: report.report.step, settings: report.report.settings })
      return [{ type: 'step', runId, step: summaryOfReport(report.report), seconds }]
    }
    case 'evaluation': {
      putEvaluation(db, number, report.report)
      const { samples: _, ...evaluation } = report.report
      return [{ type: 'evaluation', runId, evaluation }]
    }
    case 'checkpoint':
      putCheckpoint(db, number, report.record)
      return [{ type: 'checkpoint', runId, checkpoint: report.record }]
    case 'alert':
      return [{ type: 'alert', runId, alert: insertAlert(db, number, report.alert) }]
    case 'finished':
      refuseEvents(db, number, steeringKinds, 'The run ended before it came into force.')
      updateRun(db, number, { status: report.reason === 'stopped' ? 'stopped' : 'finished', endedAt: now, error: null })
      return []
    case 'failed':
      updateRun(db, number, { status: 'failed', endedAt: now, error: report.error })
      return []
  }
}

/** @returns the stages as they are planned now, if that was changed */
function replan(db: Db, { number, id: runId }: RunKey, id: number): Stage[] | null {
  const event = eventById(db, number, runId, id)
  if (!event || !isPlanned(event.kind)) return null
  const row = findRun(db, runId)!
  notePlace(db, number, id, row.stage)
  const { stages } = recipeAt(db, row)
  planStagesAfter(db, number, { stages }, row.stage)
  return stages
}

function summaryOfReport({ groups, ...rest }: StepReport): StepSummary {
  return { ...rest, groups: groups.map(({ completions: _, ...group }) => group) }
}
