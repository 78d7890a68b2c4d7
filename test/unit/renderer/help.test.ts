import { existsSync, statSync } from 'node:fs'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { metricInfo, metrics } from '../../../src-main/contract/metrics.ts'
import { numberSettings } from '../../../src-main/contract/number-settings.ts'
import { courseAlerts } from '../../../src-main/contract/records.ts'
import { rewardNames } from '../../../src-main/contract/rewards.ts'
import { advantagesOf } from '../../../src-main/engine/grpo/advantages.ts'
import { advantages, clip, clipped, pulls } from '../../../src-renderer/pages/help/grpo.ts'
import { helpPictures } from '../../../src-renderer/pages/help/pictures.ts'

let help: typeof import('../../../src-renderer/pages/help/entries.ts')
let tour: typeof import('../../../src-renderer/pages/help/tour.ts')['tour']

beforeAll(async () => {
  const storage = { getItem: () => null, setItem: () => undefined }
  const matchMedia = () => ({ matches: true, addEventListener: () => undefined })
  vi.stubGlobal('window', { location: { hash: '' }, localStorage: storage, matchMedia })
  help = await import('../../../src-renderer/pages/help/entries.ts')
  tour = (await import('../../../src-renderer/pages/help/tour.ts')).tour
})

describe('the help', () => {
  it('explains every metric, setting, reward and alert, in a sentence', () => {
    const ids = (topic: string) =>
      help
        .entries()
        .filter((entry) => entry.topic === topic)
        .map(({ id }) => id)
    expect(ids('metrics')).toEqual(expect.arrayContaining(Object.keys(metrics)))
    expect(ids('metrics').filter((id) => !metricInfo(id))).toEqual([])
    expect(ids('settings')).toEqual(Object.keys(numberSettings))
    expect(ids('rewards')).toEqual([...rewardNames])
    expect(ids('alerts')).toEqual(expect.arrayContaining([...courseAlerts]))
    expect(help.entries().filter(({ title, about }) => title === '' || about.length < 3)).toEqual([])
  })

  it('has a picture of the window in both themes for every step of the tour, each light enough to come along', () => {
    const file = (name: string) => new URL(`../../../src-renderer/pages/help/pictures/${name}.webp`, import.meta.url)
    const files = helpPictures.flatMap((name) => [`${name}-dark`, `${name}-light`])
    expect(files.filter((name) => !existsSync(file(name)) || statSync(file(name)).size > 100_000)).toEqual([])
    expect(tour.map(({ picture }) => picture)).toEqual([...helpPictures])
  })

  it('is found by words of which every one must occur, what has them in its name first', () => {
    const names = help.found('learning rate').map(({ title }) => title)
    expect(names[0]).toBe('learning rate')
    expect(help.found('KL').every((entry) => JSON.stringify(entry).toLowerCase().includes('kl'))).toBe(true)
    expect(help.found('groupSize').map(({ id }) => id)).toContain('groupSize')
    expect(help.found('pause').some(({ topic }) => topic === 'keys')).toBe(true)
    expect(help.found('no-such-word-anywhere')).toEqual([])
    expect(help.found('  ')).toHaveLength(help.entries().length)
  })
})

describe('the picture of GRPO', () => {
  it.each([[[1, 0, 0, 1, 0, 0]], [[1, 1, 1, 1]], [[0.5, 0.25, 0, 1]]])(
    'has the advantages that the engine has: %j',
    (rewards) => {
      const [engine] = advantagesOf([rewards], 'group')
      advantages(rewards).forEach((value, i) => {
        expect(value).toBeCloseTo(engine[i], 6)
      })
    },
  )

  it('cuts what goes beyond the clip, on the side where it would go on pulling', () => {
    expect(clipped(1, 1.5)).toBe(1.5)
    expect(clipped(1.6, 2)).toBeCloseTo(2 * (1 + clip.high))
    expect(clipped(0.5, 2)).toBe(1)
    expect(clipped(0.5, -2)).toBeCloseTo(-2 * (1 - clip.low))
    expect(clipped(1.6, -2)).toBeCloseTo(-3.2)
    expect([pulls(1.6, 2), pulls(0.5, 2), pulls(0.5, -2), pulls(1.6, -2), pulls(1, 0)]).toEqual([
      false,
      true,
      false,
      true,
      false,
    ])
  })
})
