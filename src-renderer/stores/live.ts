/** The run on the live page: its whole story, kept up by the host's events. */
import { createStore } from 'zustand/vanilla'
import type { HostEvent } from '../../src-main/contract/api.ts'
import type { EvaluationSummary } from '../../src-main/contract/evaluation.ts'
import {
  type AlertRecord,
  courseAlerts,
  type ListedCheckpoint,
  type PhaseReport,
  type RunDetail,
  type SteeringEvent,
  type StepSummary,
} from '../../src-main/contract/records.ts'
import type { Settings } from '../../src-main/contract/settings.ts'
import type { Explanation } from '../transport/explain.ts'
import { append, type Columns, emptyColumns, lastStep, rewind } from './columns.ts'

export interface LiveState {
  runId: string | null
  /** null until the run is loaded. */
  detail: RunDetail | null
  error: Explanation | null
  columns: Columns
  /** Grows whenever `columns` changed in place. */
  version: number
  evaluations: EvaluationSummary[]
  events: SteeringEvent[]
  alerts: AlertRecord[]
  checkpoints: ListedCheckpoint[]
  /** The newest step with its groups, as soon as one came. */
  newest: StepSummary | null
}

export const nothing = (runId: string | null): LiveState => ({
  runId,
  detail: null,
  error: null,
  columns: emptyColumns(),
  version: 0,
  evaluations: [],
  events: [],
  alerts: [],
  checkpoints: [],
  newest: null,
})

export const liveStore = createStore<LiveState>(() => nothing(null))

/** Apart, because it changes many times a second. */
export const phaseStore = createStore<{ phase: PhaseReport | null }>(() => ({ phase: null }))

const byStep = <T extends { step: number }>(list: T[], item: T): T[] =>
  [...list.filter((x) => x.step !== item.step), item].sort((a, b) => a.step - b.step)

const byId = <T extends { id: number }>(list: T[], item: T): T[] =>
  [...list.filter((x) => x.id !== item.id), item].sort((a, b) => a.id - b.id)

/** While the disk is full an alert has a negative id; the stored one takes its place. */
const withoutStandIns = (alerts: AlertRecord[], stored: AlertRecord) =>
  stored.id < 0 ? alerts : alerts.filter((a) => a.id > 0 || a.kind !== stored.kind || a.step !== stored.step)

/** What did not change keeps its identity, so that nothing is drawn anew for it. */
const same = (a: Settings, b: Settings) => JSON.stringify(a) === JSON.stringify(b)

const settled = (event: SteeringEvent) => event.effectiveStep !== null || event.refused !== null

const comesAgain = (alert: AlertRecord) => (courseAlerts as readonly string[]).includes(alert.kind)

/** The state after one more event. Columns are changed in place; everything else is new where it differs. */
export function after(state: LiveState, event: HostEvent): LiveState {
  if (event.type === 'run') {
    if (event.run.id !== state.runId || !state.detail) return state
    return { ...state, detail: { ...state.detail, ...event.run } }
  }
  if (!('runId' in event) || event.runId !== state.runId || !state.detail) return state
  const { detail } = state
  switch (event.type) {
    case 'step': {
      append(state.columns, event.step, event.seconds)
      const later = state.events.some((e) => e.effectiveStep !== null && e.effectiveStep > event.step.step)
      return {
        ...state,
        version: state.version + 1,
        newest: event.step,
        detail:
          later || same(detail.settings, event.step.settings) ? detail : { ...detail, settings: event.step.settings },
      }
    }
    case 'groups':
      return state.newest?.step === event.step ? { ...state, newest: { ...state.newest, groups: event.groups } } : state
    case 'evaluation':
      return { ...state, evaluations: byStep(state.evaluations, event.evaluation) }
    case 'steering': {
      const pending = detail.pending.filter((e) => e.id !== event.event.id)
      return {
        ...state,
        events: byId(state.events, event.event),
        detail: {
          ...detail,
          settings: event.settings,
          pending: settled(event.event) ? pending : byId(pending, event.event),
        },
      }
    }
    case 'stages':
      return {
        ...state,
        detail: {
          ...detail,
          stages: event.stages,
          ...(event.plan && { config: { ...detail.config, stages: event.plan } }),
        },
      }
    case 'checkpoint':
      return { ...state, checkpoints: byStep(state.checkpoints, event.checkpoint) }
    case 'alert':
      return { ...state, alerts: byId(withoutStandIns(state.alerts, event.alert), event.alert) }
    case 'rewound':
      rewind(state.columns, event.lastStep)
      return {
        ...state,
        version: state.version + 1,
        newest: state.newest && state.newest.step > event.lastStep ? null : state.newest,
        evaluations: state.evaluations.filter((e) => e.step <= event.lastStep),
        alerts: state.alerts.filter((a) => a.step <= event.lastStep || !comesAgain(a)),
        checkpoints: state.checkpoints.filter((c) => c.step <= event.lastStep),
      }
    case 'phase':
    case 'job':
      return state
  }
}

/** Adds a batch of events in one change, so that the window is drawn once for all of them. */
export function applyEvents(events: HostEvent[]): void {
  const before = liveStore.getState()
  const next = events.reduce(after, before)
  if (next !== before) liveStore.setState(next, true)
  const phase = events.findLast((e) => e.type === 'phase' && e.runId === next.runId)
  if (phase?.type === 'phase') phaseStore.setState({ phase: phase.phase })
}

export const newestStep = (state: LiveState) => Math.max(lastStep(state.columns), state.newest?.step ?? 0)
