import { beforeEach, describe, expect, it } from 'vitest'
import type { HostEvent } from '../../../src-main/contract/api.ts'
import { type MetricName, type Metrics, metrics } from '../../../src-main/contract/metrics.ts'
import { parseRecipe } from '../../../src-main/contract/recipe.ts'
import type { AlertRecord, RunDetail, SteeringEvent, StepSummary } from '../../../src-main/contract/records.ts'
import { defaultSettings } from '../../../src-main/contract/settings.ts'
import { append, emptyColumns, extend, indexOfStep, rewind } from '../../../src-renderer/stores/columns.ts'
import { after, type LiveState, nothing } from '../../../src-renderer/stores/live.ts'
import {
  changedKnobs,
  knobHistory,
  marksOf,
  pendingChanges,
  settingsAt,
  settingsHistory,
} from '../../../src-renderer/stores/story.ts'
import { whatChanged, whenInForce } from '../../../src-renderer/text/events.ts'

const recipe = parseRecipe(
  {
    name: 'two-stages',
    title: 'Two stages',
    task: { sum: 1 },
    stages: [
      { kind: 'grpo', name: 'short', steps: 10, settings: { maxCompletionTokens: 40 } },
      { kind: 'grpo', name: 'long', steps: 10, settings: { maxCompletionTokens: 80 } },
    ],
  },
  'test',
)

const stages: RunDetail['stages'] = [
  { stage: 0, name: 'short', kind: 'grpo', plannedSteps: 10, firstStep: 1, lastStep: 10, endReason: 'steps' },
  { stage: 1, name: 'long', kind: 'grpo', plannedSteps: 10, firstStep: 11, lastStep: null, endReason: null },
]

function steering(more: Partial<SteeringEvent>): SteeringEvent {
  return {
    id: 1,
    runId: 'a',
    kind: 'set',
    requestedAt: '2026-01-01T00:00:00Z',
    requestedStep: 4,
    effectiveStep: 5,
    before: {},
    refused: null,
    ...more,
  }
}

function step(number: number, reward = number): StepSummary {
  const values = Object.fromEntries(Object.keys(metrics).map((name) => [name as MetricName, 1])) as Metrics
  return {
    step: number,
    stage: 0,
    at: '2026-01-01T00:00:00Z',
    settings: { ...defaultSettings, temperature: 1 + number / 100 },
    metrics: { ...values, reward, 'seconds/step': 2 },
    groups: [],
  }
}

describe('columns', () => {
  it('grow step by step, and a step done again replaces what came after it', () => {
    const columns = emptyColumns()
    for (const n of [1, 2, 3]) append(columns, step(n), 2 * n)
    append(columns, step(2, 20), 4)
    expect(columns.steps).toEqual([1, 2])
    expect(columns.series.reward).toEqual([1, 20])
    expect(columns.seconds).toEqual([2, 4])
  })

  it('hold a gap where a value is no number', () => {
    const columns = emptyColumns()
    append(columns, step(1), 1)
    append(columns, step(2, Number.NaN), 2)
    expect(columns.series.reward).toEqual([1, null])
  })

  it('join what the host sends, and find steps', () => {
    const columns = emptyColumns()
    extend(columns, { steps: [1, 2], seconds: [1, 2], series: { reward: [0.1, 0.2] } })
    extend(columns, { steps: [2, 3], seconds: [2, 3], series: { reward: [0.25, 0.3], kl: [0, 1] } })
    expect(columns).toEqual({
      steps: [1, 2, 3],
      seconds: [1, 2, 3],
      series: { reward: [0.1, 0.25, 0.3], kl: [null, 0, 1] },
    })
    expect([0, 1, 2, 99].map((s) => indexOfStep(columns, s))).toEqual([-1, 0, 1, 2])
    rewind(columns, 1)
    expect(columns.series).toEqual({ reward: [0.1], kl: [null] })
  })
})

describe('the story of a run', () => {
  it('settings change with stages and with what was steered, stages first', () => {
    const events = [
      steering({ id: 1, effectiveStep: 5, changes: { temperature: 0.8 } }),
      steering({ id: 2, effectiveStep: 11, changes: { maxCompletionTokens: 60 } }),
      steering({ id: 3, effectiveStep: null, changes: { beta: 9 } }),
      steering({ id: 4, effectiveStep: 6, refused: 'no', changes: { beta: 8 } }),
    ]
    const history = settingsHistory(recipe, stages, events)
    expect(knobHistory(history, 'maxCompletionTokens')).toEqual([
      { step: 1, value: 40 },
      { step: 11, value: 60 },
    ])
    expect(knobHistory(history, 'temperature')).toEqual([
      { step: 1, value: 1 },
      { step: 5, value: 0.8 },
    ])
    expect(knobHistory(history, 'beta')).toHaveLength(1)
    expect([4, 5, 10, 11].map((s) => settingsAt(history, s).temperature)).toEqual([1, 0.8, 0.8, 0.8])
  })

  it('has the milestones of stages that began, and none of those that wait', () => {
    const milestones = [{ at: 4, settings: { temperature: 0.7 } }]
    const [first, second] = recipe.stages.map((stage) => ({ ...stage, milestones }))
    const waiting = { ...stages[1], firstStep: null }
    const history = settingsHistory({ ...recipe, stages: [first, second] }, [stages[0], waiting], [])
    expect(history.map(({ step }) => step)).toEqual([1, 4])
    expect(knobHistory(history, 'temperature')).toEqual([
      { step: 1, value: 1 },
      { step: 4, value: 0.7 },
    ])
  })

  it('marks what left a trace in the numbers, and nothing that waits or was refused', () => {
    const alert: AlertRecord = { id: 1, step: 7, at: '', kind: 'kl-jump', message: 'm', hint: 'h', evidence: [] }
    const marks = marksOf(
      stages,
      [
        steering({ id: 1, effectiveStep: 5 }),
        steering({ id: 2, kind: 'pause' }),
        steering({ id: 3, effectiveStep: null }),
        steering({ id: 4, refused: 'no' }),
      ],
      [alert],
    )
    expect(marks.map((m) => [m.kind, m.step])).toEqual([
      ['steering', 5],
      ['alert', 7],
      ['stage', 11],
    ])
  })

  it('says what changed from what to what, and when', () => {
    const event = steering({ changes: { temperature: 0.8, learningRate: 1e-4 }, before: { temperature: 1 } })
    expect(changedKnobs(event).map((c) => c.name)).toEqual(['temperature', 'learningRate'])
    expect(whatChanged(event)).toBe('temperature 1 → 0.8, learning rate → 1e−4')
    expect(whenInForce(event)).toBe('from step 5')
    expect(whenInForce(steering({ effectiveStep: null }))).toBe('asked after step 4')
    expect(whenInForce(steering({ refused: 'no' }))).toBe('refused')
    expect(whenInForce(steering({ kind: 'pause' }))).toBe('after step 4')
  })

  it('a later wish for a knob replaces an earlier one', () => {
    const wishes = [
      steering({ id: 1, effectiveStep: null, changes: { temperature: 0.8, beta: 1 } }),
      steering({ id: 2, effectiveStep: null, changes: { temperature: 0.9 } }),
    ]
    expect(pendingChanges(wishes)).toEqual({ temperature: 0.9, beta: 1 })
  })
})

