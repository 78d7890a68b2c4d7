/** A person's commands in a real run: in force at the very next step, confirmed with it, recorded in the step's own settings. */
import { describe, expect, it } from 'vitest'
import type { FromEngine } from '../../src-main/contract/engine-messages.ts'
import { type KnobChanges, type KnobName, knobValue } from '../../src-main/contract/knobs.ts'
import { plannedAt } from '../../src-main/contract/plan.ts'
import type { SteeringCommand, SteeringEvent } from '../../src-main/contract/records.ts'
import type { Settings } from '../../src-main/contract/settings.ts'
import { run, smallRecipe, type Transcript } from './support/run.ts'

/** A run of six steps in one stage in which the commands are given while step `during` is being computed. */
function commanded(during: number, ...commands: SteeringCommand[]): Promise<Transcript> {
  let given = false
  return run(oneStage(6), {
    react(message, command) {
      if (given || message.type !== 'phase' || message.phase.step !== during || message.phase.phase !== 'update') return
      given = true
      for (const c of commands) command(c)
    },
  })
}

const oneStage = (steps: number, settings = {}, changes = {}) =>
  smallRecipe({ stages: [{ kind: 'grpo', name: 'only', steps, settings }], ...changes })

const kinds = (t: Transcript) => t.messages.filter((m) => m.type !== 'phase').map((m) => m.type)

/** As the host keeps them: with the stage that the run was in. */
const withPlace =
  (t: Transcript) =>
  (event: SteeringEvent): SteeringEvent => {
    const current = t.of('stage-began').filter(({ firstStep }) => firstStep < (event.effectiveStep ?? 0)).length - 1
    return { ...event, detail: { ...event.detail, current: Math.max(0, current) } }
  }

/** What a step shows of each setting, beside the settings it says it used. */
const shows: [KnobChanges, (t: Transcript, step: number) => void][] = [
  [{ temperature: 0.05 }, (t, step) => expect(metric(t, step, 'entropy')).toBeLessThan(0.4)],
  [{ learningRate: 0.0125 }, (t, step) => expect(metric(t, step, 'learning_rate')).toBe(0.0125)],
  [{ groupSize: 7 }, (t, step) => expect(groups(t, step).map((g) => g.rewards.length)).toEqual([7, 7, 7, 7])],
  [{ promptsPerStep: 5 }, (t, step) => expect(groups(t, step)).toHaveLength(5)],
  [{ maxCompletionTokens: 5 }, (t, step) => expect(metric(t, step, 'completions/max_length')).toBe(5)],
  [
    { 'rewardWeights.format': 0.5, 'rewardWeights.accuracy': 2 },
    (t, step) =>
      expect(metric(t, step, 'reward')).toBeCloseTo(
        0.5 * metric(t, step, 'rewards/format/mean') + 2 * metric(t, step, 'rewards/accuracy/mean'),
        9,
      ),
  ],
  [{ beta: 0.5 }, () => {}],
  [
    { epsilonLow: 0, epsilonHigh: 0 },
    (t, step) => expect(metric(t, step, 'clip_ratio/region_mean')).toBeGreaterThan(0),
  ],
]

function metric(t: Transcript, step: number, name: keyof Extract<FromEngine, { type: 'step' }>['report']['metrics']) {
  return t.of('step').find((m) => m.report.step === step)!.report.metrics[name] ?? Number.NaN
}

const groups = (t: Transcript, step: number) => t.of('step').find((m) => m.report.step === step)!.report.groups

