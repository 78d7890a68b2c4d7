/** Texts as they are stored, and which of them stay when a run keeps less than all. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { keepAll, retentionSchema } from '../../src-main/contract/retention.ts'
import { moveAfter } from '../../src-main/store/abandon.ts'
import { insertAlert } from '../../src-main/store/alerts.ts'
import { insertTokens, tokensOfGroup } from '../../src-main/store/completion-tokens.ts'
import { type Db, openForWriting } from '../../src-main/store/database.ts'
import { exportRun } from '../../src-main/store/export.ts'
import { extremeSamples } from '../../src-main/store/extremes.ts'
import { eachCompletion, groupOf, insertGroups } from '../../src-main/store/groups.ts'
import { migrate, migrations } from '../../src-main/store/migrations.ts'
import { packed, packedFrom, unpacked } from '../../src-main/store/packing.ts'
import { queries } from '../../src-main/store/queries.ts'
import {
  countSome,
  defaultRetention,
  putDefaultRetention,
  putRetention,
  retentionOf,
  retentionPlan,
  textsOf,
} from '../../src-main/store/retention.ts'
import { findRun, insertRun } from '../../src-main/store/runs.ts'
import { labelSample } from '../../src-main/store/sample-labels.ts'
import { deleteStepsAfter, insertStep } from '../../src-main/store/steps.ts'
import { drawnAt, stepsToThin, thinStep } from '../../src-main/store/thinning.ts'
import { recipeOf, stepReport } from '../host/support/records.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

let db: Db
const STEPS = 30
const SAMPLES = 16
const never = Number.POSITIVE_INFINITY
const long = (seed: number) =>
  Array.from({ length: 300 }, (_, i) => `word ${(seed * 7 + i * i) % 997} and so`).join(' ')

function groupAt(step: number, group: number) {
  const completions = Array.from({ length: SAMPLES }, (_, sample) => ({
    sample,
    text: sample % 4 === 0 ? `short ${step} ${sample}` : long(step * 100 + sample),
    tokens: 20 + sample,
    finishReason: 'stop' as const,
    reward: (sample * 7 + step + group) % SAMPLES,
    advantage: 0,
    parts: {},
  }))
  return {
    group,
    prompt: `p${step}`,
    answer: '',
    kind: '',
    meanReward: 1,
    stdReward: 1,
    zeroSpread: false,
    completions,
  }
}

beforeEach(() => {
  const path = join(temporaryFolder(), 'studio.db')
  db = openForWriting(path)
  migrate(db, path)
  const config = recipeOf()
  db.transaction(() => {
    for (const number of [1, 2])
      insertRun(db, { number, id: `r${number}`, config, backendWanted: null, createdAt: '', settings: {} as never })
    for (let step = 1; step <= STEPS; step++)
      insertStep(db, 1, stepReport(step, { groups: [0, 1].map((g) => groupAt(step, g)) as never }), step)
  })()
  return () => db.close()
})

/** All that is to be done. */
function thin(run = 1): void {
  for (;;) {
    const steps = stepsToThin(db, run, retentionOf(db, run), 4)
    if (steps.length === 0) return
    db.transaction(() => {
      for (const step of steps) thinStep(db, run, step, never)
    })()
  }
}
const keep = (given: object, run = 1) => putRetention(db, run, retentionSchema.parse(given))
const keptOf = (step: number) => [...eachCompletion(db, 1)].filter((one) => one.step === step && one.text !== null)
const bytesStored = () =>
  db
    .prepare(
      `SELECT (SELECT sum(octet_length(packed)) FROM packed_texts) + (SELECT sum(octet_length(text)) FROM completions)`,
    )
    .pluck()
    .get() as number

describe('packing', () => {
  test('gives every text back, and leaves short ones as they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 0, maxLength: 400 }),
        fc.integer({ min: 1, max: 9 }),
        (part, times) => {
          const text = part.repeat(times)
          const bytes = packed(text)
          if (text.length < packedFrom) expect(bytes).toBeUndefined()
          else expect(unpacked(bytes!)).toBe(text)
        },
      ),
      { numRuns: 60 },
    )
    expect(packed('x'.repeat(packedFrom - 1))).toBeUndefined()
    expect(packed(long(1))!.length).toBeLessThan(long(1).length / 2)
  })

  test('is not seen by whoever reads', () => {
    const [group] = stepReport(1, { groups: [groupAt(1, 0)] as never }).groups
    expect(groupOf(db, 1, 1, 0)!.completions.map(({ text }) => text)).toEqual(group.completions.map(({ text }) => text))
    const [moment] = queries.promptHistory(db, '', 'r1', 'p3')
    expect(moment.samples[1].text).toBe(long(301))
    expect(db.prepare('SELECT count(*) FROM packed_texts').pluck().get()).toBe(STEPS * 2 * 12)
  })

  test('of a long text only the beginning is handed out with all of its prompt', () => {
    const text = 'é'.repeat(9000)
    const group = groupAt(40, 0)
    group.completions[0].text = text
    insertStep(db, 1, stepReport(40, { groups: [group] as never }), 40)
    const [{ samples }] = queries.promptHistory(db, '', 'r1', 'p40')
    expect(samples[0]).toMatchObject({ cut: true, text: text.slice(0, 8000) })
    const whole = queries.moment(db, '', 'r1', { prompt: 'p40', source: 'train', step: 40, group: 0 })!
    expect(whole.samples[0].text).toBe(text)
  })
})

