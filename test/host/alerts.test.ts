/** The alerts of all runs: listed, sought, and marked as seen for every window. */
import { expect, test } from 'vitest'
import { type AlertQuery, alertQuery } from '../../src-main/contract/alerts.ts'
import type { AlertKind } from '../../src-main/contract/records.ts'
import type { Host } from '../../src-main/host/host.ts'
import { insertAlert } from '../../src-main/store/alerts.ts'
import { openHost, scripted, Watch } from './support/hosts.ts'
import { recipeOf } from './support/records.ts'

/** Two runs; the first has two alerts, the second one. */
async function withAlerts(): Promise<Host> {
  const host = openHost({ startEngine: scripted({ steps: 2 }) })
  for (const title of ['first', 'second']) {
    await host.launch(recipeOf({ title }))
    await host.idle()
  }
  const alert = (run: number, step: number, kind: AlertKind, at: string) =>
    host.keep((db) =>
      insertAlert(db, run, {
        step,
        kind,
        at,
        message: `${kind} at ${step}`,
        hint: 'h',
        evidence: [{ step, group: 0, sample: 2 }],
      }),
    )
  alert(1, 1, 'kl-jump', '2026-01-01T00:00:01Z')
  alert(2, 1, 'no-signal', '2026-01-01T00:00:03Z')
  alert(1, 2, 'no-signal', '2026-01-01T00:00:02Z')
  return host
}

const list = (host: Host, query: Partial<AlertQuery> = {}) => host.ask.allAlerts(alertQuery.parse(query))

test('all alerts are listed, the newest first, each with its run and its evidence', async () => {
  const host = await withAlerts()
  const { alerts, total, unseen, kinds, runs } = await list(host)
  expect(alerts.map(({ number, step, kind }) => [number, step, kind])).toEqual([
    [2, 1, 'no-signal'],
    [1, 2, 'no-signal'],
    [1, 1, 'kl-jump'],
  ])
  expect(alerts[0]).toMatchObject({ name: 'second', seen: false, evidence: [{ step: 1, group: 0, sample: 2 }] })
  expect([total, unseen]).toEqual([3, 3])
  expect(kinds).toEqual([
    { kind: 'no-signal', count: 2 },
    { kind: 'kl-jump', count: 1 },
  ])
  expect(runs).toEqual([
    { number: 2, name: 'second', count: 1 },
    { number: 1, name: 'first', count: 2 },
  ])
})

test('by kind, by run, and no more than asked for', async () => {
  const host = await withAlerts()
  expect((await list(host, { kind: 'no-signal', run: 1 })).alerts.map(({ step }) => step)).toEqual([2])
  expect(await list(host, { limit: 1 })).toMatchObject({ total: 3, alerts: [{ number: 2 }] })
  expect(await list(host, { kind: 'nonsense' })).toMatchObject({ total: 0, alerts: [], unseen: 3 })
})

test('what is marked as seen is so for every window, and can be taken back', async () => {
  const host = await withAlerts()
  const watch = new Watch(host)
  const { alerts } = await list(host)
  expect(host.markSeen([alerts[0].id], true)).toBe(2)
  await watch.for((event) => event.type === 'seen' && event.unseen === 2)
  expect((await list(host, { unseen: true })).alerts.map(({ number }) => number)).toEqual([1, 1])
  expect(host.markSeen(null, true)).toBe(0)
  expect(host.markSeen([alerts[1].id], false)).toBe(1)
  expect(await host.ask.unseenAlerts()).toBe(1)
})

test('alerts of a run in the bin are neither listed nor counted', async () => {
  const host = await withAlerts()
  host.bin.remove(['1'])
  expect(await list(host)).toMatchObject({ total: 1, unseen: 1, runs: [{ number: 2 }] })
  host.bin.restore(['1'])
  expect(await host.ask.unseenAlerts()).toBe(3)
})
