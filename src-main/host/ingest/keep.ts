/** What a delivery of another trainer changes in the store: in one transaction with the place of its writer. Returns what is then announced. */
import type { HostEvent } from '../../contract/api.ts'
import { StudioError } from '../../contract/errors.ts'
import type { Delivery, Report } from '../../contract/ingest.ts'
import { keepSeq, lastSeq } from '../../store/attached.ts'
import type { Db } from '../../store/database.ts'
import type { PackedAhead } from '../../store/packing.ts'
import type { RunKey } from '../reports.ts'
import { keepAnswer } from './keep-answer.ts'
import { keepEvaluation, keepGroup, keepStep } from './keep-steps.ts'
import { keepCheckpoint, keepEvent, keepStatus } from './keep-told.ts'

/** A report of this writer is missing before those that came. */
export class Gap extends StudioError {
  readonly expected: number

  constructor(writer: string, came: number, last: number, expected: number) {
    super(
      'bad-request',
      `Report ${came} of writer "${writer}" came after report ${last}: nothing of this delivery was stored.`,
      `Deliver from report ${expected} on.`,
    )
    this.expected = expected
  }
}

/**
 * Must run inside a transaction. Reports that are stored already are passed over.
 * @param now for what has no time of its own
 * @param ahead texts of it that are packed already
 * @throws Gap
 */
export function keepDelivery(
  db: Db,
  run: RunKey,
  { writer, reports }: Delivery,
  now: string,
  ahead?: PackedAhead,
): HostEvent[] {
  const before = lastSeq(db, run.number, writer)
  let last = before
  const events: HostEvent[] = []
  for (const { seq, report } of reports) {
    if (seq <= last) continue
    if (seq > last + 1) throw new Gap(writer, seq, last, before + 1)
    events.push(...keep(db, run, report, now, ahead))
    last = seq
  }
  if (last > before) keepSeq(db, run.number, writer, last)
  return events
}

function keep(db: Db, run: RunKey, report: Report, now: string, ahead: PackedAhead | undefined): HostEvent[] {
  switch (report.kind) {
    case 'group':
      return keepGroup(db, run, report, now, ahead)
    case 'step':
      return keepStep(db, run, report)
    case 'evaluation':
      return keepEvaluation(db, run, report)
    case 'checkpoint':
      return keepCheckpoint(db, run, report)
    case 'event':
      return keepEvent(db, run, report)
    case 'status':
      return keepStatus(db, run, report)
    case 'answer':
      return keepAnswer(db, run, report)
  }
}
