/** A run of another trainer in a store of its own, for tests that need neither a host nor a trainer. */

import { type Delivery, deliverySchema, type Opening, openingSchema } from '../../src-main/contract/ingest.ts'
import { keepDelivery } from '../../src-main/host/ingest/keep.ts'
import { openAttached } from '../../src-main/host/ingest/open-run.ts'
import { prepareDataFolder } from '../../src-main/store/folder.ts'
import { Store } from '../../src-main/store/store.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

export const key = 'a-key-of-a-run'
export const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 8, 0, second)).toISOString()

type Given = Parameters<typeof openingSchema.parse>[0]

export const opening = (more: object = {}): Opening =>
  openingSchema.parse({
    title: 'Qwen on GSM8K',
    source: { engine: 'trl', version: '1.16.0' },
    totalSteps: 20,
    startedAt: at(0),
    settings: { temperature: 0.9, beta: 0.04 },
    rewards: [{ name: 'accuracy_reward', weight: 1 }],
    knobs: ['temperature', 'beta', 'rewardWeights.accuracy_reward'],
    commands: ['pause', 'resume', 'stop', 'save'],
    refusals: { groupSize: 'TRL fixes it at the start.' },
    ...more,
  } satisfies Given)

export const delivery = (reports: readonly unknown[], first = 1, writer = 'rank-0'): Delivery =>
  deliverySchema.parse({ writer, reports: reports.map((report, i) => ({ seq: first + i, report })) })

export const group = (step: number, place: number, rewards: (number | null)[], more: object = {}) => ({
  kind: 'group',
  step,
  group: place,
  prompt: `What is ${step} + ${place}?`,
  answer: String(step + place),
  completions: rewards.map((reward, i) => ({ text: `It is ${i}.`, reward, ...more })),
})

export const step = (
  number: number,
  metrics: Record<string, number | null> = { reward: number / 10 },
  more: object = {},
) => ({
  kind: 'step',
  step: number,
  at: at(10 * number),
  metrics,
  ...more,
})

export function openStore() {
  const folder = temporaryFolder()
  prepareDataFolder(folder)
  const store = new Store(folder)
  const open = (more: object = {}, under = key) => openAttached(store, folder, under, opening(more))
  const keep = (reports: readonly unknown[], first = 1, writer = 'rank-0') => {
    const { row } = open()
    return store.write((db) => keepDelivery(db, row, delivery(reports, first, writer), at(1000)))
  }
  return { folder, store, open, keep }
}
