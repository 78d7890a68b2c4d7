/** Stores the reports of an imported run, some at a time, so that whatever else goes on is not held up. */
import { setImmediate as breath } from 'node:timers/promises'
import { StudioError } from '../../contract/errors.ts'
import { ingestLimits, type Report, reportSchema } from '../../contract/ingest.ts'
import type { Store } from '../../store/store.ts'
import { keepDelivery } from '../ingest/keep.ts'
import type { RunKey } from '../reports.ts'

/** Reports, and characters of text, that go in one transaction. */
const [atOnce, textAtOnce] = [200, 4 << 20]

/** @param told called with the last step that is stored @throws StudioError what reading and storing throw; bad-request for a report beyond the limits */
export async function keepReports(
  store: Store,
  run: RunKey,
  reports: AsyncIterable<Report>,
  told: (step: number) => void,
): Promise<void> {
  const now = new Date().toISOString()
  let seq = 0
  let waiting: { seq: number; report: Report }[] = []
  let text = 0
  const keep = () => {
    store.write((db) => keepDelivery(db, run, { writer: 'import', reports: waiting }, now))
    const last = waiting.at(-1)
    waiting = []
    text = 0
    if (last) told(stepOf(last.report))
  }
  for await (const given of reports) {
    const report = checked(given)
    waiting.push({ seq: ++seq, report })
    if (report.kind === 'group') text += report.completions.reduce((sum, one) => sum + one.text.length, 0)
    if (waiting.length < atOnce && text < textAtOnce) continue
    keep()
    await breath()
  }
  keep()
}

const stepOf = (report: Report) => (report.kind === 'answer' ? report.effectiveStep : report.step)

function checked(given: Report): Report {
  const read = reportSchema.safeParse(given)
  if (read.success) return read.data
  const [{ path, message }] = read.error.issues
  const place = given.kind === 'group' ? `group ${given.group + 1} of step ${given.step}` : `step ${stepOf(given)}`
  throw new StudioError(
    'bad-request',
    `${place[0].toUpperCase()}${place.slice(1)} cannot be stored: ${path.join('.') || given.kind}: ${message}.`,
    `At most ${ingestLimits.completions} completions a group, ${ingestLimits.metrics} metrics a step and ${ingestLimits.text / 1e6} million characters a text.`,
  )
}