describe('what a run keeps', () => {
  test('is all, unless it is told otherwise', () => {
    expect(retentionOf(db, 1)).toEqual(keepAll)
    expect(stepsToThin(db, 1, keepAll, 10)).toEqual([])
    expect(textsOf(db, 1)).toMatchObject({ kept: STEPS * 32, gone: 0, bytes: bytesStored() })
  })

  test('a share of each step but the newest, with the best, the worst, what an alert names and what a person labelled', () => {
    const alert = { at: '', kind: 'length-growth', message: 'm', hint: '' } as const
    insertAlert(db, 1, { ...alert, step: 9, evidence: [{ step: 8, group: 1, sample: 5 }] })
    labelSample(db, 1, { step: 4, group: 0, sample: 11 }, { label: 'hacking', note: '' }, '')
    keep({ share: 0.1, newest: 10 })
    thin()
    for (let step = 1; step <= STEPS; step++) {
      const kept = keptOf(step).map(({ group, sample }) => `${group} ${sample}`)
      if (step > 20) {
        expect(kept.length).toBe(32)
        continue
      }
      const all = [...eachCompletion(db, 1)].filter((one) => one.step === step)
      const drawn = all.filter((one) => drawnAt({ run: 1, step, grp: one.group, sample: one.sample }) < 0.1)
      const [best, worst] = [Math.max, Math.min].map(
        (of) => all.find((one) => one.reward === of(...all.map(({ reward }) => reward)))!,
      )
      const named = step === 8 ? ['1 5'] : step === 4 ? ['0 11'] : []
      const expected = [...drawn, best, worst].map(({ group, sample }) => `${group} ${sample}`)
      expect(new Set(kept)).toEqual(new Set([...expected, ...named]))
      // the texts that are left are whole, and every number is there
      for (const { sample, text } of keptOf(step)) expect(text).toBe(groupAt(step, 0).completions[sample].text)
      expect(all.map(({ tokens, reward }) => [tokens, reward])).toEqual(
        [0, 1].flatMap((g) => groupAt(step, g).completions.map(({ tokens, reward }) => [tokens, reward])),
      )
    }
    expect(textsOf(db, 1)).toMatchObject({ bytes: bytesStored() })
    const { kept, gone } = textsOf(db, 1)
    expect(kept + gone).toBe(STEPS * 32)
  })

  test('a smaller share is a part of a larger one, and halfway is gone on with', () => {
    const places = () =>
      [...eachCompletion(db, 1)]
        .filter(({ text }) => text !== null)
        .map(({ step, group, sample }) => `${step} ${group} ${sample}`)
    keep({ share: 0.5, newest: 1 })
    const [first] = stepsToThin(db, 1, retentionOf(db, 1), 1)
    // out of time after sixteen texts
    while (!thinStep(db, 1, first, 0)) expect(textsOf(db, 1).bytes).toBe(bytesStored())
    thin()
    const half = new Set(places())
    keep({ share: 0.2, newest: 1 })
    thin()
    expect(places().length).toBeLessThan(half.size)
    for (const place of places()) expect(half.has(place)).toBe(true)
  })

  test('a budget halves what the oldest keep, down to what always stays', () => {
    const budget = Math.round(bytesStored() / 3)
    putRetention(db, 1, { share: 1, newest: 5, budget })
    thin()
    expect(textsOf(db, 1).bytes).toBeLessThanOrEqual(budget)
    const shares = db.prepare('SELECT share FROM step_texts WHERE run = 1 ORDER BY step').pluck().all() as number[]
    expect(shares.slice(0, -5)).toEqual(shares.slice(0, -5).toSorted((a, b) => a - b))
    expect(shares.slice(-5)).toEqual([1, 1, 1, 1, 1])
    putRetention(db, 1, { share: 1, newest: 5, budget: 1 })
    thin()
    for (let step = 1; step <= 25; step++) expect(keptOf(step).length).toBe(2)
    expect(keptOf(26).length).toBe(32)
  })

  test('log-probabilities go with their texts', () => {
    const tokens = { texts: ['a'], logProbs: [-1] }
    for (let sample = 0; sample < SAMPLES; sample++) insertTokens(db, 1, { step: 2, group: 0 }, sample, tokens)
    keep({ share: 0, newest: 1 })
    thin()
    const kept = keptOf(2).filter(({ group }) => group === 0)
    expect([...tokensOfGroup(db, 1, { step: 2, group: 0 }).keys()]).toEqual(kept.map(({ sample }) => sample))
  })

  test('a group that comes late is thinned too', () => {
    keep({ share: 0, newest: 1 })
    thin()
    insertGroups(db, 1, 5, [groupAt(5, 2)] as never)
    expect(keptOf(5).length).toBe(SAMPLES + 2)
    thin()
    expect(keptOf(5).length).toBe(2)
  })

  test('is planned for before it is done', () => {
    const before = textsOf(db, 1)
    const planned = retentionPlan(db, 1, retentionSchema.parse({ share: 0.1, newest: 10 }))
    keep({ share: 0.1, newest: 10 })
    thin()
    const after = textsOf(db, 1)
    expect(planned.texts).toBe(Math.round(0.9 * 20 * 32))
    expect(Math.abs(before.bytes - after.bytes - planned.bytes)).toBeLessThan(0.2 * planned.bytes)
    expect(retentionPlan(db, 1, retentionOf(db, 1))).toEqual({ texts: 0, bytes: 0 })
    expect(retentionPlan(db, 1, { share: 1, newest: 10, budget: after.bytes * 2 })).toEqual({ texts: 0, bytes: 0 })
  })

  test('new runs begin with the default', () => {
    putDefaultRetention(db, { share: 0.25, newest: 9, budget: null })
    const config = recipeOf()
    insertRun(db, { number: 3, id: 'r3', config, backendWanted: null, createdAt: '', settings: {} as never })
    expect(retentionOf(db, 3)).toEqual({ share: 0.25, newest: 9, budget: null })
    putDefaultRetention(db, keepAll)
    expect(defaultRetention(db)).toEqual(keepAll)
    expect(retentionOf(db, 1)).toEqual(keepAll)
  })
})