describe('a change asked for while step 3 is computed', () => {
  it.each(shows)('%j is in force at step 4', async (changes, seen) => {
    const t = await commanded(3, { kind: 'set', changes })
    const names = Object.keys(changes) as KnobName[]
    const values = (settings: Settings) => Object.fromEntries(names.map((name) => [name, knobValue(settings, name)]))
    const before = values(t.settingsAt(3))
    expect(before).not.toEqual(changes)
    expect(values(t.settingsAt(4))).toEqual(changes)
    expect(values(t.settingsAt(6))).toEqual(changes)
    expect(t.of('applied')).toHaveLength(1)
    expect(t.of('applied')[0]).toMatchObject({ id: t.events[0].id, effectiveStep: 4, refused: null, before })
    expect(t.of('applied')[0].settings).toEqual(t.settingsAt(4))
    // confirmed before the step that it acts on, after the one it came in
    const order = kinds(t)
    expect(order.slice(0, order.indexOf('applied')).filter((k) => k === 'step')).toHaveLength(3)
    seen(t, 4)
  })

  it('and that arrives while the engine is busy between two steps is heard before the next', async () => {
    const t = await run(oneStage(4), {
      react(message, command) {
        // as a message does that lies in the channel already
        if (message.type === 'step' && message.report.step === 2)
          setImmediate(() => command({ kind: 'set', changes: { beta: 0.5 } }))
      },
    })
    expect(t.of('applied').map((m) => m.effectiveStep)).toEqual([3])
  })

  it('that the model has no room for is refused with the limit, and the run goes on as it was', async () => {
    const t = await commanded(3, { kind: 'set', changes: { maxCompletionTokens: 90 } })
    expect(t.of('applied')[0].refused).toBe('The model has room for outputs of at most 64 tokens, not 90.')
    expect(t.settingsAt(6)).toEqual(t.settingsAt(1))
  })
})

describe('pause', () => {
  it('holds after the step in hand, with a checkpoint of it; then one step, then on', async () => {
    let resumed = 0
    const t = await run(oneStage(5), {
      react(message, command) {
        if (message.type === 'phase' && message.phase.step === 2 && message.phase.phase === 'rollout' && !resumed++)
          command({ kind: 'pause' })
        if (message.type === 'paused') command({ kind: message.step === 2 ? 'step' : 'resume' })
      },
    })
    expect(t.of('paused')).toEqual([
      { type: 'paused', step: 2, reason: 'asked' },
      { type: 'paused', step: 3, reason: 'asked' },
    ])
    expect(t.of('running').map((m) => m.step)).toEqual([1, 3, 4])
    expect(t.of('checkpoint').map((m) => m.record.step)).toEqual([0, 2, 3, 5])
    expect(t.events.map((e) => [e.kind, e.effectiveStep])).toEqual([
      ['pause', 3],
      ['step', 3],
      ['resume', 4],
    ])
    expect(t.steps).toEqual([1, 2, 3, 4, 5])
  })
})

describe('stop', () => {
  it('ends the run after the step in hand, with a checkpoint', async () => {
    const t = await commanded(2, { kind: 'stop' })
    expect(t.steps).toEqual([1, 2])
    expect(t.of('stage-ended')).toEqual([{ type: 'stage-ended', stage: 0, lastStep: 2, reason: 'stopped' }])
    expect(t.of('checkpoint').at(-1)!.record.step).toBe(2)
    expect(t.messages.at(-1)).toEqual({ type: 'finished', reason: 'stopped', step: 2 })
    expect(t.of('evaluation').map((m) => m.report.step)).toEqual([0])
  })

  it('ends a paused run before its first step', async () => {
    const t = await run(oneStage(3), {
      paused: true,
      react: (message, command) => void (message.type === 'paused' && command({ kind: 'stop' })),
    })
    expect(t.steps).toEqual([])
    expect(t.messages.at(-1)).toEqual({ type: 'finished', reason: 'stopped', step: 0 })
  })
})

