/** Tables `label_sets`, `label_items` and `labels`. */
import { StudioError } from '../contract/errors.ts'
import type { Estimate } from '../contract/evaluation.ts'
import {
  type KeptLabel,
  type LabelGiven,
  type LabelItem,
  type LabelledLine,
  type LabelSet,
  type LabelState,
  type LabelValue,
  type NewLabelItem,
  type NewLabelSet,
  repeatEvery,
} from '../contract/labelling.ts'
import { wilson } from '../contract/wilson.ts'
import { type Db, sql } from './database.ts'

interface SetRow {
  number: number
  kind: LabelSet['kind']
  name: string
  source: string
  guidelines: string
  repeats: number
  created_at: string
  items: number
}

interface ItemRow {
  position: number
  prompt: string
  first: string
  second: string | null
  swapped: number
  said: NewLabelItem['said']
}

type LabelRow = Pick<ItemRow, 'position' | 'swapped' | 'said'> & { value: KeptLabel; again: KeptLabel | null }

export type StoredSet = Pick<NewLabelSet, 'kind' | 'name' | 'guidelines' | 'repeats'> & {
  source: string
  createdAt: string
}

export function insertLabelSet(db: Db, set: StoredSet, items: readonly NewLabelItem[]): LabelSet {
  const { kind, name, source, guidelines, repeats, createdAt } = set
  const number = Number(
    sql(
      db,
      'INSERT INTO label_sets (kind, name, source, guidelines, repeats, created_at) VALUES (?, ?, ?, ?, ?, ?)',
    ).run(kind, name, source, guidelines, Number(repeats), createdAt).lastInsertRowid,
  )
  const insert = sql(
    db,
    'INSERT INTO label_items (label_set, position, prompt, first, second, swapped, said) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  items.forEach((item, i) => {
    insert.run(number, i, item.prompt, item.first, item.second, Number(item.swapped), item.said)
  })
  return summaryOf(db, rowOf(db, number))
}

/** Newest first. */
export function labelSets(db: Db): LabelSet[] {
  return sql<SetRow>(db, `${selectSets} ORDER BY number DESC`)
    .all()
    .map((row) => summaryOf(db, row))
}

/** @throws StudioError not-found */
export function removeLabelSet(db: Db, number: number): void {
  rowOf(db, number)
  sql(db, 'DELETE FROM label_sets WHERE number = ?').run(number)
}

/** @throws StudioError not-found */
export function labelState(db: Db, number: number): LabelState {
  const row = rowOf(db, number)
  const undo = sql(db, 'SELECT 1 FROM labels WHERE label_set = ?').get(number) !== undefined
  return { set: summaryOf(db, row), item: nextItem(db, row), undo }
}

/** @throws StudioError not-found; bad-request for what was labelled already, or a label of another kind */
export function addLabel(db: Db, { set, position, repeat, value }: LabelGiven, at: string): void {
  const { kind, name } = rowOf(db, set)
  const item = sql<ItemRow>(db, 'SELECT * FROM label_items WHERE label_set = ? AND position = ?').get(set, position)
  if (!item) throw new StudioError('not-found', `The set ${name} has no item ${position + 1}.`, 'Open it anew.')
  const wanted: LabelValue[] = kind === 'helpfulness' ? ['left', 'right', 'tie', 'skip'] : ['safe', 'unsafe', 'skip']
  if (!wanted.includes(value))
    throw new StudioError(
      'bad-request',
      `${value} is no label of a set for ${kind}.`,
      `Labels of it: ${wanted.join(', ')}.`,
    )
  const swapped = (item.swapped === 1) !== repeat
  const kept = value === 'left' || value === 'right' ? ((value === 'left') === swapped ? 'second' : 'first') : value
  const { changes } = sql(
    db,
    'INSERT OR IGNORE INTO labels (label_set, position, repeat, value, at) VALUES (?, ?, ?, ?, ?)',
  ).run(set, position, Number(repeat), kept, at)
  if (changes === 0)
    throw new StudioError(
      'bad-request',
      `Item ${position + 1} of ${name} is labelled already.`,
      'Another window did it.',
    )
}

/** Takes the newest label of the set back. @throws StudioError not-found */
export function undoLabel(db: Db, number: number): void {
  rowOf(db, number)
  sql(db, 'DELETE FROM labels WHERE id = (SELECT max(id) FROM labels WHERE label_set = ?)').run(number)
}

/**
 * What a reward model learns from: ties and skipped ones are not in it, nor what got another label when it was shown again.
 * @throws StudioError not-found
 */
