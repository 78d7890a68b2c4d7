import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Metrics } from '../../src-main/contract/metrics.ts'
import { initialSettings } from '../../src-main/contract/recipe.ts'
import type { AlertRecord } from '../../src-main/contract/records.ts'
import { defaultSettings } from '../../src-main/contract/settings.ts'
import { alertsOf, deleteAlertsAfter, insertAlert } from '../../src-main/store/alerts.ts'
import { putCheckpoint } from '../../src-main/store/checkpoints.ts'
import { type Db, openForWriting } from '../../src-main/store/database.ts'
import { putEvaluation } from '../../src-main/store/evaluations.ts'
import { metricColumns } from '../../src-main/store/metrics.ts'
import { migrate } from '../../src-main/store/migrations.ts'
import { queries } from '../../src-main/store/queries.ts'
import { findRun, insertRun, markInterrupted, updateRun } from '../../src-main/store/runs.ts'
import { beginStage, endStage, insertStages, rewindStages, stagesOf } from '../../src-main/store/stages.ts'
import { confirmEvent, insertEvent, isStaying, openEvents, refuseEvents } from '../../src-main/store/steering.ts'
import { deleteStepsAfter, eachStep, insertStep } from '../../src-main/store/steps.ts'
import { evaluationReport, recipeOf, stepReport } from '../host/support/records.ts'
import { temporaryFolder } from '../host/support/temporary.ts'
import { processorTime } from '../support/processor-time.ts'

let db: Db
const id = '0001-test'

beforeEach(() => {
  const path = join(temporaryFolder(), 'studio.db')
  db = openForWriting(path)
  migrate(db, path)
  const config = recipeOf()
  insertRun(db, {
    number: 1,
    id,
    config,
    backendWanted: null,
    createdAt: '2026-01-01',
    settings: initialSettings(config),
  })
  insertStages(db, 1, config)
  return () => db.close()
})

describe('a step', () => {
  test('comes back as it went in', () => {
    const report = stepReport(1)
    insertStep(db, 1, report, 2.5)
    const { groups, metrics } = report
    expect(queries.groupsOfStep(db, '', id, 1)).toEqual(groups.map(({ completions: _, ...group }) => group))
    expect(queries.group(db, '', id, 1, 1)).toEqual(groups[1])
    const { series } = queries.metrics(db, '', id, undefined, 0)
    expect(series).toEqual(Object.fromEntries(Object.entries(metrics).map(([name, value]) => [name, [value]])))
    expect([...eachStep(db, 1)]).toEqual([
      { step: 1, stage: 0, at: report.at, seconds: 2.5, settings: defaultSettings },
    ])
  })

  test('keeps what a verifier needs of a problem, once a prompt', () => {
    const data = { puzzle: 'countdown', numbers: [38, 20], target: 58 }
    for (const step of [1, 2]) {
      const report = stepReport(step)
      const [first, second] = report.groups
      insertStep(db, 1, { ...report, groups: [{ ...first, prompt: '38,20:58=', data }, second] }, step)
    }
    expect(queries.problemData(db, '', id, '38,20:58=')).toEqual(data)
    expect(queries.problemData(db, '', id, stepReport(1).groups[1].prompt)).toBeUndefined()
    expect(db.prepare('SELECT count(*) AS rows FROM problem_data').get()).toEqual({ rows: 1 })
    // groups travel to windows without it
    expect(queries.group(db, '', id, 1, 0)).not.toHaveProperty('data')
  })

  test('keeps every bit of a metric, and a gap for what is not finite', () => {
    const metrics = { ...stepReport(1).metrics, kl: Number.NaN, loss: Number.NEGATIVE_INFINITY, reward: 0.1 + 0.2 }
    insertStep(db, 1, stepReport(1, { metrics }), 1)
    insertStep(db, 1, stepReport(2), 2)
    const columns = metricColumns(db, 1, ['reward', 'kl', 'loss', 'unknown'], 0)
    expect(columns).toEqual({
      steps: [1, 2],
      seconds: [1, 2],
      series: {
        reward: [0.30000000000000004, stepReport(2).metrics.reward],
        kl: [null, stepReport(2).metrics.kl],
        loss: [null, stepReport(2).metrics.loss],
      },
    })
    expect(metricColumns(db, 1, ['reward'], 1).steps).toEqual([2])
  })

  test('a metric that only some steps have shows gaps at the others', () => {
    for (const step of [1, 2, 3]) {
      const { kl, ...without } = stepReport(step).metrics
      insertStep(db, 1, stepReport(step, { metrics: (step === 2 ? { ...without, kl } : without) as Metrics }), step)
    }
    expect(metricColumns(db, 1, ['kl'], 0).series.kl).toEqual([null, stepReport(2).metrics.kl, null])
  })

  test('goes in whole or not at all', () => {
    const broken = stepReport(1)
    broken.groups[1].completions[2] = { ...broken.groups[1].completions[2], sample: 0 }
    expect(() => db.transaction(() => insertStep(db, 1, broken, 1))()).toThrow(/UNIQUE/)
    for (const table of ['steps', 'metrics', 'groups', 'completions']) {
      expect(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()).toEqual({ n: 0 })
    }
  })

  test('goes with all that belongs to it when a run is taken back', () => {
    for (const step of [1, 2, 3]) insertStep(db, 1, stepReport(step), step)
    deleteStepsAfter(db, 1, 1)
    expect(metricColumns(db, 1, undefined, 0).steps).toEqual([1])
    const left = (table: string) => db.prepare(`SELECT DISTINCT step FROM ${table}`).pluck().all()
    for (const table of ['steps', 'metrics', 'groups', 'completions']) expect(left(table)).toEqual([1])
    insertStep(db, 1, stepReport(2), 2)
  })
})

