import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { knobsOf, settingsOf } from '../../src-main/contract/knobs.ts'
import type { SteeringCommand, SteeringEvent } from '../../src-main/contract/records.ts'
import { defaultSettings, mergeSettings, type Settings } from '../../src-main/contract/settings.ts'
import { type Confirmation, Steering } from '../../src-main/engine/steering.ts'

let id = 0

function event(command: SteeringCommand, effectiveStep: number | null = null): SteeringEvent {
  return {
    ...command,
    id: ++id,
    runId: 'run',
    requestedAt: '2026-01-01T00:00:00.000Z',
    requestedStep: 0,
    effectiveStep,
    before: {},
    refused: null,
  }
}

/** A steering whose confirmations and announcements are noted. */
function steering(start: Partial<{ paused: boolean; staying: boolean; replay: SteeringEvent[] }> = {}) {
  const confirmed: Confirmation[] = []
  const said: string[] = []
  const it = new Steering(
    {
      confirmed: (c) => void confirmed.push(c),
      paused: async (step, reason) => void said.push(`paused after ${step}: ${reason}`),
      running: (step) => void said.push(`running ${step}`),
      staying: (staying) => void said.push(`staying ${staying}`),
    },
    { paused: false, staying: false, replay: [], mostTokens: 200, ...start },
  )
  return { it, confirmed, said }
}

/** Whether the promise is still open after all that is ready has run. */
async function isOpen(promise: Promise<unknown>): Promise<boolean> {
  const later = new Promise((resolve) => setImmediate(() => resolve('open')))
  return (await Promise.race([promise, later])) === 'open'
}

describe('changes of settings', () => {
  it('are in force at the next step, confirmed with it and with the values before', async () => {
    const { it: s, confirmed } = steering()
    s.push(event({ kind: 'set', changes: { temperature: 0.7, 'rewardWeights.format': 0.3 } }))
    const boundary = await s.boundary(8, defaultSettings)
    expect(boundary.changes).toEqual([{ temperature: 0.7, 'rewardWeights.format': 0.3 }])
    expect(confirmed).toEqual([
      {
        id,
        effectiveStep: 8,
        before: { temperature: 1, 'rewardWeights.format': 0.1 },
        refused: null,
        settings: { ...defaultSettings, temperature: 0.7, rewardWeights: { accuracy: 1, format: 0.3 } },
      },
    ])
    expect((await s.boundary(9, defaultSettings)).changes).toEqual([])
  })

  it('of one boundary build on one another', async () => {
    const { it: s, confirmed } = steering()
    s.push(event({ kind: 'set', changes: { beta: 0.5 } }))
    s.push(event({ kind: 'set', changes: { beta: 0.25 } }))
    await s.boundary(1, defaultSettings)
    expect(confirmed.map((c) => c.before)).toEqual([{ beta: defaultSettings.beta }, { beta: 0.5 }])
    expect(confirmed[1].settings.beta).toBe(0.25)
  })

  it.each([
    [{ temperature: 9 }, 'temperature must be between 0.05 and 5, not 9.'],
    [{ groupSize: 4.5 }, 'group size must be a whole number between 2 and 256 samples, not 4.5.'],
    [{ learningRate: Number.NaN }, 'learning rate must be a number between 0 and 0.1, not null.'],
    [{ miniBatches: 2 }, 'There is no knob "miniBatches"'],
    [{ 'rewardWeights.math': 1 }, 'The run has no math reward: its rewards are accuracy, format.'],
    [{ maxCompletionTokens: 201 }, 'The model has room for outputs of at most 200 tokens, not 201.'],
    [{ delta: 1.1 }, 'delta 1.1 is not above 1 + epsilonHigh, 1.28'],
    [{ promptsPerStep: 1, groupSize: 2 }, '1 prompts × 2 samples cannot be split into 4 mini-batches.'],
  ])('%j is refused and changes nothing', async (changes, reason) => {
    const { it: s, confirmed } = steering()
    const inForce: Settings = { ...defaultSettings, miniBatches: 4 }
    s.push(event({ kind: 'set', changes }))
    const boundary = await s.boundary(1, inForce)
    expect(confirmed[0].refused).toContain(reason)
    expect(confirmed[0]).toMatchObject({ before: {}, settings: inForce })
    expect(boundary.changes).toEqual([])
  })

  it('one bad value refuses the whole change', async () => {
    const { it: s, confirmed } = steering()
    s.push(event({ kind: 'set', changes: { temperature: 0.5, beta: 11 } }))
    expect((await s.boundary(1, defaultSettings)).changes).toEqual([])
    expect(confirmed[0].refused).toContain('KL coefficient')
  })

  it('every knob takes its own limits and nothing beyond them', async () => {
    for (const knob of knobsOf(defaultSettings).filter((k) => k.name !== 'maxCompletionTokens')) {
      const { it: s, confirmed } = steering()
      const values = [knob.min, knob.max, knob.min - 1, knob.max + 1]
      for (const value of values) s.push(event({ kind: 'set', changes: { [knob.name]: value } }))
      await s.boundary(1, defaultSettings)
      expect(
        confirmed.map((c) => c.refused !== null),
        knob.name,
      ).toEqual([false, false, true, true])
    }
  })
})