export function labelledLines(db: Db, number: number): LabelledLine[] {
  rowOf(db, number)
  return sql<ItemRow & { value: KeptLabel }>(
    db,
    `SELECT i.*, l.value FROM label_items i JOIN labels l USING (label_set, position)
     WHERE label_set = ? AND l.repeat = 0 AND l.value NOT IN ('tie', 'skip') AND NOT EXISTS
       (SELECT 1 FROM labels r WHERE r.label_set = l.label_set AND r.position = l.position AND r.repeat = 1
         AND r.value NOT IN (l.value, 'skip'))
     ORDER BY position`,
  )
    .all(number)
    .map(({ prompt, first, second, value }) => {
      if (value === 'safe' || value === 'unsafe') return { prompt, completion: first, label: value }
      const [chosen, rejected] = value === 'first' ? [first, second!] : [second!, first]
      return { prompt, chosen, rejected }
    })
}

const selectSets = 'SELECT *, (SELECT count(*) FROM label_items WHERE label_set = number) AS items FROM label_sets'

function rowOf(db: Db, number: number): SetRow {
  const row = sql<SetRow>(db, `${selectSets} WHERE number = ?`).get(number)
  if (row) return row
  throw new StudioError(
    'not-found',
    `There is no set ${number} to label.`,
    'grpo-studio preferences list shows them all.',
  )
}

/** One that is due to be shown again, else the first without a label. */
function nextItem(db: Db, { number, repeats }: SetRow): LabelItem | null {
  const { fresh, again } = sql<{ fresh: number; again: number }>(
    db,
    'SELECT count(*) FILTER (WHERE repeat = 0) AS fresh, count(*) FILTER (WHERE repeat = 1) AS again FROM labels WHERE label_set = ?',
  ).get(number)!
  const due = repeats === 1 && Math.floor(fresh / repeatEvery) > again
  const repeated = due
    ? sql<ItemRow>(
        db,
        `SELECT i.* FROM label_items i JOIN labels l USING (label_set, position)
         WHERE label_set = ? AND l.repeat = 0 AND l.value != 'skip' AND NOT EXISTS
           (SELECT 1 FROM labels r WHERE r.label_set = l.label_set AND r.position = l.position AND r.repeat = 1)
         ORDER BY l.id LIMIT 1`,
      ).get(number)
    : undefined
  const row =
    repeated ??
    sql<ItemRow>(
      db,
      `SELECT * FROM label_items i WHERE label_set = ? AND NOT EXISTS
         (SELECT 1 FROM labels l WHERE l.label_set = i.label_set AND l.position = i.position)
       ORDER BY position LIMIT 1`,
    ).get(number)
  if (!row) return null
  const { position, prompt, first, second } = row
  const repeat = repeated !== undefined
  const swapped = (row.swapped === 1) !== repeat
  if (second === null) return { position, repeat, prompt, left: first, right: null }
  return { position, repeat, prompt, left: swapped ? second : first, right: swapped ? first : second }
}

function summaryOf(db: Db, { number, kind, name, source, guidelines, created_at, items }: SetRow): LabelSet {
  const rows = sql<LabelRow>(
    db,
    `SELECT i.position, i.swapped, i.said, l.value, r.value AS again FROM label_items i
     JOIN labels l ON l.label_set = i.label_set AND l.position = i.position AND l.repeat = 0
     LEFT JOIN labels r ON r.label_set = i.label_set AND r.position = i.position AND r.repeat = 1
     WHERE i.label_set = ?`,
  ).all(number)
  const counts = { first: 0, second: 0, tie: 0, safe: 0, unsafe: 0, skip: 0 }
  for (const { value } of rows) counts[value]++
  const sided = rows.filter(({ value }) => value === 'first' || value === 'second')
  const decided = rows.filter(({ value }) => value !== 'tie' && value !== 'skip')
  return {
    ...{ number, kind, name, source, guidelines, createdAt: created_at, items, done: rows.length, counts },
    left: shareOf(sided, ({ value, swapped }) => (value === 'second') === (swapped === 1)),
    agreement: shareOf(
      decided.filter(({ said }) => said !== null),
      ({ value, said }) => value === said,
    ),
    repeats: shareOf(
      rows.filter(({ again }) => again !== null && again !== 'skip'),
      ({ value, again }) => value === again,
    ),
  }
}

function shareOf(rows: readonly LabelRow[], holds: (row: LabelRow) => boolean): Estimate | null {
  if (rows.length === 0) return null
  const n = rows.filter(holds).length
  const [low, high] = wilson(n, rows.length)
  return { value: n / rows.length, low, high }
}
