import { describe, expect, test } from 'vitest'
import type { HostEvent } from '../../src-main/contract/api.ts'
import { StudioError } from '../../src-main/contract/errors.ts'
import { parseRecipe, type Recipe, totalSteps as totalStepsOf } from '../../src-main/contract/recipe.ts'
import type { RunDetail, RunSummary, SteeringCommand, SteeringEvent } from '../../src-main/contract/records.ts'
import { defaultSettings } from '../../src-main/contract/settings.ts'
import { describeDeath } from '../../src-main/host/engine-exit.ts'
import { Pace } from '../../src-main/host/eta.ts'
import { Hub } from '../../src-main/host/hub.ts'
import { superfluous } from '../../src-main/host/prune.ts'
import { ReportQueue } from '../../src-main/host/report-queue.ts'
import { checkCommand } from '../../src-main/host/steering-rules.ts'
import { defaultDataFolder } from '../../src-main/store/folder.ts'

describe('Pace', () => {
  const recipe = (stages: object[], more: object = {}) =>
    parseRecipe({ name: 'mine', title: 'Mine', task: { sum: 1 }, evalEvery: 0, stages, ...more }, 'test')
  const sft = (name: string, steps: number, settings = {}) => ({
    kind: 'sft',
    name,
    steps,
    data: { traces: 9 },
    settings,
  })
  const at = (config: Recipe, step: number, stage = 0, totalSteps = totalStepsOf(config)) => ({
    config,
    step,
    stage,
    totalSteps,
  })
  const grpo = { kind: 'grpo', name: 'RL', steps: 100 }

  test('knows nothing before the first step', () => {
    expect(new Pace().eta(at(recipe([grpo]), 0))).toBeNull()
  })

  test('is steps to come at the present pace, and evaluations to come', () => {
    const pace = new Pace()
    for (let i = 0; i < 30; i++) pace.step(0, 9)
    for (let i = 0; i < 20; i++) pace.step(0, 2)
    expect(pace.eta(at(recipe([grpo]), 50))).toBe(100)
    // a stage that a person stays in has more steps than were planned
    expect(pace.eta(at(recipe([grpo]), 50, 0, 120))).toBe(140)
    pace.evaluation(10, 64)
    const measured = recipe([grpo], { evalEvery: 10, evalPrompts: 64, finalEvalPrompts: 128 })
    // after steps 60, 70, 80 and 90, and of twice as many prompts at the end
    expect(pace.eta(at(measured, 50))).toBe(100 + 4 * 10 + 20)
    expect(pace.eta(at(measured, 99))).toBe(2 + 20)
  })

  test('of stages to come is that of their kind, for as many examples as they have', () => {
    const config = recipe([sft('first', 10), grpo, sft('again', 20, { promptsPerStep: 32 })], {
      settings: { promptsPerStep: 8 },
    })
    const pace = new Pace()
    for (let i = 0; i < 10; i++) pace.step(0, 0.1)
    // of 120 steps to come 100 are of a kind that nothing is known of
    expect(pace.eta(at(config, 10, 1))).toBeNull()
    pace.step(1, 3)
    expect(pace.eta(at(config, 11, 1))).toBeCloseTo(99 * 3 + 20 * 0.4, 9)
    expect(pace.eta(at(config, 110, 2))).toBeCloseTo(20 * 0.4, 9)
  })

  test('is what was estimated where nothing was seen yet, and corrected where the kind was', () => {
    const config = recipe([sft('first', 10), grpo, sft('again', 20)])
    const expected = (['sft', 'grpo', 'sft'] as const).map((kind, i) => {
      const { name, steps } = config.stages[i]
      return { name, kind, steps, typical: [0.1, 2, 0.3][i], full: 9 }
    })
    const pace = new Pace(expected)
    for (let i = 0; i < 5; i++) pace.step(0, 0.2)
    expect(pace.eta(at(config, 5))).toBeCloseTo(5 * 0.2 + 100 * 2 + 20 * 0.6, 9)
  })

  test('takes a few steps of an unknown kind for such as the others', () => {
    const samples = { kind: 'rejection-sampling', name: 'samples', steps: 4 }
    const pace = new Pace()
    pace.step(0, 1)
    expect(pace.eta(at(recipe([sft('first', 10), samples]), 2))).toBeCloseTo(8 + 4, 9)
  })
})

