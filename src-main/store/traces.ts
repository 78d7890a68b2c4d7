/** Searching the table `completions`: page by page, each in bounded time, however many there are. */
import { setFlagsFromString } from 'node:v8'
import { StudioError } from '../contract/errors.ts'
import { isRight } from '../contract/rewards.ts'
import { anyLabel, type Trace, type TracePage, type TraceQuery, unknownLanguage } from '../contract/traces.ts'
import { type Db, sql } from './database.ts'
import { type Segment, segmentsOf } from './family.ts'
import { type CompletionRow, completionColumns, completionRecord } from './groups.ts'
import { goneBetween } from './retention.ts'
import { wholeText, withTexts } from './texts.ts'

/** A page in the order of steps returns what it has after so long; milliseconds. */
const patience = 80
/** Characters of a page, after which it ends: completions of megabytes come one by one. */
const mostText = 8_000_000
/** Completions that are looked at between two looks at the clock, at most. */
const stride = 10_000
/** A window of steps grows while it takes less time than this, and shrinks when it takes four times as long; milliseconds. */
const glance = 15

type Row = CompletionRow & { step: number; prompt: string; answer: string; kind: string }

/** The part of a run's course that is searched: where its steps lie, oldest first, and the first and the last that are asked for. */
interface Course {
  segments: readonly Segment[]
  first: number
  last: number
}

/**
 * Searches the whole course of a run, that of its ancestors included.
 * @throws StudioError bad-request for a pattern that is no regular expression, or a cursor that is none of ours
 */
export function searchTraces(db: Db, run: number, query: TraceQuery): TracePage {
  defineFunctions(db)
  if (query.regex) patternOf(query.text)
  const course = courseOf(db, run, query)
  return { ...searchFor(query)(db, course, query), gone: goneIn(db, course) }
}

type Found = Omit<TracePage, 'gone'>

function searchFor({ sort }: TraceQuery): (db: Db, course: Course, query: TraceQuery) => Found {
  if (sort === 'newest' || sort === 'oldest') return inOrderOfSteps
  return sort === 'right' || sort === '-right' ? byRightness : sorted
}

const goneIn = (db: Db, { segments, first, last }: Course): number =>
  segments.reduce(
    (sum, { run, after, upTo }) => sum + goneBetween(db, run, Math.max(after + 1, first), Math.min(upTo, last)),
    0,
  )

function courseOf(db: Db, run: number, query: TraceQuery): Course {
  const bounds = sql<{ first: number | null; last: number | null }>(
    db,
    'SELECT min(step) AS first, max(step) AS last FROM steps WHERE run = ? AND step > ? AND step <= ?',
  )
  const segments = segmentsOf(db, run).flatMap((segment) => {
    const { first, last } = bounds.get(segment.run, segment.after, segment.upTo)!
    return first === null || last === null ? [] : [{ run: segment.run, after: first - 1, upTo: last }]
  })
  const stage = query.stage === undefined ? undefined : stepsOf(db, run, query.stage)
  const end = segments.at(-1)?.upTo ?? 0
  return {
    segments,
    first: Math.max((segments.at(0)?.after ?? 0) + 1, query.fromStep ?? 0, stage?.first ?? 0),
    last: Math.min(end, query.toStep ?? Number.MAX_SAFE_INTEGER, stage?.last ?? end),
  }
}

/** Its first step and its last; one that has not begun has none, and one that goes on has no last. */
function stepsOf(db: Db, run: number, stage: number): { first: number; last: number | null } {
  const row = sql<{ first: number | null; last: number | null }>(
    db,
    'SELECT first_step AS first, last_step AS last FROM stages WHERE run = ? AND stage = ?',
  ).get(run, stage)
  return row?.first == null ? { first: Number.MAX_SAFE_INTEGER, last: 0 } : { first: row.first, last: row.last }
}

const columns = `c.step, ${completionColumns}, g.prompt, g.answer, g.kind`
const tables = `${withTexts} JOIN groups g ON g.run = c.run AND g.step = c.step AND g.grp = c.grp`

