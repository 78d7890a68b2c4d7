/** The search of completions against the plain definition: filter all of them, sort, and compare. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { SampledGroup } from '../../src-main/contract/records.ts'
import { isRight } from '../../src-main/contract/rewards.ts'
import { type Trace, type TracePage, type TraceQuery, traceQuery, traceSorts } from '../../src-main/contract/traces.ts'
import { type Db, openForWriting } from '../../src-main/store/database.ts'
import { eachCompletion } from '../../src-main/store/groups.ts'
import { migrate } from '../../src-main/store/migrations.ts'
import { queries } from '../../src-main/store/queries.ts'
import { insertRun } from '../../src-main/store/runs.ts'
import { beginStage, endStage, insertStages } from '../../src-main/store/stages.ts'
import { insertStep } from '../../src-main/store/steps.ts'
import { thinStep } from '../../src-main/store/thinning.ts'
import { recipeOf, stepReport } from '../host/support/records.ts'

let db: Db
let all: Trace[]
let ofFork: Trace[]
const runId = '0001-test'
/** A fork of a fork: it has steps 1 to 30 of the first run, 31 to 35 of the one between, and 36 to 44 itself. */
const forkId = '0004-fork'
const words = ['<think>12+34=46', 'Wait', '100 %', 'a_b', "it's", '第二', 'x'.repeat(40)]

function groupAt(step: number, position: number): SampledGroup {
  const completions = [0, 1, 2].map((sample) => {
    const i = step * 31 + position * 7 + sample
    const right = i % 3 === 0
    return {
      sample,
      // every fifth is long, and lies packed
      text: `${words[i % words.length]} ${' so '.repeat(i % 5 === 0 ? 300 : 0)}${words[(i * 5 + 1) % words.length]} <answer>${i}</answer>`,
      tokens: i % 17,
      finishReason: i % 5 === 0 ? ('length' as const) : ('stop' as const),
      reward: i % 11 === 0 ? Number.NaN : (i % 7) / 4,
      advantage: (i % 13) - 6,
      parts: { accuracy: { value: i % 13 === 0 ? null : right ? 1 : 0, weight: 1, reason: '' } },
      ...(i % 4 > 0 && { language: ['', 'en', 'zh', 'und'][i % 4] }),
    }
  })
  const own = { group: position, prompt: `${position}+${step % 4}=`, answer: '1', kind: 'sum' }
  const figures = { meanReward: 0, stdReward: 1, zeroSpread: false, advantages: [], rewards: [] }
  return { ...own, ...figures, completions } as SampledGroup
}

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'traces-'))
  const path = join(folder, 'studio.db')
  db = openForWriting(path)
  migrate(db, path)
  const config = recipeOf()
  insertRun(db, { number: 1, id: runId, config, backendWanted: null, createdAt: '', settings: {} as never })
  insertStages(db, 1, config)
  beginStage(db, 1, 0, 1)
  endStage(db, 1, 0, 12, 'steps')
  beginStage(db, 1, 1, 13)
  for (let step = 1; step <= 40; step++)
    insertStep(db, 1, stepReport(step, { groups: [0, 1].map((g) => groupAt(step, g)) }), step)
  fork(3, 1, 30, 37)
  fork(4, 3, 35, 44)
  // of some steps a part is kept
  for (const step of [3, 8, 21, 33]) {
    const run = step === 33 ? 3 : 1
    expect(thinStep(db, run, { step, share: 0.5 }, Number.POSITIVE_INFINITY)).toBe(true)
  }
  const of = (run: number) => [...eachCompletion(db, run)].map((c) => ({ ...c, right: isRight(c.parts), found: null }))
  all = of(1)
  ofFork = [...all.filter((t) => t.step <= 30), ...of(3).filter((t) => t.step <= 35), ...of(4)]
  return () => {
    db.close()
    rmSync(folder, { recursive: true })
  }
})

function fork(number: number, parent: number, forkStep: number, last: number): void {
  const config = recipeOf()
  const id = number === 4 ? forkId : `000${number}-between`
  insertRun(db, {
    ...{ number, id, config, parent, forkStep },
    ...{ backendWanted: null, createdAt: '', settings: {} as never },
  })
  insertStages(db, number, config)
  beginStage(db, number, 0, 1)
  endStage(db, number, 0, 12, 'steps')
  beginStage(db, number, 1, 13)
  for (let step = forkStep + 1; step <= last; step++) {
    const groups = [0, 1].map((g) => groupAt(step + 50 * number, g))
    insertStep(db, number, stepReport(step, { groups }), step)
  }
}

const ask = (query: object): TracePage => queries.traces(db, '', traceQuery.parse({ runId, ...query }))

/** Page after page. */
function everything(query: object): Trace[] {
  const hits: Trace[] = []
  let cursor: string | null | undefined
  for (;;) {
    const page = ask({ ...query, ...(cursor ? { cursor } : {}) })
    hits.push(...page.hits)
    expect(page.searched).toBeLessThanOrEqual(page.steps)
    cursor = page.cursor
    if (cursor === null) return hits
  }
}

const place = (t: Trace) => `${t.step} ${t.group} ${t.sample}`