describe('events of the host', () => {
  let state: LiveState
  const hear = (...events: HostEvent[]) => events.reduce(after, state)

  beforeEach(() => {
    const detail = { id: 'a', stages, pending: [], settings: defaultSettings, status: 'running', step: 0 } as unknown
    state = { ...nothing('a'), detail: detail as RunDetail }
  })

  it('of another run change nothing', () => {
    expect(hear({ type: 'step', runId: 'b', step: step(1), seconds: 2 })).toBe(state)
  })

  it('a step is added, with its time and its settings', () => {
    const next = hear(
      { type: 'step', runId: 'a', step: step(1), seconds: 2 },
      { type: 'step', runId: 'a', step: step(2), seconds: 4 },
    )
    expect(next.columns.steps).toEqual([1, 2])
    expect(next.columns.seconds).toEqual([2, 4])
    expect(next.version).toBe(2)
    expect(next.newest?.step).toBe(2)
    expect(next.detail?.settings.temperature).toBe(1.02)
  })

  it('a command waits until it is confirmed, and its settings outlive the step before it', () => {
    const asked = steering({ id: 9, requestedStep: 1, effectiveStep: null, changes: { temperature: 0.5 } })
    const waiting = hear({ type: 'steering', runId: 'a', event: asked, settings: defaultSettings })
    expect(waiting.detail?.pending).toEqual([asked])
    state = waiting
    const settings = { ...defaultSettings, temperature: 0.5 }
    const confirmed = { ...asked, effectiveStep: 2 }
    const next = hear(
      { type: 'steering', runId: 'a', event: confirmed, settings },
      { type: 'step', runId: 'a', step: step(1), seconds: 2 },
    )
    expect(next.detail?.pending).toEqual([])
    expect(next.events).toEqual([confirmed])
    expect(next.detail?.settings.temperature).toBe(0.5)
  })

  it('a refused command does not wait', () => {
    const refused = steering({ id: 9, effectiveStep: null, refused: 'no' })
    const next = hear({ type: 'steering', runId: 'a', event: refused, settings: defaultSettings })
    expect(next.detail?.pending).toEqual([])
  })

  it('rewinding forgets the steps and evaluations after it', () => {
    const evaluation = (at: number) => ({ step: at }) as never
    const next = hear(
      { type: 'step', runId: 'a', step: step(1), seconds: 2 },
      { type: 'step', runId: 'a', step: step(2), seconds: 4 },
      { type: 'evaluation', runId: 'a', evaluation: evaluation(0) },
      { type: 'evaluation', runId: 'a', evaluation: evaluation(2) },
      { type: 'rewound', runId: 'a', lastStep: 1 },
    )
    expect(next.columns.steps).toEqual([1])
    expect(next.evaluations.map((e) => e.step)).toEqual([0])
    expect(next.newest).toBeNull()
  })

  it('rewinding forgets the alerts that come again with their steps, and no others', () => {
    const alert = (id: number, at: number, kind: AlertRecord['kind']) =>
      ({
        type: 'alert',
        runId: 'a',
        alert: { id, step: at, at: '', kind, message: 'm', hint: 'h', evidence: [] },
      }) as const
    const next = hear(alert(1, 1, 'kl-jump'), alert(2, 2, 'kl-jump'), alert(3, 2, 'engine-died'), {
      type: 'rewound',
      runId: 'a',
      lastStep: 1,
    })
    expect(next.alerts.map((a) => a.id)).toEqual([1, 3])
  })

  it('a stored alert takes the place of the one that could not be stored yet', () => {
    const alert: AlertRecord = { id: -1, step: 3, at: '', kind: 'disk-full', message: 'm', hint: 'h', evidence: [] }
    const next = hear(
      { type: 'alert', runId: 'a', alert },
      { type: 'alert', runId: 'a', alert: { ...alert, id: 4 } },
      { type: 'alert', runId: 'a', alert: { ...alert, id: 4 } },
    )
    expect(next.alerts.map((a) => a.id)).toEqual([4])
  })
})