describe('pause, step, resume, stop', () => {
  it('a pause holds before the next step until a resume', async () => {
    const { it: s, said } = steering()
    s.push(event({ kind: 'pause' }))
    const boundary = s.boundary(4, defaultSettings)
    expect(await isOpen(boundary)).toBe(true)
    expect(said).toEqual(['paused after 3: asked'])
    s.push(event({ kind: 'resume' }))
    expect(await isOpen(boundary)).toBe(false)
    expect(said).toEqual(['paused after 3: asked', 'running 4'])
  })

  it('a step lets one step through, two steps two', async () => {
    const { it: s, said } = steering({ paused: true })
    const first = s.boundary(1, defaultSettings)
    expect(await isOpen(first)).toBe(true)
    s.push(event({ kind: 'step' }))
    expect(await isOpen(first)).toBe(false)
    const second = s.boundary(2, defaultSettings)
    expect(await isOpen(second)).toBe(true)
    s.push(event({ kind: 'step' }))
    s.push(event({ kind: 'step' }))
    expect(await isOpen(second)).toBe(false)
    expect(await isOpen(s.boundary(3, defaultSettings))).toBe(false)
    expect(await isOpen(s.boundary(4, defaultSettings))).toBe(true)
    expect(said).toEqual([
      'paused after 0: asked',
      'running 1',
      'paused after 1: asked',
      'running 2',
      'running 3',
      'paused after 3: asked',
    ])
  })

  it('a step asked for while it runs is the last one', async () => {
    const { it: s } = steering()
    s.push(event({ kind: 'step' }))
    expect(await isOpen(s.boundary(1, defaultSettings))).toBe(false)
    expect(await isOpen(s.boundary(2, defaultSettings))).toBe(true)
  })

  it('a change asked for in a pause is confirmed at once, with the step that will come', async () => {
    const { it: s, confirmed } = steering({ paused: true })
    const boundary = s.boundary(5, defaultSettings)
    expect(await isOpen(boundary)).toBe(true)
    s.push(event({ kind: 'set', changes: { beta: 1 } }))
    expect(await isOpen(boundary)).toBe(true)
    expect(confirmed[0]).toMatchObject({ effectiveStep: 5, refused: null })
    s.push(event({ kind: 'resume' }))
    expect((await boundary).changes).toEqual([{ beta: 1 }])
  })

  it('an alert holds like a pause, and says why', async () => {
    const { it: s, said } = steering()
    s.hold()
    const boundary = s.boundary(2, defaultSettings)
    expect(await isOpen(boundary)).toBe(true)
    s.push(event({ kind: 'resume' }))
    expect(await isOpen(boundary)).toBe(false)
    expect(said).toEqual(['paused after 1: alert', 'running 2'])
  })

  it('a stop ends a pause too', async () => {
    const { it: s, confirmed } = steering({ paused: true })
    const boundary = s.boundary(3, defaultSettings)
    expect(await isOpen(boundary)).toBe(true)
    s.push(event({ kind: 'stop' }))
    expect((await boundary).stop).toBe(true)
    expect(confirmed[0]).toMatchObject({ effectiveStep: 3, refused: null })
  })
})

