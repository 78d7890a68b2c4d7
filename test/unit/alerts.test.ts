import { describe, expect, it } from 'vitest'
import { type Metrics, metrics as table } from '../../src-main/contract/metrics.ts'
import { courseAlerts } from '../../src-main/contract/records.ts'
import { Alerts, alertMemory } from '../../src-main/engine/alerts.ts'

const calm = Object.fromEntries(Object.keys(table).map((name) => [name, 0])) as Metrics

/** Kinds raised at each step. */
function kinds(course: Partial<Metrics>[]): string[][] {
  const alerts = new Alerts()
  return course.map((m, i) => alerts.look(i + 1, { ...calm, ...m }).map((a) => a.kind))
}

const times = (n: number, m: Partial<Metrics>) => Array.from({ length: n }, () => m)

describe('alerts', () => {
  it('are silent over a calm run', () => {
    expect(kinds(times(60, { kl: 0.02, reward: 0.5 })).flat()).toEqual([])
  })

  it('KL that jumps, not KL that is high and steady', () => {
    const course = [...times(4, { kl: 0.05 }), { kl: 0.8 }]
    expect(kinds(course)).toEqual([[], [], [], [], ['kl-jump']])
    expect(kinds(times(10, { kl: 2 })).flat()).toEqual([])
    const alerts = new Alerts()
    for (const [i, m] of course.entries()) {
      const [found] = alerts.look(i + 1, { ...calm, ...m })
      if (i < 4) continue
      expect(found).toMatchObject({
        step: 5,
        message: 'KL to the reference rose from 0.050 to 0.80 nats a token in 5 steps.',
      })
      expect(found.hint).toContain('Lower the learning rate')
    }
  })

  it('no signal: five steps in a row with at least 90 % of the groups alike', () => {
    expect(kinds(times(5, { frac_reward_zero_std: 0.95, reward: 1 }))).toEqual([[], [], [], [], ['no-signal']])
    expect(
      kinds([...times(4, { frac_reward_zero_std: 1 }), {}, ...times(4, { frac_reward_zero_std: 1 })]).flat(),
    ).toEqual([])
  })

  it('outputs cut at the limit, for three steps', () => {
    expect(kinds(times(3, { 'completions/clipped_ratio': 0.9 }))).toEqual([[], [], ['all-truncated']])
    expect(kinds(times(9, { 'completions/clipped_ratio': 0.7 })).flat()).toEqual([])
  })

  it('sampler and trainer that disagree, at once', () => {
    expect(kinds([{ 'sampling/logp_difference/max': 0.06 }])).toEqual([['sampler-gap']])
    expect(kinds([{ 'sampling/logp_difference/max': 0.04 }])).toEqual([[]])
  })

  it('of one kind are not repeated within 25 steps, and come again after them', () => {
    const raised = kinds(times(60, { 'sampling/logp_difference/max': 1 }))
    expect(raised.flatMap((k, i) => (k.length ? [i + 1] : []))).toEqual([1, 26, 51])
  })

  it('are the same wherever the run was cut off and resumed', () => {
    const course: Partial<Metrics>[] = [
      ...times(4, { kl: 0.05, frac_reward_zero_std: 1 }),
      { kl: 0.8, frac_reward_zero_std: 1, 'sampling/logp_difference/max': 0.2 },
      ...times(25, { 'completions/clipped_ratio': 0.9 }),
      { 'sampling/logp_difference/max': 0.2 },
    ]
    const whole = kinds(course)
    expect(new Set(whole.flat())).toEqual(new Set(courseAlerts))
    for (let cut = 0; cut <= course.length; cut++) {
      const before = new Alerts()
      course.slice(0, cut).forEach((m, i) => void before.look(i + 1, { ...calm, ...m }))
      const after = new Alerts(alertMemory.parse(JSON.parse(JSON.stringify(before.memory))))
      const later = course.slice(cut).map((m, i) => after.look(cut + i + 1, { ...calm, ...m }).map((a) => a.kind))
      expect(later, `cut after step ${cut}`).toEqual(whole.slice(cut))
    }
  })

  it('tell how far sampler and trainer are apart', () => {
    const gap = { 'sampling/logp_difference/max': 0.213, 'sampling/logp_difference/mean': 0.0042 }
    const [alert] = new Alerts().look(3, { ...calm, ...gap })
    expect(alert.message).toContain('by up to 0.21 nats')
    expect(alert.message).toContain('mean 0.0042')
    expect(alert.hint).toContain('doctor')
  })

  it('of two kinds do not silence one another', () => {
    expect(kinds(times(5, { frac_reward_zero_std: 1, 'completions/clipped_ratio': 1 }))).toEqual([
      [],
      [],
      ['all-truncated'],
      [],
      ['no-signal'],
    ])
  })
})