describe('metrics', () => {
  test('a million points are read within a second of processor time', () => {
    const steps = 40_000
    db.transaction(() => {
      db.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${steps})
        INSERT INTO steps SELECT 1, i, 0, '', i, '{}', 1 FROM n`)
      for (let metric = 1; metric <= 25; metric++) {
        db.exec(`INSERT INTO metric_names VALUES (${metric}, 'm${metric}');
          INSERT INTO metrics SELECT 1, ${metric}, step, step * 0.5 FROM steps`)
      }
    })()
    const started = processorTime()
    const { series } = metricColumns(db, 1, undefined, 0)
    expect(processorTime() - started).toBeLessThan(1000)
    expect(Object.keys(series)).toHaveLength(25)
    expect(series.m25.at(-1)).toBe(steps / 2)
  })
})

describe('the history of a prompt', () => {
  test('joins training and evaluations, oldest first', () => {
    putEvaluation(db, 1, evaluationReport(0))
    insertStep(db, 1, stepReport(1), 1)
    putEvaluation(db, 1, evaluationReport(1))
    const history = queries.promptHistory(db, '', id, '11+2=')
    expect(history.map((h) => [h.source, h.step, h.group])).toEqual([
      ['evaluation', 0, null],
      ['train', 1, 1],
      ['evaluation', 1, null],
    ])
    expect(history[1].samples.map((s) => s.correct)).toEqual([true, false, false])
    expect(history[2].samples).toMatchObject([{ correct: false, reward: null, parts: null }])
  })
})

describe('evaluations', () => {
  test('come back as they went in; one of the same step is replaced', () => {
    putEvaluation(db, 1, evaluationReport(5))
    putEvaluation(db, 1, { ...evaluationReport(5), accuracy: 0.75 })
    const { samples, ...summary } = evaluationReport(5)
    expect(queries.evaluations(db, '', id)).toEqual([{ ...summary, accuracy: 0.75 }])
    expect(queries.evaluationSamples(db, '', id, 5, 100)).toEqual(samples)
    expect(queries.evaluationSamples(db, '', id, 5, 1)).toEqual(samples.slice(0, 1))
  })
})

describe('stages', () => {
  test('the total follows a stage left early or stayed in', () => {
    const total = () => queries.run(db, '', id).totalSteps
    expect(total()).toBe(10)
    beginStage(db, 1, 0, 1)
    endStage(db, 1, 0, 2, 'steered')
    beginStage(db, 1, 1, 3)
    updateRun(db, 1, { step: 2, stage: 1 })
    expect(total()).toBe(8)
    updateRun(db, 1, { step: 11 })
    expect(total()).toBe(11)
  })

  test('are as they were within a stage when a run is taken back into it', () => {
    beginStage(db, 1, 0, 1)
    endStage(db, 1, 0, 4, 'steps')
    beginStage(db, 1, 1, 5)
    endStage(db, 1, 1, 7, 'stopped')
    rewindStages(db, 1, 1)
    expect(stagesOf(db, 1)).toMatchObject([
      { firstStep: 1, lastStep: 4, endReason: 'steps' },
      { firstStep: 5, lastStep: null, endReason: null },
    ])
    rewindStages(db, 1, 0)
    expect(stagesOf(db, 1)).toMatchObject([{ firstStep: 1, lastStep: null, endReason: null }, { firstStep: null }])
    beginStage(db, 1, 0, 9)
    expect(stagesOf(db, 1)).toMatchObject([{ firstStep: 1 }, {}])
  })
})

describe('alerts', () => {
  test('of the course of the metrics go with the steps that a run is taken back over, others stay', () => {
    const kinds: AlertRecord['kind'][] = ['kl-jump', 'sampler-gap', 'engine-died', 'disk-full']
    for (const step of [4, 5]) {
      for (const kind of kinds)
        insertAlert(db, 1, { step, at: '2026-01-01', kind, message: 'm', hint: 'h', evidence: [] })
    }
    deleteAlertsAfter(db, 1, 4)
    expect(alertsOf(db, 1).map((a) => [a.step, a.kind])).toEqual([
      ...kinds.map((kind) => [4, kind]),
      [5, 'engine-died'],
      [5, 'disk-full'],
    ])
  })
})

describe('settings kept by an earlier version', () => {
  test('get the defaults of what did not exist then', () => {
    const { topK: _, minP: __, ...earlier } = { ...defaultSettings, beta: 0.5 }
    db.prepare('UPDATE runs SET settings = ?').run(JSON.stringify(earlier))
    expect(queries.run(db, '', id).settings).toEqual({ ...defaultSettings, beta: 0.5 })
  })
})

describe('steering events', () => {
  test('are open until they are confirmed or refused', () => {
    const set = insertEvent(db, 1, { kind: 'set', changes: { beta: 0 }, note: 'why not' }, '2026-01-01', 3)
    const pause = insertEvent(db, 1, { kind: 'pause' }, '2026-01-01', 3)
    expect(openEvents(db, 1, id).map((e) => e.id)).toEqual([set, pause])
    confirmEvent(db, 1, set, 4, { beta: 0.001 }, null)
    refuseEvents(db, 1, ['pause'], 'too late')
    expect(openEvents(db, 1, id)).toEqual([])
    expect(queries.events(db, '', id)).toMatchObject([
      { kind: 'set', changes: { beta: 0 }, note: 'why not', effectiveStep: 4, before: { beta: 0.001 }, refused: null },
      { kind: 'pause', effectiveStep: null, refused: 'too late' },
    ])
  })

  test('staying is the last confirmed word on the matter', () => {
    confirmEvent(db, 1, insertEvent(db, 1, { kind: 'stay' }, '', 2), 3, {}, null)
    expect(isStaying(db, 1, 2)).toBe(false)
    expect(isStaying(db, 1, 3)).toBe(true)
    confirmEvent(db, 1, insertEvent(db, 1, { kind: 'next-stage' }, '', 6), 7, {}, null)
    expect(isStaying(db, 1, 6)).toBe(true)
    expect(isStaying(db, 1, 7)).toBe(false)
  })
})

describe('runs', () => {
  test('are found by id, ordinal and "last"; a wrong name is quoted', () => {
    for (const name of [id, '1', '#1', 'last']) expect(findRun(db, name)?.id).toBe(id)
    expect(() => queries.run(db, '', '2')).toThrow(
      expect.objectContaining({ code: 'not-found', message: 'There is no run "2".' }),
    )
    expect(() => queries.group(db, '', '1', 8, 3)).toThrow('Run #1 has no group 3 in step 8.')
  })

  test('those that count as going are interrupted once no engine lives', () => {
    updateRun(db, 1, { status: 'paused' })
    expect(markInterrupted(db, '2026-02-02')).toEqual([1])
    expect(queries.run(db, '/data', id)).toMatchObject({ status: 'interrupted', endedAt: '2026-02-02' })
    expect(markInterrupted(db, '2026-02-03')).toEqual([])
  })

  test('checkpoints and alerts are listed oldest first', () => {
    for (const step of [20, 10]) putCheckpoint(db, 1, { step, at: '', folder: `checkpoints/step-${step}`, bytes: 1 })
    expect(queries.checkpoints(db, '', id).map((c) => c.step)).toEqual([10, 20])
    const evidence = [{ step: 2, group: 3, sample: 5 }]
    const alert = insertAlert(db, 1, { step: 2, at: '', kind: 'kl-jump', message: 'm', hint: 'h', evidence })
    expect(alert.evidence).toEqual(evidence)
    expect(queries.alerts(db, '', id)).toEqual([alert])
  })
})
