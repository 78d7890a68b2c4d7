/** Another trainer answers a command: from which step on it is in force, or why not. */
import type { HostEvent } from '../../contract/api.ts'
import type { Report } from '../../contract/ingest.ts'
import type { KnobChanges } from '../../contract/knobs.ts'
import { keptSettings, withDelivered } from '../../contract/settings.ts'
import type { Db } from '../../store/database.ts'
import { findRun, updateRun } from '../../store/runs.ts'
import { confirmEvent, eventById } from '../../store/steering.ts'
import type { RunKey } from '../reports.ts'

/** The first answer counts; one to what nobody asked changes nothing. */
export function keepAnswer(
  db: Db,
  { number, id: runId }: RunKey,
  { command, effectiveStep, before, refused, settings: told }: Extract<Report, { kind: 'answer' }>,
): HostEvent[] {
  const asked = eventById(db, number, runId, command)
  if (!asked || asked.effectiveStep !== null || asked.refused !== null) return []
  confirmEvent(db, number, command, effectiveStep, before as KnobChanges, refused)
  const inForce = keptSettings(findRun(db, runId)!.settings)
  const settings = refused === null ? withDelivered(inForce, { ...asked.changes, ...told }) : inForce
  updateRun(db, number, { settings })
  return [{ type: 'steering', runId, event: eventById(db, number, runId, command)!, settings }]
}