function expected(query: TraceQuery): string[] {
  const within = (value: number, min?: number, max?: number) =>
    (min === undefined || value >= min) && (max === undefined || value <= max)
  const found = (query.runId === forkId ? ofFork : all).filter(
    (t) =>
      (query.regex
        ? t.text !== null && new RegExp(query.text, 'ms').test(t.text)
        : query.text === '' || t.text?.toLowerCase().includes(query.text.toLowerCase())) &&
      t.prompt.includes(query.prompt) &&
      (query.right === undefined || t.right === query.right) &&
      (query.language === undefined || (t.language ?? '-') === query.language) &&
      (query.stage === undefined || (query.stage === 0 ? t.step <= 12 : query.stage === 1 && t.step > 12)) &&
      (query.finishReason === undefined || t.finishReason === query.finishReason) &&
      within(t.reward, query.minReward, query.maxReward) &&
      within(t.tokens ?? Number.NaN, query.minTokens, query.maxTokens) &&
      within(t.step, query.fromStep, query.toStep),
  )
  if (query.sort === 'oldest') return found.map(place)
  if (query.sort === 'newest') return found.reverse().map(place)
  if (query.sort === 'right' || query.sort === '-right') {
    const first = query.sort === 'right'
    return [first, !first, null].flatMap((right) => found.toReversed().filter((t) => t.right === right)).map(place)
  }
  const column = query.sort.replace('-', '') as 'reward' | 'advantage' | 'tokens' | 'prompt'
  const sign = query.sort.startsWith('-') ? 1 : -1
  const last = (value: unknown) => Number(Number.isNaN(value))
  const compared = (a: unknown, b: unknown) => (a === b ? 0 : (a as number) < (b as number) ? -1 : 1)
  return found
    .sort(
      (a, b) =>
        last(a[column]) - last(b[column]) ||
        (Number.isNaN(a[column]) ? 0 : sign * compared(a[column], b[column])) ||
        b.step - a.step ||
        a.group - b.group ||
        a.sample - b.sample,
    )
    .map(place)
}

const step = fc.option(fc.integer({ min: 0, max: 45 }), { nil: undefined })
const reward = fc.option(
  fc.integer({ min: 0, max: 6 }).map((i) => i / 4),
  { nil: undefined },
)
const length = fc.option(fc.integer({ min: 0, max: 17 }), { nil: undefined })

describe('the search', () => {
  test('finds exactly what the definition finds, in its order, whatever the page', () => {
    const query = fc.record({
      runId: fc.constantFrom(runId, forkId),
      text: fc.constantFrom('', 'wait', '100 %', 'a_b', '%', '_', "it's", '第', 'nowhere', '4'),
      regex: fc.constant(false),
      prompt: fc.constantFrom('', '0+', '1+3=', '%'),
      right: fc.constantFrom(undefined, true, false),
      language: fc.constantFrom(undefined, undefined, 'en', 'zh', 'und', '-'),
      stage: fc.constantFrom(undefined, undefined, 0, 1, 2),
      finishReason: fc.constantFrom(undefined, 'stop' as const, 'length' as const),
      ...{ minReward: reward, maxReward: reward, minTokens: length, maxTokens: length, fromStep: step, toStep: step },
      sort: fc.constantFrom(...traceSorts),
      limit: fc.constantFrom(1, 7, 100, 500),
    })
    fc.assert(
      fc.property(query, (q) => {
        expect(everything(q).map(place)).toEqual(expected(q as TraceQuery))
      }),
      { numRuns: 200 },
    )
  })

  test('takes a regular expression', () => {
    for (const text of ['^<think>\\d+\\+', '[Ww]ait|第', '(\\w)_(\\w)', '\\d{3}</answer>$'])
      expect(everything({ text, regex: true }).map(place)).toEqual(
        expected(traceQuery.parse({ runId, text, regex: true })),
      )
  })

  test('hands out the whole record', () => {
    const [hit] = ask({ limit: 1 }).hits
    expect(hit).toEqual(all.at(-1))
    const [text] = ask({ text: 'WAIT', limit: 1 }).hits
    expect(text.found).toEqual([text.text!.indexOf('Wait'), 4])
    const [match] = ask({ text: '=\\d+', regex: true, limit: 1 }).hits
    expect(match.found).toEqual([match.text!.indexOf('=46'), 3])
  })

  test('refuses what is no expression and no place, with the way out', () => {
    expect(() => ask({ text: '(', regex: true })).toThrow(
      'The search "(" cannot be used as a regular expression: Unterminated group.',
    )
    for (const text of ['(?=a)b', '(a)\\1'])
      expect(() => ask({ text, regex: true })).toThrow('lookahead and backreferences can take forever')
    for (const cursor of ['x', '1 2', '1 2 3 4', '1 2 x'])
      expect(() => ask({ cursor })).toThrow('is no place in this search')
    expect(() => ask({ runId: 'nobody' })).toThrow('There is no run "nobody".')
  })

  test('of a run without steps finds nothing', () => {
    const config = recipeOf()
    insertRun(db, { number: 2, id: '0002-empty', config, backendWanted: null, createdAt: '', settings: {} as never })
    for (const sort of traceSorts) expect(everything({ runId: '0002-empty', sort })).toEqual([])
    expect(ask({ runId: '0002-empty' })).toEqual({ hits: [], searched: 0, steps: 0, gone: 0, cursor: null })
  })
})
