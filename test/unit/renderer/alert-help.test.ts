import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { knobs, knobsOf, refusal } from '../../../src-main/contract/knobs.ts'
import { type AlertKind, courseAlerts, type RunStatus } from '../../../src-main/contract/records.ts'
import { rewardNames } from '../../../src-main/contract/rewards.ts'
import { defaultSettings, mergeSettings } from '../../../src-main/contract/settings.ts'
import { typed } from '../../../src-renderer/format/number.ts'

let helpFor: typeof import('../../../src-renderer/parts/alertHelp.ts').helpFor
let steerStore: typeof import('../../../src-renderer/stores/steer.ts').steerStore

beforeAll(async () => {
  vi.stubGlobal('window', { location: { hash: '' } })
  vi.stubGlobal('requestAnimationFrame', () => 0)
  ;({ helpFor } = await import('../../../src-renderer/parts/alertHelp.ts'))
  ;({ steerStore } = await import('../../../src-renderer/stores/steer.ts'))
})

const others: AlertKind[] = ['non-finite', 'disk-full', 'storage', 'engine-died', 'checkpoint', 'gate']
const all: AlertKind[] = [...courseAlerts, ...others]
/** Weighs everything, against all advice. */
const everything = mergeSettings(defaultSettings, {
  rewardWeights: Object.fromEntries(rewardNames.map((name) => [name, 1])),
  sideWeights: { math: { general: 0.5 }, logic: { general: 0.25 } },
})

beforeEach(() => steerStore.setState({ drafts: {} }))

describe('what helps against an alert', () => {
  it.each(all)('there is for %s', (kind) => {
    const statuses: RunStatus[] = ['running', 'paused', 'interrupted']
    expect(statuses.flatMap((status) => helpFor(kind, everything, status))).not.toEqual([])
  })

  it('turns knobs that the run has, to values that they take', () => {
    const steering = all.flatMap((kind) => helpFor(kind, everything, 'running'))
    const turns = new Set<string>()
    for (const help of steering) {
      if (
        ['Refresh the reference', 'Next stage', 'Stay', 'See the backends'].includes(help.name) ||
        help.name.startsWith('Roll back')
      )
        continue
      steerStore.setState({ drafts: {} })
      help.run(everything, 7)
      const drafts = Object.entries(steerStore.getState().drafts)
      expect(drafts, help.name).not.toEqual([])
      for (const [name, value] of drafts) {
        expect(refusal(name, typed(value), everything), help.name).toBeUndefined()
        turns.add(name)
      }
    }
    expect(turns).toContain('sideWeights.math.general')
    expect(turns).toContain('sideWeights.logic.general')
    expect(turns).not.toContain('sideWeights.code.general')
  })

  it('is offered only where it changes something', () => {
    const names = (kind: AlertKind, status: RunStatus = 'running') =>
      helpFor(kind, defaultSettings, status).map((help) => help.name)
    expect(names('other-language')).toEqual(['Raise β'])
    expect(names('reward-model-range')).toEqual(['Raise β'])
    expect(names('hollow-format')).toContain('Halve the weight of the form')
    expect(names('disk-full')).toEqual([])
    expect(names('disk-full', 'paused')).toEqual(['Go on'])
    expect(names('engine-died', 'failed')).toEqual(['Resume from the last checkpoint'])
    expect(names('kl-jump', 'finished')).toEqual([])
    expect(knobsOf(defaultSettings).length).toBeLessThan(knobs.length)
  })
})
