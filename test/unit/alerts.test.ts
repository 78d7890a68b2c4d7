import { describe, expect, it } from 'vitest'
import type { EvaluationSummary } from '../../src-main/contract/evaluation.ts'
import { type Metrics, metrics as table } from '../../src-main/contract/metrics.ts'
import { courseAlerts } from '../../src-main/contract/records.ts'
import { Alerts, alertMemory } from '../../src-main/engine/watch/alerts.ts'

const calm = Object.fromEntries(Object.keys(table).map((name) => [name, 0])) as Metrics

/** Kinds raised at each step. */
function kinds(course: Partial<Metrics>[]): string[][] {
  const alerts = new Alerts()
  return course.map((m, i) => alerts.look(i + 1, { ...calm, ...m }).map((a) => a.kind))
}

/** Of 400 prompts. */
function evaluation(step: number, accuracy: number): EvaluationSummary {
  const [accuracyLow, accuracyHigh] = [accuracy - 0.05, accuracy + 0.05]
  return { step, accuracy, accuracyLow, accuracyHigh } as EvaluationSummary
}

const times = (n: number, m: Partial<Metrics>) => Array.from({ length: n }, () => m)

describe('alerts', () => {
  it('are silent over a calm run', () => {
    expect(kinds(times(60, { kl: 0.02, reward: 0.5 })).flat()).toEqual([])
  })

  it('KL that jumps, not KL that is high and steady', () => {
    const course = [...times(3, { kl: 0.05 }), { kl: 0.9 }, { kl: 0.8 }]
    expect(kinds(course)).toEqual([[], [], [], [], ['kl-jump']])
    // a single step, of which one improbable token may be the cause
    expect(kinds([...times(4, { kl: 0.05 }), { kl: 9 }, ...times(9, { kl: 0.05 })]).flat()).toEqual([])
    // a run begins at 0; what rises slowly, or is high and steady, is no jump
    expect(kinds(times(40, { kl: 2 }))[1]).toEqual(['kl-jump'])
    expect(kinds(times(40, { kl: 2 })).flat()).toHaveLength(1)
    expect(kinds(Array.from({ length: 60 }, (_, i) => ({ kl: i / 20 }))).flat()).toEqual([])
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

  it('KL that explodes, in place of a jump', () => {
    // as the embedded model went at a learning rate of 0.1
    expect(kinds([0, 5.8, 9.6, 5.1, 3.2].map((kl) => ({ kl })))).toEqual([[], [], ['kl-explosion'], [], []])
    const slow = Array.from({ length: 80 }, (_, i) => ({ kl: i / 10 }))
    expect(kinds(slow).flat()).not.toContain('kl-explosion')
    expect(kinds([...times(30, { kl: 0.1 }), { kl: 40 }, ...times(9, { kl: 0.1 })]).flat()).toEqual([])
  })

  it('a gradient that explodes, where some norm was usual before', () => {
    const course = [...times(8, { grad_norm: 0.5 }), { grad_norm: 30 }, { grad_norm: 80 }]
    expect(kinds(course).flat()).toEqual(['gradient-explosion'])
    expect(kinds(course.slice(5)).flat()).toEqual([])
    expect(
      kinds([...times(8, { grad_norm: 0.5 }), { grad_norm: 300 }, ...times(9, { grad_norm: 0.5 })]).flat(),
    ).toEqual([])
    expect(kinds([...times(8, { grad_norm: 0.01 }), ...times(4, { grad_norm: 2 })]).flat()).toEqual([])
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

  it('longer or repeating answers that are not right more often, and not those that pay', () => {
    const grow = (right: (i: number) => number, m: (i: number) => Partial<Metrics>) =>
      kinds(Array.from({ length: 24 }, (_, i) => ({ 'completions/right': right(i), ...m(i) }))).flat()
    const longer = (i: number) => ({ 'completions/mean_length': 20 + 2 * i })
    const repeating = (i: number) => ({ 'completions/repetition': i / 40 })
    expect(grow(() => 0.4, longer)).toEqual(['length-growth'])
    expect(grow(() => 0.4, repeating)).toEqual(['repetition-growth'])
    expect(grow((i) => 0.4 + i / 100, longer)).toEqual([])
    expect(grow((i) => 0.4 + i / 100, repeating)).toEqual([])
    expect(grow(() => Number.NaN, longer)).toEqual(['length-growth'])
    expect(
      grow(
        () => 0.4,
        () => ({ 'completions/mean_length': 90 }),
      ),
    ).toEqual([])
  })

  it('a reward that rises while held-out accuracy falls, by more than chance', () => {
    const course = (accuracies: number[], reward: (i: number) => number, weights: Record<string, number>) => {
      const alerts = new Alerts()
      return accuracies.flatMap((accuracy, i) => {
        const found = alerts.evaluated(evaluation(10 * i, accuracy), weights)
        for (let s = 1; s <= 10; s++)
          alerts.look(10 * i + s, { ...calm, 'rewards/format/mean': reward(10 * i + s), 'rewards/accuracy/mean': s })
        return found.map((a) => [a.step, a.message])
      })
    }
    const rising = (i: number) => 0.4 + i / 100
    const message =
      'The reward format went from 0.43 to 0.68 while held-out accuracy fell from 50.0 % to 30.0 % (steps 0 to 30).'
    expect(course([0.5, 0.5, 0.48, 0.3], rising, { format: 0.1 })).toEqual([[30, message]])
    expect(course([0.5, 0.55, 0.45, 0.4], rising, { format: 0.1 })).toEqual([
      [30, expect.stringContaining('steps 10 to 30')],
    ])
    // within the intervals; a reward that stands still, is not weighed, or is punished; one that says itself what is right
    expect(course([0.5, 0.5, 0.45, 0.41], rising, { format: 0.1 })).toEqual([])
    expect(course([0.5, 0.3], () => 0.5, { format: 0.1 })).toEqual([])
    expect(course([0.5, 0.3], rising, { format: 0 })).toEqual([])
    expect(course([0.5, 0.3], rising, { format: -1 })).toEqual([])
    expect(course([0.5, 0.3], () => 0.5, { accuracy: 1 })).toEqual([])
  })

  it('of one kind are not repeated within 25 steps, and come again after them', () => {
    const raised = kinds(times(60, { 'sampling/logp_difference/max': 1 }))
    expect(raised.flatMap((k, i) => (k.length ? [i + 1] : []))).toEqual([1, 26, 51])
  })

  it('are the same wherever the run was cut off and resumed', () => {
    const course: Partial<Metrics>[] = [
      ...times(3, { kl: 0.05, frac_reward_zero_std: 1 }),
      { kl: 0.9, frac_reward_zero_std: 1 },
      { kl: 0.8, frac_reward_zero_std: 1, 'sampling/logp_difference/max': 0.2 },
      ...times(15, { 'completions/clipped_ratio': 0.9 }),
      ...times(2, { 'completions/clipped_ratio': 0.9, kl: 5, grad_norm: 40 }),
      ...times(8, { 'completions/clipped_ratio': 0.9 }),
      { 'sampling/logp_difference/max': 0.2 },
    ]
    // hacked more and more, and measured every ten steps
    const hacked = course.map((m, i) => ({
      ...m,
      'completions/mean_length': 20 + 2 * i,
      'completions/repetition': i / 31,
      'completions/right': i < 3 ? Number.NaN : 0.3,
      'completions/identical_groups': i > 8 ? 0.7 : 0,
      'completions/hollow': i > 9 ? 0.8 : 0,
      'completions/other_language': i > 10 ? 0.4 : 0,
      'reward_model/out_of_range': i > 11 ? 0.3 : 0,
      'rewards/format/mean': i / 31,
    }))
    const advance = (alerts: Alerts, i: number) => {
      const found = alerts.look(i + 1, { ...calm, ...hacked[i] })
      const measured = i % 10 === 0 ? alerts.evaluated(evaluation(i + 1, 0.5 - i / 100), { format: 0.1 }) : []
      // a reward model counts on reasoning prompts, then not, then again
      const neural = alerts.neuralReward(i + 1, i > 4 && i % 12 < 9 ? { message: 'it counts', hint: '' } : null)
      return [...found, ...measured, ...neural].map((a) => a.kind)
    }
    const through = (alerts: Alerts, from: number, to: number) =>
      hacked.slice(from, to).map((_, i) => advance(alerts, from + i))
    const whole = through(new Alerts(), 0, hacked.length)
    expect(new Set(whole.flat())).toEqual(new Set(courseAlerts))
    expect(whole.flat().filter((kind) => kind === 'neural-reward')).toHaveLength(3)
    for (let cut = 0; cut <= course.length; cut++) {
      const before = new Alerts()
      through(before, 0, cut)
      const after = new Alerts(alertMemory.parse(JSON.parse(JSON.stringify(before.memory))))
      expect(through(after, cut, hacked.length), `cut after step ${cut}`).toEqual(whole.slice(cut))
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

  it('count nothing across a stage that learns from other things than rewards', () => {
    const alerts = new Alerts()
    const [before, after] = [30, 90].map((length) => ({
      'completions/mean_length': length,
      'rewards/format/mean': length / 100,
    }))
    const through = (from: number, m: Partial<Metrics>) =>
      times(20, m).flatMap((step, i) => alerts.look(from + i, { ...calm, ...step }))
    alerts.evaluated(evaluation(0, 0.9), { format: 1 })
    through(1, before)
    alerts.look(21, { loss: 1 } as Metrics)
    const raised = [...through(22, after), ...alerts.evaluated(evaluation(41, 0.5), { format: 1 })]
    expect(raised.map(({ kind }) => kind)).toEqual([])
    const without = new Alerts()
    without.evaluated(evaluation(0, 0.9), { format: 1 })
    for (let i = 1; i <= 40; i++) without.look(i, { ...calm, ...(i <= 20 ? before : after) })
    expect(without.evaluated(evaluation(41, 0.5), { format: 1 }).map(({ kind }) => kind)).toEqual(['reward-apart'])
  })
})