describe('Hub', () => {
  const step = (n: number): HostEvent => ({ type: 'step', runId: 'a', step: { step: n } as never, seconds: n })
  const phase = (fraction: number): HostEvent => ({
    type: 'phase',
    runId: 'a',
    phase: { step: 1, phase: 'rollout', fraction },
  })
  const run = (id: string, n: number): HostEvent => ({ type: 'run', run: { id, step: n } as RunSummary })

  test('gives each subscriber all that happens after it came, in order, its own first', async () => {
    const hub = new Hub()
    const early = hub.subscribe([run('a', 0)])
    hub.publish(step(1))
    const late = hub.subscribe([])
    hub.publish(step(2))
    expect([(await early.next()).value, (await early.next()).value, (await early.next()).value]).toEqual([
      run('a', 0),
      step(1),
      step(2),
    ])
    expect((await late.next()).value).toEqual(step(2))
  })

  test('keeps only the newest of what says the same again', async () => {
    const hub = new Hub()
    const events = hub.subscribe([])
    for (const event of [phase(0.1), run('a', 1), step(1), phase(0.2), run('b', 1), run('a', 2)]) hub.publish(event)
    const seen = []
    for (let i = 0; i < 4; i++) seen.push((await events.next()).value)
    expect(seen).toEqual([step(1), phase(0.2), run('b', 1), run('a', 2)])
  })

  test('lets one go who falls too far behind, and nobody waits for him', async () => {
    const hub = new Hub()
    const slow = hub.subscribe([])
    for (let i = 0; i < 2001; i++) hub.publish(step(i))
    await expect(slow.next()).rejects.toMatchObject({ code: 'busy', hint: expect.stringContaining('Reload') })
    expect(hub.subscribers).toBe(0)
  })

  test('forgets who has gone', async () => {
    const hub = new Hub()
    const controller = new AbortController()
    const events = hub.subscribe([], controller.signal)
    const waiting = events.next()
    controller.abort()
    expect((await waiting).done).toBe(true)
    expect(hub.subscribers).toBe(0)
  })
})

describe('ReportQueue', () => {
  const full = () => new StudioError('disk-full', 'full', '', { cause: { code: 'SQLITE_FULL' } })

  test('nothing overtakes a report that the disk refuses, and none is lost', () => {
    const stored: number[] = []
    let room = 2
    const refusals: string[] = []
    const queue = new ReportQueue<number>(
      (report) => {
        if (room-- <= 0) throw full()
        stored.push(report)
      },
      (error) => refusals.push(error.message),
    )
    for (const report of [1, 2, 3, 4]) queue.push(report)
    expect(stored).toEqual([1, 2])
    expect(refusals).toEqual(['full'])
    expect(() => queue.retryOrThrow()).toThrow('full')
    room = 9
    queue.retryOrThrow()
    expect(stored).toEqual([1, 2, 3, 4])
    expect(queue.held).toBeUndefined()
    queue.push(5)
    expect(stored).toEqual([1, 2, 3, 4, 5])
  })

  test('passes on what is no failure of storage', () => {
    const queue = new ReportQueue<number>(
      () => {
        throw new TypeError('a fault')
      },
      () => {},
    )
    expect(() => queue.push(1)).toThrow('a fault')
  })
})

describe('superfluous checkpoints', () => {
  test('are all but the newest three and those at a stage’s end', () => {
    const checkpoints = [0, 10, 20, 30, 40, 50].map((step) => ({ step, at: '', folder: '', bytes: 0 }))
    const stage = {
      stage: 0,
      name: '',
      kind: 'grpo',
      plannedSteps: 20,
      firstStep: 1,
      lastStep: 20,
      endReason: 'steps' as const,
    }
    expect(superfluous(checkpoints, [stage]).map((c) => c.step)).toEqual([0, 10])
    expect(superfluous(checkpoints.slice(0, 3), [])).toEqual([])
  })
})

