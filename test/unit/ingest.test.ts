import { afterEach, describe, expect, test } from 'vitest'
import { undeliveredSettings } from '../../src-main/contract/settings.ts'
import { Gap, keepDelivery } from '../../src-main/host/ingest/keep.ts'
import { spreadOf } from '../../src-main/host/ingest/statistics.ts'
import { writersOf } from '../../src-main/store/attached.ts'
import { emptySome } from '../../src-main/store/bin.ts'
import { tokensOfGroup } from '../../src-main/store/completion-tokens.ts'
import { sql } from '../../src-main/store/database.ts'
import { queries } from '../../src-main/store/queries.ts'
import { insertEvent } from '../../src-main/store/steering.ts'
import type { Store } from '../../src-main/store/store.ts'
import { at, delivery, group, opening, openStore, step } from '../support/attached-run.ts'

let stores: Store[] = []
afterEach(() => {
  for (const store of stores) store.close()
  stores = []
})

function fresh() {
  const made = openStore()
  stores.push(made.store)
  const read = made.store.read.bind(made.store)
  return {
    ...made,
    detail: () => read((db) => queries.run(db, made.folder, '1')),
    metrics: () => read((db) => queries.metrics(db, made.folder, '1', undefined, 0)),
    groups: (number: number) => read((db) => queries.groupsOfStep(db, made.folder, '1', number)),
    group: (number: number, place: number) => read((db) => queries.group(db, made.folder, '1', number, place)),
    rows: (table: string) => read((db) => sql<Record<string, unknown>>(db, `SELECT * FROM ${table}`).all()),
  }
}

