/** Typed knob values on their way to the host. */
import type { KnobChanges, KnobName } from '../../src-main/contract/knobs.ts'
import { valueInForce, whyNot } from '../../src-main/contract/trainer-knobs.ts'
import { typed } from '../format/number.ts'
import { liveStore } from './live.ts'
import { steer, steerStore } from './steer.ts'

/** Drafts that the host would take and that change something. */
export function readyDrafts(only?: KnobName): KnobChanges {
  const { detail } = liveStore.getState()
  const { drafts } = steerStore.getState()
  if (!detail) return {}
  const ready: KnobChanges = {}
  for (const [name, text] of Object.entries(drafts) as [KnobName, string][]) {
    if (only && name !== only) continue
    const value = typed(text)
    if (whyNot(detail, name, value) === undefined && value !== valueInForce(detail, name)) ready[name] = value
  }
  return ready
}

/** Sends the drafts (or one of them) as one event, with the note; what the host took is no draft any more. */
export async function applyDrafts(only?: KnobName): Promise<void> {
  const changes = readyDrafts(only)
  if (Object.keys(changes).length === 0) return
  const sent = { ...steerStore.getState().drafts }
  if (!(await steer('set', changes, steerStore.getState().note))) return
  const { drafts } = steerStore.getState()
  const left = Object.fromEntries(
    Object.entries(drafts).filter(([name, text]) => !(name in changes) || sent[name as KnobName] !== text),
  )
  steerStore.setState({ drafts: left, note: '' })
}