describe('checkCommand', () => {
  const run: RunDetail = {
    number: 4,
    status: 'running',
    stage: 0,
    stageCount: 2,
    stageName: 'short',
    staying: false,
    settings: { ...defaultSettings, miniBatches: 4 },
    pending: [],
  } as unknown as RunDetail
  const pending = (...commands: SteeringCommand[]) => commands as SteeringEvent[]
  const check = (command: SteeringCommand, more: Partial<RunDetail> = {}) => checkCommand({ ...run, ...more }, command)

  test.each<[string, SteeringCommand, Partial<RunDetail>, RegExp]>([
    [
      'a value out of range',
      { kind: 'set', changes: { temperature: 9 } },
      {},
      /temperature must be between 0.05 and 5, not 9/,
    ],
    [
      'a fraction of a sample',
      { kind: 'set', changes: { groupSize: 2.5 } },
      {},
      /whole number between 2 and 256 samples, not 2.5/,
    ],
    ['an unknown knob', { kind: 'set', changes: { lr: 1 } as never }, {}, /There is no knob "lr"/],
    [
      'a setting that cannot be steered',
      { kind: 'set', changes: { miniBatches: 2 } },
      {},
      /There is no knob "miniBatches"/,
    ],
    ['no value at all', { kind: 'set' }, {}, /needs at least one value/],
    [
      'what is so already',
      { kind: 'set', changes: { temperature: 1 } },
      {},
      /changes nothing: temperature is 1 already/,
    ],
    [
      'what is asked for already',
      { kind: 'set', changes: { temperature: 0.5 } },
      { pending: pending({ kind: 'set', changes: { temperature: 0.5 } }) },
      /temperature is 0.5 already/,
    ],
    [
      'too few outputs',
      { kind: 'set', changes: { groupSize: 3, promptsPerStep: 1 } },
      {},
      /cannot be split into 4 mini-batches/,
    ],
    ['values with another command', { kind: 'pause', changes: { beta: 0 } }, {}, /"pause" takes no values/],
    ['to pause twice', { kind: 'pause' }, { status: 'paused' }, /Run #4 is paused already/],
    ['to pause while pausing', { kind: 'pause' }, { pending: pending({ kind: 'pause' }) }, /about to pause/],
    ['to resume what runs', { kind: 'resume' }, {}, /is not paused/],
    [
      'to resume twice',
      { kind: 'resume' },
      { status: 'paused', pending: pending({ kind: 'resume' }) },
      /about to go on/,
    ],
    ['a stage after the last', { kind: 'next-stage' }, { stage: 1, stageName: 'long' }, /in its last stage, "long"/],
    [
      'two stages at once',
      { kind: 'next-stage' },
      { pending: pending({ kind: 'next-stage' }) },
      /about to go to its next stage/,
    ],
    ['to stay twice', { kind: 'stay' }, { staying: true }, /stays in stage "short" already/],
    ['anything once it stops', { kind: 'pause' }, { pending: pending({ kind: 'stop' }) }, /is stopping/],
  ])('refuses %s', (_, command, more, message) => {
    expect(() => check(command, more)).toThrow(message)
  })

  test.each<[SteeringCommand, Partial<RunDetail>]>([
    [{ kind: 'set', changes: { temperature: 0.5, 'rewardWeights.format': 0 } }, {}],
    [
      { kind: 'set', changes: { temperature: 1 } },
      { pending: pending({ kind: 'set', changes: { temperature: 0.5 } }) },
    ],
    [{ kind: 'pause' }, {}],
    [{ kind: 'resume' }, { status: 'paused' }],
    [{ kind: 'resume' }, { pending: pending({ kind: 'pause' }) }],
    [{ kind: 'step' }, { status: 'paused' }],
    [{ kind: 'next-stage' }, { staying: true }],
    [{ kind: 'stay' }, {}],
    [{ kind: 'stop' }, { status: 'paused' }],
    [{ kind: 'refresh-reference' }, {}],
  ])('takes %j', (command, more) => {
    check(command, more)
  })
})

describe('the death of an engine', () => {
  const death = (exit: { code: number | null; signal: string | null }) =>
    describeDeath(exit, 7, 'last words', '/run/engine.log')

  test.each([
    [{ code: null, signal: 'SIGKILL' }, 'interrupted', /killed \(SIGKILL\) after step 7/, /memory ran out, lower/],
    [{ code: null, signal: 'SIGTERM' }, 'interrupted', /ended from outside \(SIGTERM\)/, /resume goes on/],
    [{ code: null, signal: 'SIGSEGV' }, 'failed', /crashed \(SIGSEGV\).*last words/, /engine\.log/],
    [{ code: 1, signal: null }, 'failed', /ended with code 1 after step 7.*last words/, /resume goes on/],
    [{ code: null, signal: null }, 'failed', /could not be started/, /engine\.log/],
  ])('%j leaves a run %s', (exit, status, message, hint) => {
    const { status: found, error } = death(exit)
    expect(found).toBe(status)
    expect(error.message).toMatch(message)
    expect(error.hint).toMatch(hint)
  })
})

describe('the data folder', () => {
  test('is where the person says, else where the platform keeps such things', () => {
    expect(defaultDataFolder({ GRPO_STUDIO_DATA: '/a/b/../c' }, 'linux')).toBe('/a/c')
    expect(defaultDataFolder({ HOME: '/home/x' }, 'linux')).toBe('/home/x/.local/share/grpo-studio')
    expect(defaultDataFolder({ HOME: '/home/x', XDG_DATA_HOME: '/data' }, 'linux')).toBe('/data/grpo-studio')
    expect(defaultDataFolder({ HOME: '/Users/x' }, 'darwin')).toBe('/Users/x/Library/Application Support/grpo-studio')
    expect(defaultDataFolder({ LOCALAPPDATA: '/l' }, 'win32')).toBe('/l/grpo-studio')
  })
})
