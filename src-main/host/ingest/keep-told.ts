/** What another trainer tells of its run beside its steps: checkpoints, events, how it is. */
import type { HostEvent } from '../../contract/api.ts'
import type { Report } from '../../contract/ingest.ts'
import { insertAlert, markSeen } from '../../store/alerts.ts'
import { noteSaid } from '../../store/attached.ts'
import type { Db } from '../../store/database.ts'
import { updateRun } from '../../store/runs.ts'
import { refuseEvents, steeringKinds } from '../../store/steering.ts'
import { insertTrainerCheckpoint } from '../../store/trainer-checkpoints.ts'
import type { RunKey } from '../reports.ts'

type Of<K extends Report['kind']> = Extract<Report, { kind: K }>

export function keepCheckpoint(db: Db, { number, id: runId }: RunKey, report: Of<'checkpoint'>): HostEvent[] {
  const { step, at, path: folder, bytes } = report
  const checkpoint = { step, at, folder, bytes }
  return insertTrainerCheckpoint(db, number, checkpoint) ? [{ type: 'checkpoint', runId, checkpoint }] : []
}

export function keepEvent(db: Db, { number, id: runId }: RunKey, report: Of<'event'>): HostEvent[] {
  const { step, at, level, message, hint, samples: evidence = [] } = report
  const kind = level === 'info' ? 'trainer-note' : 'trainer'
  const alert = insertAlert(db, number, { step, at, kind, message, hint, evidence })
  // nobody need be called for it
  if (level === 'info') markSeen(db, [alert.id], true)
  return [{ type: 'alert', runId, alert }]
}

export function keepStatus(db: Db, { number }: RunKey, { status, at, message }: Of<'status'>): HostEvent[] {
  noteSaid(db, number, status)
  const over = status !== 'running' && status !== 'paused'
  if (over) refuseEvents(db, number, steeringKinds, 'The run ended before it came into force.')
  updateRun(db, number, {
    status,
    endedAt: over ? at : null,
    error:
      status === 'failed'
        ? { code: 'engine-died', message: message || 'Its trainer failed.', hint: 'Its own log says more.' }
        : null,
  })
  return []
}