describe('opening', () => {
  test('a run of another trainer says who trains it, and what was not delivered stays unknown', () => {
    const { open, detail } = fresh()
    open()
    expect(detail()).toMatchObject({
      id: '0001-trl',
      name: 'Qwen on GSM8K',
      status: 'running',
      source: { engine: 'trl', version: '1.16.0' },
      seed: null,
      totalSteps: 20,
      createdAt: at(0),
      attached: {
        commands: ['pause', 'resume', 'stop', 'save'],
        refusals: { groupSize: 'TRL fixes it at the start.' },
      },
    })
    const { settings } = detail()
    expect(settings).toEqual({
      ...undeliveredSettings,
      temperature: 0.9,
      beta: 0.04,
      rewardWeights: { accuracy_reward: 1 },
    })
    expect(settings.learningRate).toBeNaN()
  })

  test('the same key finds the same run, with what is said of it now', () => {
    const { open, keep, detail } = fresh()
    const { row } = open()
    keep([step(1)])
    expect(open({ title: 'Renamed' }).row.number).toBe(row.number)
    expect(detail()).toMatchObject({ name: 'Renamed', step: 1 })
    expect(open({}, 'another-key').row.number).toBe(2)
  })

  test('a run that is in the bin is not opened', () => {
    const { open, store } = fresh()
    open()
    store.write((db) => sql(db, 'UPDATE runs SET deleted_at = ? WHERE number = 1').run(at(9)))
    expect(() => open()).toThrow(/Run #1.*was deleted/)
  })

  test('a setting of no name of ours changes nothing, and harms nothing', () => {
    const { open, detail } = fresh()
    open({ settings: { '__proto__.x': 1, 'rewardWeights.__proto__': 2, nonsense: 3 } })
    expect(detail().settings.temperature).toBeNaN()
    expect(({} as { x?: number }).x).toBeUndefined()
  })

  test('one that had ended goes on with a new process, and stays ended with one that comes late', () => {
    const { open, keep, detail } = fresh()
    keep([step(1), { kind: 'status', step: 1, at: at(11), status: 'finished' }])
    for (const startedAt of [at(0), at(5), null]) {
      open({ startedAt })
      expect(detail().status).toBe('finished')
    }
    open({ startedAt: at(60) })
    expect(detail()).toMatchObject({ status: 'running', endedAt: null, step: 1 })
  })

  test('more of a configuration than there is room for is refused', () => {
    expect(() => opening({ config: { much: 'x'.repeat(300_000) } })).toThrow(/At most 262144 characters/)
  })
})

describe('order', () => {
  test('a delivery that is repeated changes nothing', () => {
    const { keep, rows, store } = fresh()
    const reports = [group(1, 0, [1, 0]), step(1), group(2, 0, [1, 1]), step(2)]
    expect(keep(reports).map(({ type }) => type)).toEqual(['step', 'step'])
    const tables = ['steps', 'metrics', 'groups', 'completions']
    const before = tables.map(rows)
    expect(keep(reports)).toEqual([])
    expect(keep([...reports, step(3)]).map(({ type }) => type)).toEqual(['step'])
    expect(rows('steps')).toHaveLength(3)
    expect(tables.map((table) => rows(table).slice(0, before[0].length))).toEqual(
      before.map((table) => table.slice(0, before[0].length)),
    )
    expect(store.read((db) => writersOf(db, 1))).toEqual({ 'rank-0': 5 })
  })

  test.each([
    ['before anything', [], 2, 1],
    ['after something', [step(1)], 3, 2],
  ])('a gap %s is refused, and nothing of it stored', (_, before, first, expected) => {
    const { keep, rows } = fresh()
    if (before.length > 0) keep(before)
    const refused = () => keep([step(8), step(9)], first)
    expect(refused).toThrow(Gap)
    expect(refused).toThrow(`Report ${first} of writer "rank-0" came after report ${before.length}`)
    expect(refused).toThrow(expect.objectContaining({ expected }))
    expect(rows('steps')).toHaveLength(before.length)
  })

  test('a gap inside a delivery is refused with the report that is expected of what is stored', () => {
    const { open, store, rows } = fresh()
    const { row } = open()
    const torn = delivery([step(1), step(2), step(3)])
    torn.reports.splice(1, 1)
    const refused = () => store.write((db) => keepDelivery(db, row, torn, at(1000)))
    expect(refused).toThrow(expect.objectContaining({ expected: 1, message: expect.stringContaining('Report 3') }))
    expect(rows('steps')).toEqual([])
  })

  test('writers count for themselves, and what another one told already is no error', () => {
    const { keep, metrics, rows } = fresh()
    keep([step(1), step(2)])
    keep([step(2, { reward: 9 }), step(3)], 1, 'rank-1')
    expect(metrics()).toMatchObject({ steps: [1, 2, 3], series: { reward: [0.1, 0.2, 0.3] } })
    expect(rows('writers')).toHaveLength(2)
  })

  test('steps out of order find their places', () => {
    const { keep, metrics, detail } = fresh()
    keep([step(3), step(1), step(2)])
    expect(metrics()).toMatchObject({ steps: [1, 2, 3], series: { reward: [0.1, 0.2, 0.3] } })
    expect(detail().step).toBe(3)
  })
})

describe('steps', () => {
  test('groups may come before their step and after it', () => {
    const { keep, metrics, groups, detail } = fresh()
    expect(keep([group(1, 0, [1, 0])])).toEqual([])
    expect(metrics().steps).toEqual([])
    expect(detail().step).toBe(0)
    const [event] = keep([step(1)], 2)
    expect(event).toMatchObject({ type: 'step', step: { step: 1, groups: [{ group: 0 }] } })
    expect(keep([group(1, 1, [0, 0])], 1, 'rank-1')).toMatchObject([
      { type: 'groups', step: 1, groups: [{ group: 0 }, { group: 1, zeroSpread: true }] },
    ])
    expect(groups(1)).toHaveLength(2)
  })

  test('time is what the trainer says, else what passed by its clock', () => {
    const { keep, metrics } = fresh()
    keep([step(1, {}, { seconds: 4 }), step(2, {}, { seconds: 3 }), step(3)])
    expect(metrics().seconds).toEqual([4, 7, 17])
    expect(metrics().series['seconds/step']).toEqual([4, 3, null])
  })

  test('what is not a number is a hole, not zero', () => {
    const { keep, metrics } = fresh()
    keep([step(1, { reward: null, kl: 0.5 }), step(2, { reward: 1 })])
    expect(metrics().series).toEqual({ reward: [null, 1], kl: [0.5, null] })
  })

  test('settings hold from the step that tells them', () => {
    const { keep, detail } = fresh()
    keep([step(1, {}, { settings: { temperature: 0.7, 'rewardWeights.format': 0.2 } })])
    expect(detail().settings).toMatchObject({
      temperature: 0.7,
      beta: 0.04,
      rewardWeights: { accuracy_reward: 1, format: 0.2 },
    })
  })
})

describe('groups', () => {
  test('mean, n−1 deviation, and whether there is anything to learn', () => {
    expect(spreadOf([1, 0, 0.5])).toEqual({ meanReward: 0.5, stdReward: 0.5, zeroSpread: false })
    expect(spreadOf([0.1, 0.1, 0.1])).toEqual({ meanReward: 0.1, stdReward: 0, zeroSpread: true })
    expect(spreadOf([1, Number.NaN, 0])).toMatchObject({ meanReward: 0.5, zeroSpread: false })
    expect(spreadOf([Number.NaN, Number.NaN])).toEqual({
      meanReward: Number.NaN,
      stdReward: Number.NaN,
      zeroSpread: false,
    })
  })

  test('what is not delivered of a completion is null or no number', () => {
    const { keep, group: stored, groups } = fresh()
    keep([group(1, 0, [1, null]), step(1)])
    const [first, second] = stored(1, 0).completions
    expect(first).toEqual({
      sample: 0,
      text: 'It is 0.',
      tokens: null,
      finishReason: null,
      reward: 1,
      parts: {},
      advantage: Number.NaN,
    })
    expect(second.reward).toBeNaN()
    expect(groups(1)[0].advantages).toEqual([Number.NaN, Number.NaN])
  })

  test('what is delivered of a completion is kept', () => {
    const { keep, group: stored, store } = fresh()
    const parts = { accuracy_reward: { value: 1, weight: 2, reason: 'it is' }, length: { value: null } }
    const more = { tokens: 3, finishReason: 'stop', advantage: 0.25, parts }
    keep([group(1, 0, [2], { ...more, tokenTexts: ['It', ' is', ' 0.'], logprobs: [-0.5, null, -2] }), step(1)])
    expect(stored(1, 0).completions[0]).toMatchObject({
      tokens: 3,
      finishReason: 'stop',
      advantage: 0.25,
      parts: { accuracy_reward: { value: 1, weight: 2 }, length: { value: null, weight: 1 } },
    })
    expect(store.read((db) => tokensOfGroup(db, 1, { step: 1, group: 0 })).get(0)).toEqual({
      texts: ['It', ' is', ' 0.'],
      logProbs: [-0.5, Number.NaN, -2],
    })
  })
})

describe('resuming', () => {
  test('forgets later steps once an opening', () => {
    const { open, keep, metrics, detail, rows } = fresh()
    keep([
      ...[1, 2, 3, 4].flatMap((n) => [group(n, 0, [1, 0], { logprobs: [-1] }), step(n)]),
      { kind: 'evaluation', step: 4, at: at(41), metrics: { 'eval/reward': 1 }, accuracy: 0.5 },
      { kind: 'checkpoint', step: 2, at: at(20), path: '/there/2' },
      { kind: 'checkpoint', step: 4, at: at(40), path: '/there/4' },
      { kind: 'event', step: 4, at: at(40), level: 'warning', message: 'Odd.' },
      { kind: 'status', step: 4, at: at(42), status: 'failed', message: 'Out of memory.' },
    ])
    expect(detail()).toMatchObject({ status: 'failed', error: { message: 'Out of memory.' }, accuracy: 0.5 })
    const resumed = { resumedFrom: 2, startedAt: at(60) }
    expect(open(resumed)).toMatchObject({ rewoundTo: 2 })
    expect(detail()).toMatchObject({ status: 'running', step: 2, error: null, endedAt: null, accuracy: null })
    expect(metrics().steps).toEqual([1, 2])
    for (const table of ['evaluations', 'alerts']) expect(rows(table)).toEqual([])
    expect(rows('trainer_checkpoints')).toMatchObject([{ step: 2, path: '/there/2' }])
    expect(rows('completion_tokens')).toHaveLength(4)
    keep([step(3, { reward: 7 })], 1, 'second-process')
    expect(open(resumed).rewoundTo).toBeUndefined()
    expect(metrics().series.reward).toEqual([0.1, 0.2, 7])
    // a second crash, and the same checkpoint
    expect(open({ ...resumed, startedAt: at(90) }).rewoundTo).toBe(2)
    expect(metrics().steps).toEqual([1, 2])
  })
})

describe('answers', () => {
  test('confirm a change with its step, once; or refuse it', () => {
    const { open, keep, detail, store } = fresh()
    open()
    keep([step(1)])
    const ask = (changes: object) => store.write((db) => insertEvent(db, 1, { kind: 'set', changes }, at(11), 1))
    const [first, second] = [ask({ temperature: 0.5 }), ask({ beta: 0 })]
    const answer = (command: number, more: object) => ({ kind: 'answer', command, effectiveStep: 2, ...more })
    const events = keep(
      [
        answer(first, { before: { temperature: 0.9 } }),
        answer(first, { effectiveStep: 9 }),
        answer(second, { refused: 'TRL built no reference model.' }),
        answer(999, {}),
      ],
      2,
    )
    expect(events).toMatchObject([
      { type: 'steering', event: { id: first, effectiveStep: 2, before: { temperature: 0.9 }, refused: null } },
      { type: 'steering', event: { id: second, effectiveStep: null, refused: 'TRL built no reference model.' } },
    ])
    expect(detail().settings).toMatchObject({ temperature: 0.5, beta: 0.04 })
    expect(detail().pending).toEqual([])
  })
})

test('nothing of it is left when its run goes for good', () => {
  const { keep, store, rows } = fresh()
  keep([group(1, 0, [1], { logprobs: [-1] }), step(1), { kind: 'checkpoint', step: 1, at: at(10), path: '/there/1' }])
  while (store.write((db) => emptySome(db, 1))) {}
  for (const table of ['completion_tokens', 'writers', 'trainer_checkpoints']) expect(rows(table)).toEqual([])
})