/** Goes through the steps in windows, and stops when the page is full or its time is over. */
function inOrderOfSteps(db: Db, { segments, first, last }: Course, query: TraceQuery, right?: number | null): Found {
  const newest = query.sort === 'newest'
  const steps = Math.max(0, last - first + 1)
  const segmentOf = (step: number) =>
    newest ? segments.findLast(({ after }) => step > after) : segments.find(({ upTo }) => step <= upTo)
  const start = newest ? last : first
  const { rows: ofOne } = sql<{ rows: number }>(
    db,
    'SELECT count(*) AS rows FROM completions WHERE run = ? AND step = ?',
  ).get(segmentOf(start)?.run ?? 0, start)!
  const widest = Math.max(1, Math.round(stride / Math.max(ofOne, 1)))
  // texts may be long: how long it takes to look into them shows
  let window = query.text === '' ? widest : 1
  const [direction, compare] = newest ? ['DESC', '<'] : ['ASC', '>']
  const { conditions, values } = conditionsOf(query)
  const judged = right === undefined ? [] : [right]
  const statement = sql<Row>(
    db,
    `SELECT ${columns} FROM ${tables}
     WHERE c.run = ? AND c.step BETWEEN ? AND ? AND (c.step, c.grp, c.sample) ${compare} (?, ?, ?)${conditions}
       ${judged.length > 0 ? 'AND is_right(c.parts) IS ?' : ''}
     ORDER BY c.step ${direction}, c.grp ${direction}, c.sample ${direction} LIMIT ?`,
  )
  let place = query.cursor === undefined ? beginning(start, newest) : placeOf(query.cursor, 3)
  const hits: Trace[] = []
  let text = 0
  const deadline = performance.now() + patience
  for (;;) {
    const [step] = place
    if (newest ? step < first : step > last) return { hits, searched: steps, steps, cursor: null }
    const { run, after, upTo } = segmentOf(step)!
    const [low, high] = newest
      ? [Math.max(first, step - window + 1, after + 1), Math.min(step, last)]
      : [Math.max(step, first), Math.min(last, step + window - 1, upTo)]
    let full = false
    const begun = performance.now()
    for (const row of statement.iterate(run, low, high, ...place, ...values, ...judged, query.limit - hits.length)) {
      hits.push(traceOf(row, query))
      text += row.text?.length ?? 0
      full = hits.length === query.limit || text > mostText
      if (full) break
    }
    const now = performance.now()
    if (now - begun < glance) window = Math.min(widest, 2 * window)
    else if (now - begun > 4 * glance) window = Math.max(1, Math.floor(window / 2))
    const end = full ? hits[hits.length - 1] : undefined
    place = end ? [end.step, end.group, end.sample] : beginning(newest ? low - 1 : high + 1, newest)
    if (end || now > deadline) {
      // the step of the last hit counts as looked at
      const searched = (newest ? last - place[0] : place[0] - first) + Number(end !== undefined)
      return { hits, searched, steps, cursor: place.join(' ') }
    }
  }
}

/** A place before everything of a step, or after it. */
const beginning = (step: number, newest: boolean): number[] =>
  newest ? [step, Number.MAX_SAFE_INTEGER, 0] : [step, -1, 0]

/** The right ones, then the wrong ones, then those that no rule judges, or the wrong ones first: the newest first in each. */
function byRightness(db: Db, course: Course, query: TraceQuery): Found {
  const verdicts = query.sort === 'right' ? [1, 0, null] : [0, 1, null]
  const [turn, ...place] = query.cursor === undefined ? [0, ...beginning(course.last, true)] : placeOf(query.cursor, 4)
  const newest = { ...query, sort: 'newest' as const, cursor: place.join(' ') }
  const page = inOrderOfSteps(db, course, newest, verdicts[turn])
  const searched = Math.floor((turn * page.steps + page.searched) / verdicts.length)
  if (page.cursor !== null) return { ...page, searched, cursor: `${turn} ${page.cursor}` }
  if (turn === verdicts.length - 1) return { ...page, searched: page.steps }
  return { ...page, searched, cursor: [turn + 1, ...beginning(course.last, true)].join(' ') }
}

const sortedBy = {
  reward: 'c.reward',
  advantage: 'c.advantage',
  tokens: 'c.tokens',
  prompt: 'g.prompt',
} as const

/**
 * By a column: all have to be looked at, but only their numbers are sorted. What is searched for in texts is looked for in that order, so that
 * a page need not unpack them all.
 */
function sorted(db: Db, { segments, first, last }: Course, query: TraceQuery): Found {
  const column = sortedBy[query.sort.replace('-', '') as keyof typeof sortedBy]
  const direction = query.sort.startsWith('-') ? 'ASC' : 'DESC'
  const [offset] = query.cursor === undefined ? [0] : placeOf(query.cursor, 1)
  const { text: wanted, ...others } = query
  const { conditions, values } = conditionsOf({ ...others, text: '' })
  const from = query.prompt || query.label || column === 'g.prompt' ? tables : 'completions c'
  const ofSegment = `SELECT c.run, c.step, c.grp, c.sample, ${column} AS value FROM ${from}
     WHERE c.run = ? AND c.step BETWEEN ? AND ?${conditions}`
  const searched = segments.filter(({ after, upTo }) => after < last && upTo >= first)
  const found = sql<{ run: number; step: number; grp: number; sample: number }>(
    db,
    `SELECT run, step, grp, sample FROM (${searched.map(() => ofSegment).join(' UNION ALL ') || 'SELECT 0 AS run, 0 AS step, 0 AS grp, 0 AS sample, 0 AS value LIMIT 0'})
     ORDER BY value ${direction} NULLS LAST, step DESC, grp, sample LIMIT ? OFFSET ?`,
  ).all(
    ...searched.flatMap(({ run, after, upTo }) => [run, Math.max(after + 1, first), Math.min(upTo, last), ...values]),
    wanted === '' ? query.limit : stride,
    offset,
  )
  const inText = textCondition(query)
  const one = sql<Row>(
    db,
    `SELECT ${columns} FROM ${tables} WHERE c.run = ? AND c.step = ? AND c.grp = ? AND c.sample = ?${inText.condition}`,
  )
  const hits: Trace[] = []
  let looked = 0
  let text = 0
  const deadline = performance.now() + patience
  for (const { run, step, grp, sample } of found) {
    if (hits.length === query.limit || text > mostText || performance.now() > deadline) break
    looked++
    const row = one.get(run, step, grp, sample, ...inText.values)
    if (!row) continue
    hits.push(traceOf(row, query))
    text += row.text?.length ?? 0
  }
  const steps = Math.max(0, last - first + 1)
  const more = looked < found.length || found.length === (wanted === '' ? query.limit : stride)
  return { hits, searched: steps, steps, cursor: more ? String(offset + looked) : null }
}

