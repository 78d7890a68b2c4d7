/** What the person is about to ask, and the asking itself. */
import { createStore } from 'zustand/vanilla'
import type { KnobChanges, KnobName } from '../../src-main/contract/knobs.ts'
import type { SteeringEvent, SteeringKind } from '../../src-main/contract/records.ts'
import { confirmed, failed } from './announce.ts'
import { api, onHostEvent } from './host.ts'
import { applyEvents, liveStore } from './live.ts'

export interface SteerState {
  /** Text typed into a knob and not sent yet. */
  drafts: Partial<Record<KnobName, string>>
  note: string
  /** Ids of the events that this window asked for and that are not settled. */
  asked: number[]
  /** Knobs whose change was confirmed just now, with the step. */
  fresh: Partial<Record<KnobName, number>>
}

export const steerStore = createStore<SteerState>(() => ({ drafts: {}, note: '', asked: [], fresh: {} }))

const freshMs = 6000

export function setDraft(name: KnobName, text: string | null): void {
  const { [name]: _, ...others } = steerStore.getState().drafts
  steerStore.setState({ drafts: text === null ? others : { ...others, [name]: text } })
}

export function clearDrafts(): void {
  steerStore.setState({ drafts: {}, note: '' })
}

/** Asks the host. Returns whether it accepted; a refusal is shown to the person here. */
export async function steer(
  kind: SteeringKind,
  changes?: KnobChanges,
  note?: string,
  plan?: { stage: number; insert?: Record<string, unknown> },
): Promise<boolean> {
  const { runId, detail } = liveStore.getState()
  if (!runId || !detail) return false
  try {
    const event = await api().runs.steer({
      runId,
      kind,
      ...(changes ? { changes: changes as Record<string, number> } : {}),
      ...(note?.trim() ? { note: note.trim() } : {}),
      ...plan,
    })
    steerStore.setState(({ asked }) => ({ asked: [...asked, event.id] }))
    // The event of the host may have been heard before this answer: it is newer, so it stays.
    const heard = liveStore.getState().events.find((e) => e.id === event.id)
    if (!heard)
      applyEvents([
        { type: 'steering', runId, event, settings: liveStore.getState().detail?.settings ?? detail.settings },
      ])
    settle(heard ?? event)
    return true
  } catch (error) {
    failed(error)
    return false
  }
}

function settle(event: SteeringEvent): void {
  const { asked, fresh } = steerStore.getState()
  if (!asked.includes(event.id) || (event.effectiveStep === null && event.refused === null)) return
  const names = event.refused === null ? (Object.keys(event.changes ?? {}) as KnobName[]) : []
  const step = event.effectiveStep ?? 0
  steerStore.setState({
    asked: asked.filter((id) => id !== event.id),
    fresh: { ...fresh, ...Object.fromEntries(names.map((name) => [name, step])) },
  })
  if (names.length > 0)
    setTimeout(() => {
      const left = { ...steerStore.getState().fresh }
      for (const name of names) if (left[name] === step) delete left[name]
      steerStore.setState({ fresh: left })
    }, freshMs)
  confirmed(event)
}

/** Called once at the start. */
export function hearConfirmations(): void {
  onHostEvent((message) => {
    if (message.type === 'steering') settle(message.event)
  })
}