describe('stages', () => {
  const two = smallRecipe({
    stages: [
      { kind: 'grpo', name: 'short', steps: 3, settings: { maxCompletionTokens: 6 } },
      { kind: 'grpo', name: 'long', steps: 2, settings: { maxCompletionTokens: 14 } },
    ],
  })
  const limits = (t: Transcript) => t.steps.map((step) => t.settingsAt(step).maxCompletionTokens)
  const at = (step: number, ...commands: SteeringCommand[]) =>
    run(two, {
      react(message, command) {
        if (message.type === 'step' && message.report.step === step) for (const c of commands) command(c)
      },
    })

  it('follow one another, each with its own token limit', async () => {
    const t = await run(two)
    expect(limits(t)).toEqual([6, 6, 6, 14, 14])
    expect(t.of('step').map((m) => m.report.stage)).toEqual([0, 0, 0, 1, 1])
    expect(t.of('stage-began').map((m) => [m.stage, m.firstStep, m.settings.maxCompletionTokens])).toEqual([
      [0, 1, 6],
      [1, 4, 14],
    ])
    expect(t.of('stage-ended').map((m) => [m.stage, m.lastStep, m.reason])).toEqual([
      [0, 3, 'steps'],
      [1, 5, 'steps'],
    ])
    for (const step of [1, 2, 3]) expect(metric(t, step, 'completions/max_length')).toBeLessThanOrEqual(6)
    expect(Math.max(metric(t, 4, 'completions/max_length'), metric(t, 5, 'completions/max_length'))).toBeGreaterThan(6)
    expect(t.messages.at(-1)).toEqual({ type: 'finished', reason: 'steps', step: 5 })
  })

  it('next-stage takes effect at the next step', async () => {
    const t = await at(1, { kind: 'next-stage' })
    expect(limits(t)).toEqual([6, 14, 14])
    expect(t.of('stage-ended')[0]).toMatchObject({ lastStep: 1, reason: 'steered' })
    expect(t.events[0].effectiveStep).toBe(2)
  })

  it('stay goes on beyond the planned steps, until next-stage', async () => {
    const t = await run(two, {
      react(message, command) {
        if (message.type === 'step' && message.report.step === 2) command({ kind: 'stay' })
        if (message.type === 'step' && message.report.step === 5) command({ kind: 'next-stage' })
      },
    })
    expect(limits(t)).toEqual([6, 6, 6, 6, 6, 14, 14])
    expect(t.of('staying').map((m) => m.staying)).toEqual([true, false])
  })

  it('stay in the last stage: evaluations go on, stop ends it', async () => {
    const recipe = { ...two, evalEvery: 1 }
    const t = await run(recipe, {
      react(message, command) {
        if (message.type === 'step' && message.report.step === 4) command({ kind: 'stay' })
        if (message.type === 'step' && message.report.step === 7) command({ kind: 'stop' })
      },
    })
    expect(t.steps).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(t.of('evaluation').map((m) => m.report.step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it('are repeated, skipped and taken in as asked, and a resumed run goes the same way', async () => {
    const recipe = smallRecipe({
      checkpointEvery: 2,
      stages: ['a', 'b', 'c'].map((name) => ({ kind: 'grpo', name, steps: 2 })),
    })
    const extra = { kind: 'grpo' as const, name: 'extra', steps: 1, settings: { maxCompletionTokens: 14 } }
    const whole = await run(recipe, {
      react(message, command) {
        if (message.type === 'stage-began' && message.stage === 0) {
          command({ kind: 'skip-stage', detail: { stage: 1 } })
          command({ kind: 'skip-stage', detail: { stage: 5 } })
        }
        if (message.type !== 'step') return
        if (message.report.step === 2) command({ kind: 'repeat-stage' })
        if (message.report.step === 4) command({ kind: 'insert-stage', detail: { stage: 3, insert: extra } })
      },
    })
    // a, then c in place of b; c again, which was asked for as it began; then what was taken in
    const began = whole.of('stage-began').map(({ stage, firstStep }) => [stage, firstStep])
    expect(whole.events.map((e) => [e.kind, e.effectiveStep, e.refused !== null])).toEqual([
      ['skip-stage', 1, false],
      ['skip-stage', 1, true],
      ['repeat-stage', 3, false],
      ['insert-stage', 5, false],
    ])
    expect(began.map(([, first]) => first)).toEqual(expect.arrayContaining([1, 3]))
    expect(whole.of('finished')).toHaveLength(1)

    const after = 4
    const resumed = await run(
      { ...recipe, stages: plannedAt(recipe.stages, whole.events.map(withPlace(whole)), after) },
      { folder: whole.folder, checkpoint: `checkpoints/step-00000${after}`, replay: whole.replayAfter(after) },
    )
    expect(resumed.course).toEqual(whole.course.slice(after))
    expect(resumed.of('stage-began')).toEqual(whole.of('stage-began').filter(({ firstStep }) => firstStep > after))
  })

  it('a change asked for at the boundary of two stages outlives it', async () => {
    const t = await at(3, { kind: 'set', changes: { maxCompletionTokens: 9 } })
    expect(limits(t)).toEqual([6, 6, 6, 9, 9])
  })

  it('a steered value outlives the stage if the next one does not name it', async () => {
    const t = await at(1, { kind: 'set', changes: { temperature: 0.8, maxCompletionTokens: 5 } })
    expect(t.steps.map((step) => t.settingsAt(step).temperature)).toEqual([1, 0.8, 0.8, 0.8, 0.8])
    expect(limits(t)).toEqual([6, 5, 5, 14, 14])
  })
})

describe('the reference', () => {
  // with one mini-batch the policy is still that of the step's start where KL is taken
  const once = { miniBatches: 1 }

  it('is replaced every so many steps', async () => {
    const t = await run(oneStage(7, { ...once, refreshReferenceEvery: 3 }))
    expect(t.steps.filter((step) => metric(t, step, 'kl') < 1e-9)).toEqual([1, 4, 7])
  })

  it('stays as it is if never asked for, and is replaced once when asked for', async () => {
    const never = await run(oneStage(4, once))
    expect(never.steps.filter((step) => metric(never, step, 'kl') < 1e-9)).toEqual([1])
    const asked = await run(oneStage(4, once), {
      react(message, command) {
        if (message.type === 'step' && message.report.step === 2) command({ kind: 'refresh-reference' })
      },
    })
    expect(asked.steps.filter((step) => metric(asked, step, 'kl') < 1e-9)).toEqual([1, 3])
  })
})

describe('evaluations', () => {
  it('come first, last and every so many steps, with the sizes that the recipe asks for', async () => {
    const t = await run(oneStage(5, {}, { evalEvery: 2, evalPrompts: 5, finalEvalPrompts: 9 }))
    expect(t.of('evaluation').map((m) => [m.report.step, m.report.prompts])).toEqual([
      [0, 9],
      [2, 5],
      [4, 5],
      [5, 9],
    ])
    for (const { report } of t.of('evaluation')) {
      const { samples, accuracy, accuracyLow, accuracyHigh, byKind } = report
      expect(samples).toHaveLength(report.prompts)
      expect(accuracy).toBe(samples.filter((s) => s.correct).length / samples.length)
      expect(accuracyLow).toBeLessThanOrEqual(accuracy)
      expect(accuracyHigh).toBeGreaterThanOrEqual(accuracy)
      expect(Object.values(byKind).reduce((sum, k) => sum + k.prompts, 0)).toBe(report.prompts)
      expect(report.meanLength).toBe(samples.reduce((sum, s) => sum + s.tokens, 0) / samples.length)
    }
    // the same prompts each time: a smaller evaluation is the beginning of a larger one
    const [first, second] = t.of('evaluation').map((m) => m.report.samples.map((s) => s.prompt))
    expect(second).toEqual(first.slice(0, 5))
  })

  it('with several samples a prompt begin with the one sample, and tell pass@k and cons@k', async () => {
    const few = { evalEvery: 0, finalEvalPrompts: 9 }
    const [one, four] = [
      await run(oneStage(1, {}, few)),
      await run(oneStage(1, {}, { ...few, evaluation: { samples: 4 } })),
    ].map((t) => t.of('evaluation')[0].report)
    expect(four.samples.filter((s) => s.sample === 0).map((s) => s.text)).toEqual(one.samples.map((s) => s.text))
    expect(new Set(four.samples.map((s) => s.text)).size).toBeGreaterThan(new Set(one.samples.map((s) => s.text)).size)
    expect([one.passAt, one.consensus]).toEqual([[], null])
    expect(four.accuracy).toBeCloseTo(four.samples.filter((s) => s.correct).length / 36, 12)
    expect(four.passAt.map(({ k }) => k)).toEqual([2, 4])
    const found = one.samples.filter((_, i) => four.samples.slice(4 * i, 4 * i + 4).some((s) => s.correct)).length
    expect(four.passAt[1].value).toBeCloseTo(found / 9, 12)
    expect(four.consensus!.low <= four.consensus!.value && four.consensus!.value <= four.consensus!.high).toBe(true)
    for (const s of four.samples) expect(s.vote === null || s.vote <= s.sample).toBe(true)
  })

  it('ask no problem that the training asks', async () => {
    const t = await run(oneStage(4, {}, { trainPrompts: 200, finalEvalPrompts: 60 }))
    const trained = new Set(t.of('step').flatMap((m) => m.report.groups.map((g) => g.prompt)))
    const asked = t.of('evaluation').flatMap((m) => m.report.samples.map((s) => s.prompt))
    expect(asked.filter((prompt) => trained.has(prompt))).toEqual([])
  })
})