function textCondition({ text, regex }: TraceQuery): { condition: string; values: unknown[] } {
  if (text === '') return { condition: '', values: [] }
  if (regex) return { condition: ` AND matches(?, ${wholeText}) = 1`, values: [text] }
  return { condition: ` AND ${wholeText} LIKE ? ESCAPE '\\'`, values: [likeOf(text)] }
}

function conditionsOf(query: TraceQuery): { conditions: string; values: unknown[] } {
  const parts: [string, unknown][] = []
  const when = (value: unknown, condition: string, given: unknown = value) =>
    value !== undefined && value !== '' && parts.push([condition, given])
  when(query.prompt, `g.prompt LIKE ? ESCAPE '\\'`, likeOf(query.prompt))
  when(query.right, 'is_right(c.parts) = ?', Number(query.right))
  if (query.language === unknownLanguage) parts.push(['c.language IS ?', null])
  else when(query.language, 'c.language = ?')
  when(query.finishReason, 'c.finish_reason = ?')
  when(
    query.label,
    query.label === anyLabel ? 'l.label <> ?' : 'l.label = ?',
    query.label === anyLabel ? '' : query.label,
  )
  when(query.minReward, 'c.reward >= ?')
  when(query.maxReward, 'c.reward <= ?')
  when(query.minTokens, 'c.tokens >= ?')
  when(query.maxTokens, 'c.tokens <= ?')
  // last: a text is unpacked only where all else fits
  const inText = textCondition(query)
  return {
    conditions: parts.map(([condition]) => ` AND ${condition}`).join('') + inText.condition,
    values: [...parts.map(([, value]) => value), ...inText.values],
  }
}

const likeOf = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

function placeOf(cursor: string, numbers: number): number[] {
  const place = cursor.split(' ').map(Number)
  if (place.length === numbers && place.every(Number.isSafeInteger)) return place
  throw new StudioError('bad-request', `"${cursor}" is no place in this search.`, 'Begin the search anew.')
}

// A pattern that backtracks without end is matched in linear time instead; what has no linear time (lookahead, backreferences) is refused.
for (const flag of ['', '-on-excessive-backtracks']) setFlagsFromString(`--enable-experimental-regexp-engine${flag}`)

let pattern: { text: string; expression: RegExp } | undefined

function patternOf(text: string): RegExp {
  if (pattern?.text !== text) {
    try {
      new RegExp(text, 'msl')
      pattern = { text, expression: new RegExp(text, 'ms') }
    } catch (error) {
      const why = (error as Error).message
        .replace(/^Invalid regular expression: (?:\/.*\/lms: )?/s, '')
        .replace('Cannot be executed in linear time', 'lookahead and backreferences can take forever')
      throw new StudioError(
        'bad-request',
        `The search ${JSON.stringify(text)} cannot be used as a regular expression: ${why}.`,
        'Correct it, or search for the text as it stands.',
      )
    }
  }
  return pattern.expression
}

const defined = new WeakSet<Db>()

function defineFunctions(db: Db): void {
  if (defined.has(db)) return
  defined.add(db)
  db.function('matches', { deterministic: true }, (text, of) =>
    of === null ? 0 : Number(patternOf(String(text)).test(String(of))),
  )
  db.function('is_right', { deterministic: true }, (parts) => {
    const right = isRight(JSON.parse(String(parts)))
    return right === null ? null : Number(right)
  })
}

function traceOf(row: Row, query: TraceQuery): Trace {
  const { step, grp: group, prompt, answer, kind } = row
  const completion = completionRecord(row)
  return {
    step,
    group,
    prompt,
    answer,
    kind,
    right: isRight(completion.parts),
    found: placeIn(row.text, query),
    ...completion,
  }
}

function placeIn(text: string | null, { text: wanted, regex }: TraceQuery): Trace['found'] {
  if (wanted === '' || text === null) return null
  if (!regex) return [text.toLowerCase().indexOf(wanted.toLowerCase()), wanted.length]
  const match = patternOf(wanted).exec(text)
  return match && [match.index, match[0].length]
}