describe('stages and the reference', () => {
  it('next-stage ends staying', async () => {
    const { it: s, said } = steering()
    s.push(event({ kind: 'stay' }))
    expect((await s.boundary(1, defaultSettings)).nextStage).toBe(false)
    expect(s.staying).toBe(true)
    s.push(event({ kind: 'next-stage' }))
    expect((await s.boundary(2, defaultSettings)).nextStage).toBe(true)
    expect(s.staying).toBe(false)
    expect(said.filter((text) => text.startsWith('staying'))).toEqual(['staying true', 'staying false'])
  })

  it('refresh-reference is for one step', async () => {
    const { it: s } = steering()
    s.push(event({ kind: 'refresh-reference' }))
    expect((await s.boundary(1, defaultSettings)).refreshReference).toBe(true)
    expect((await s.boundary(2, defaultSettings)).refreshReference).toBe(false)
  })
})

describe('replay', () => {
  it('brings confirmed events again at their own steps, without confirming them again', async () => {
    const replay = [
      event({ kind: 'set', changes: { beta: 0.5 } }, 3),
      event({ kind: 'stay' }, 3),
      event({ kind: 'set', changes: { beta: 0.25 } }, 4),
      event({ kind: 'next-stage' }, 5),
      event({ kind: 'refresh-reference' }, 5),
    ]
    const { it: s, confirmed } = steering({ replay })
    expect((await s.boundary(2, defaultSettings)).changes).toEqual([])
    expect((await s.boundary(3, defaultSettings)).changes).toEqual([{ beta: 0.5 }])
    expect(s.staying).toBe(true)
    expect((await s.boundary(4, defaultSettings)).changes).toEqual([{ beta: 0.25 }])
    expect(await s.boundary(5, defaultSettings)).toMatchObject({ nextStage: true, refreshReference: true, stop: false })
    expect(s.staying).toBe(false)
    expect(confirmed).toEqual([])
  })

  it('comes before what is asked now, which sees its values', async () => {
    const { it: s, confirmed } = steering({ replay: [event({ kind: 'set', changes: { beta: 0.5 } }, 1)] })
    s.push(event({ kind: 'set', changes: { beta: 0.75 } }))
    const boundary = await s.boundary(1, defaultSettings)
    expect(boundary.changes).toEqual([{ beta: 0.5 }, { beta: 0.75 }])
    expect(confirmed[0].before).toEqual({ beta: 0.5 })
  })

  it('of any history of changes ends in the same settings at every step', async () => {
    const change = fc.record({
      step: fc.integer({ min: 1, max: 12 }),
      changes: fc.oneof(
        fc.record({ temperature: fc.double({ min: -1, max: 6, noNaN: true }) }),
        fc.record({ groupSize: fc.integer({ min: 0, max: 300 }), beta: fc.constantFrom(0, 1, 20) }),
        fc.record({ 'rewardWeights.accuracy': fc.integer({ min: -12, max: 12 }) }),
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), fc.integer({ min: 0, max: 12 }), async (history, from) => {
        const live = steering()
        const events: SteeringEvent[] = []
        const course: Settings[] = []
        let settings = defaultSettings
        for (let step = 1; step <= 12; step++) {
          for (const { changes } of history.filter((h) => h.step === step)) {
            events.push(event({ kind: 'set', changes }))
            live.it.push(events.at(-1)!)
          }
          for (const c of (await live.it.boundary(step, settings)).changes)
            settings = mergeSettings(settings, settingsOf(c))
          course.push(settings)
        }
        for (const c of live.confirmed) {
          const e = events.find((e) => e.id === c.id)!
          if (c.refused === null) e.effectiveStep = c.effectiveStep
        }
        const replay = events.filter((e) => e.effectiveStep !== null && e.effectiveStep > from)
        const again = steering({ replay })
        settings = from === 0 ? defaultSettings : course[from - 1]
        for (let step = from + 1; step <= 12; step++) {
          for (const c of (await again.it.boundary(step, settings)).changes)
            settings = mergeSettings(settings, settingsOf(c))
          expect(settings).toEqual(course[step - 1])
        }
      }),
      { numRuns: 60 },
    )
  })
})