describe('a text that was not kept', () => {
  beforeEach(() => {
    keep({ share: 0, newest: 1 })
    thin()
  })

  test('is said to be so wherever it is read', () => {
    const { completions } = queries.group(db, '', 'r1', 5, 0)
    expect(completions.some(({ text }) => text === null)).toBe(true)
    expect(completions.every(({ text, tokens }) => text !== '' && tokens !== null)).toBe(true)
    const [moment] = queries.promptHistory(db, '', 'r1', 'p5')
    expect(moment.samples.map(({ text }) => text)).toEqual(completions.map(({ text }) => text))
    expect(extremeSamples(db, 1, 'best', 100).every(({ text }) => text !== null)).toBe(true)
    expect(extremeSamples(db, 1, 'worst', 100).map(({ step }) => step)[0]).toBe(STEPS)
  })

  test('is null in an export, with a column that tells it from an empty one', () => {
    const folder = temporaryFolder()
    for (const format of ['jsonl', 'csv', 'parquet'] as const) {
      exportRun(db, findRun(db, 'r1')!, format, folder)
      expect(existsSync(join(folder, `completions.${format}`))).toBe(true)
    }
  })

  test('goes with its step, and moves with it', () => {
    db.transaction(() => moveAfter(db, 1, 2, 20))()
    expect(textsOf(db, 1).kept + textsOf(db, 1).gone).toBe(20 * 32)
    expect(textsOf(db, 2).kept + textsOf(db, 2).gone).toBe(10 * 32)
    expect(groupOf(db, 2, STEPS, 0)!.completions[1].text).toBe(groupAt(STEPS, 0).completions[1].text)
    deleteStepsAfter(db, 1, 0)
    expect(textsOf(db, 1)).toMatchObject({ kept: 0, gone: 0, bytes: 0 })
    expect(db.prepare('SELECT count(*) FROM packed_texts WHERE run = 1').pluck().get()).toBe(0)
  })
})

test('steps of an earlier version are read as before, and counted when their run is to keep less', () => {
  const path = join(temporaryFolder(), 'old.db')
  const old = openForWriting(path)
  migrate(old, path, migrations.slice(0, 15))
  old.exec(`
    INSERT INTO runs (number, id, name, config, status, created_at, settings) VALUES (1, 'r1', 'a', '{}', 'finished', '', '{}');
    INSERT INTO steps (run, step, stage, at, seconds, settings) VALUES (1, 1, 0, '', 1, '{}'), (1, 2, 0, '', 1, '{}');
    INSERT INTO groups (run, step, grp, prompt, answer, kind, zero_spread) VALUES (1, 1, 0, 'p', '2', 'sum', 0);
    INSERT INTO completions (run, step, grp, sample, text, parts) VALUES (1, 1, 0, 0, '${long(1)}', '{}'), (1, 1, 0, 1, '', '{}');`)
  migrate(old, path)
  const given = retentionSchema.parse({ share: 0, newest: 1 })
  expect(groupOf(old, 1, 1, 0)!.completions.map(({ text }) => text)).toEqual([long(1), ''])
  expect(retentionPlan(old, 1, given)).toEqual({ texts: 2, bytes: long(1).length })
  putRetention(old, 1, given)
  while (countSome(old, 1, 1));
  expect(textsOf(old, 1)).toMatchObject({ kept: 2, gone: 0, bytes: long(1).length })
  for (const step of stepsToThin(old, 1, given, 5)) thinStep(old, 1, step, never)
  expect(groupOf(old, 1, 1, 0)!.completions.map(({ text }) => text)).toEqual([null, null])
  expect(old.pragma('integrity_check', { simple: true })).toBe('ok')
  old.close()
})
