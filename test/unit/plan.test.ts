import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { plannedAt, replanned } from '../../src-main/contract/plan.ts'
import { initialSettings, parseRecipe } from '../../src-main/contract/recipe.ts'
import type { RunDetail, SteeringCommand, SteeringEvent } from '../../src-main/contract/records.ts'
import type { Stage } from '../../src-main/contract/stages.ts'
import { keepReport } from '../../src-main/host/reports.ts'
import { checkCommand } from '../../src-main/host/steering-rules.ts'
import { openForWriting } from '../../src-main/store/database.ts'
import { migrate } from '../../src-main/store/migrations.ts'
import { recipeAt } from '../../src-main/store/plan.ts'
import { detailOf, findRun, insertRun } from '../../src-main/store/runs.ts'
import { beginStage, insertStages } from '../../src-main/store/stages.ts'
import { insertEvent } from '../../src-main/store/steering.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

const config = parseRecipe(
  {
    name: 'three',
    title: 'Three',
    task: { sum: 1 },
    stages: ['a', 'b', 'c'].map((name) => ({ kind: 'grpo', name, steps: 4 })),
  },
  'the test recipe',
)
const { stages } = config
const extra: Stage = { ...stages[0], name: 'extra', steps: 2 }
const names = (plan: readonly Stage[]) => plan.map(({ name }) => name)
const plan = (
  current: number,
  kind: SteeringEvent['kind'],
  detail?: SteeringEvent['detail'],
  of: readonly Stage[] = stages,
) => names(replanned(of, current, { kind, detail }))

describe('a plan changed by hand', () => {
  it('repeats the stage that the run is in, under a name of its own', () => {
    expect(plan(1, 'repeat-stage')).toEqual(['a', 'b', 'b (2)', 'c'])
    const twice = replanned(replanned(stages, 1, { kind: 'repeat-stage' }), 2, { kind: 'repeat-stage' })
    expect(names(twice)).toEqual(['a', 'b', 'b (2)', 'b (3)', 'c'])
  })

  it('skips a stage to come, and takes one in anywhere after the present one', () => {
    expect(plan(0, 'skip-stage', { stage: 1 })).toEqual(['a', 'c'])
    expect(plan(0, 'insert-stage', { stage: 1, insert: extra })).toEqual(['a', 'extra', 'b', 'c'])
    expect(plan(2, 'insert-stage', { stage: 3, insert: extra })).toEqual(['a', 'b', 'c', 'extra'])
  })

  it.each([
    ['skip-stage', { stage: 1 }],
    ['skip-stage', { stage: 3 }],
    ['skip-stage', undefined],
    ['insert-stage', { stage: 1, insert: extra }],
    ['insert-stage', { stage: 4, insert: extra }],
  ] as const)('is not one of what was: %s %j in the second stage', (kind, detail) => {
    expect(() => plan(1, kind, detail)).toThrow(RangeError)
  })

  it('is at each step what had come into force by then', () => {
    const event = (effectiveStep: number | null, kind: SteeringEvent['kind'], detail: object) =>
      ({ kind, effectiveStep, detail, refused: null }) as SteeringEvent
    const events = [
      event(3, 'repeat-stage', { current: 0 }),
      event(null, 'skip-stage', { stage: 2 }),
      event(7, 'skip-stage', { stage: 3, current: 1 }),
    ]
    expect(names(plannedAt(stages, events, 2))).toEqual(['a', 'b', 'c'])
    expect(names(plannedAt(stages, events, 3))).toEqual(['a', 'a (2)', 'b', 'c'])
    expect(names(plannedAt(stages, events, 99))).toEqual(['a', 'a (2)', 'b'])
  })
})

describe('a wish about the plan', () => {
  const run = {
    number: 1,
    status: 'running',
    config,
    stage: 1,
    pending: [],
    settings: initialSettings(config),
  } as unknown as RunDetail
  const ask = (command: SteeringCommand, more: object = {}) => checkCommand({ ...run, ...more }, command)

  it('is refused where it is about no stage to come, makes no recipe, or another waits', () => {
    expect(() => ask({ kind: 'skip-stage', detail: { stage: 1 } })).toThrow('Stage 2 of Run #1 is not to come')
    const wrong = { ...extra, steps: 0 } as Stage
    expect(() => ask({ kind: 'insert-stage', detail: { stage: 2, insert: wrong } })).toThrow('stages.2.steps')
    const asks = { ...stages[1], gate: { metric: 'accuracy', evaluations: 1, onReach: 'ask' } } as Stage
    const gated = { config: { ...config, stages: [stages[0], asks, stages[2]] } }
    expect(() => ask({ kind: 'skip-stage', detail: { stage: 2 } }, gated)).toThrow('there is no stage after it')
    const pending = [{ kind: 'repeat-stage' }]
    expect(() => ask({ kind: 'repeat-stage' }, { pending })).toThrow('is about to change')
    expect(ask({ kind: 'repeat-stage' })).toBeUndefined()
    expect(ask({ kind: 'insert-stage', detail: { stage: 3, insert: extra } })).toBeUndefined()
  })
})

it('a confirmed change is on record with its place, and in the stages and the recipe from then on', () => {
  const path = join(temporaryFolder(), 'studio.db')
  const db = openForWriting(path)
  onTestFinished(() => void db.close())
  migrate(db, path)
  const id = '0001-three'
  insertRun(db, { number: 1, id, config, backendWanted: null, createdAt: '', settings: initialSettings(config) })
  insertStages(db, 1, config)
  beginStage(db, 1, 0, 1)
  const key = { number: 1, id }
  const settings = initialSettings(config)
  const confirm = (command: SteeringCommand, effectiveStep: number) => {
    const event = insertEvent(db, 1, command, '', effectiveStep - 1)
    return keepReport(db, key, { type: 'applied', id: event, effectiveStep, before: {}, refused: null, settings }, '')
  }
  expect(confirm({ kind: 'insert-stage', detail: { stage: 1, insert: extra } }, 3)).toMatchObject([
    { type: 'steering', event: { kind: 'insert-stage', effectiveStep: 3, detail: { stage: 1, current: 0 } } },
    { type: 'stages', stages: [{ name: 'a' }, { name: 'extra', plannedSteps: 2 }, { name: 'b' }, { name: 'c' }] },
  ])
  keepReport(db, key, { type: 'stage-ended', stage: 0, lastStep: 4, reason: 'steps' }, '')
  keepReport(db, key, { type: 'stage-began', stage: 1, firstStep: 5, settings }, '')
  confirm({ kind: 'skip-stage', detail: { stage: 3 } }, 6)
  const row = findRun(db, id)!
  expect(names(recipeAt(db, row).stages)).toEqual(['a', 'extra', 'b'])
  expect(names(recipeAt(db, row, 5).stages)).toEqual(['a', 'extra', 'b', 'c'])
  expect(names(recipeAt(db, row, 2).stages)).toEqual(['a', 'b', 'c'])
  expect(detailOf(db, row, '')).toMatchObject({
    stage: 1,
    stageName: 'extra',
    stageCount: 3,
    totalSteps: 10,
    stages: [{ lastStep: 4 }, { firstStep: 5 }, { firstStep: null }],
  })
})
