/** Tables `groups`, `completions` and `problem_data`. */
import type { PromptAppearance } from '../contract/api.ts'
import type { CompletionRecord, FinishReason, GroupRecord, GroupSummary, ProblemData } from '../contract/records.ts'
import { isRight } from '../contract/rewards.ts'
import { type Db, sql } from './database.ts'
import { judgedOf } from './group-figures.ts'
import { finite } from './metrics.ts'
import type { PackedAhead } from './packing.ts'
import {
  type Beginning,
  beginningOf,
  countTexts,
  insertPacked,
  type StoredText,
  storedText,
  unpackedBeginning,
  wholeText,
  withTexts,
} from './texts.ts'

export interface GroupPlace {
  step: number
  group: number
}

interface GroupRow {
  step: number
  grp: number
  prompt: string
  answer: string
  kind: string
  mean_reward: number | null
  std_reward: number | null
  zero_spread: number
}

export interface CompletionRow {
  grp: number
  sample: number
  /** null: it was not kept. */
  text: string | null
  tokens: number | null
  finish_reason: FinishReason | null
  reward: number | null
  advantage: number | null
  parts: string
  sides: string
  language: string | null
  label: string | null
  note: string | null
}

/** Of `withTexts`. */
export const completionColumns = `c.grp, c.sample, ${wholeText} AS text, c.tokens, c.finish_reason, c.reward, c.advantage, c.parts, c.sides,
  c.language, l.label, l.note`

export function insertGroups(db: Db, run: number, step: number, groups: GroupRecord[], ahead?: PackedAhead): void {
  const group = sql(
    db,
    `INSERT INTO groups (run, step, grp, prompt, answer, kind, mean_reward, std_reward, zero_spread, judged, right_ones, mean_tokens)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const completion = sql(
    db,
    `INSERT INTO completions (run, step, grp, sample, text, tokens, finish_reason, reward, advantage, parts, sides, language)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  for (const g of groups) {
    if (g.data) insertProblem(db, run, g.prompt, g.data)
    group.run(
      run,
      step,
      g.group,
      g.prompt,
      g.answer,
      g.kind,
      finite(g.meanReward),
      finite(g.stdReward),
      Number(g.zeroSpread),
      ...judgedOf(g.completions),
    )
    const texts: StoredText[] = []
    for (const c of g.completions) {
      const text = storedText(c.text, ahead)
      texts.push(text)
      completion.run(
        run,
        step,
        g.group,
        c.sample,
        text.plain,
        c.tokens,
        c.finishReason,
        finite(c.reward),
        finite(c.advantage),
        JSON.stringify(c.parts),
        JSON.stringify(c.sides ?? {}),
        c.language ?? null,
      )
      if (text.packed) insertPacked(db, { run, step, grp: g.group, sample: c.sample }, text.packed)
    }
    countTexts(db, run, step, texts)
  }
}

/** The groups of a step without their texts, in order. */
export function groupsOfStep(db: Db, run: number, step: number): GroupSummary[] {
  const groups = sql<GroupRow>(db, 'SELECT * FROM groups WHERE run = ? AND step = ? ORDER BY grp').all(run, step)
  const numbers = sql<{ grp: number; reward: number | null; advantage: number | null }>(
    db,
    'SELECT grp, reward, advantage FROM completions WHERE run = ? AND step = ? ORDER BY grp, sample',
  ).all(run, step)
  return groups.map((row) =>
    summary(
      row,
      numbers.filter((n) => n.grp === row.grp),
    ),
  )
}

export function groupOf(db: Db, run: number, step: number, group: number): GroupRecord | undefined {
  const row = sql<GroupRow>(db, 'SELECT * FROM groups WHERE run = ? AND step = ? AND grp = ?').get(run, step, group)
  if (!row) return undefined
  const completions = sql<CompletionRow>(
    db,
    `SELECT ${completionColumns} FROM ${withTexts} WHERE c.run = ? AND c.step = ? AND c.grp = ? ORDER BY c.sample`,
  ).all(run, step, group)
  return { ...summary(row, completions), completions: completions.map(completionRecord) }
}

/** Which groups there are in these steps, in order. */
export function groupPlaces(db: Db, run: number, from: number, to: number): GroupPlace[] {
  return sql<GroupPlace>(
    db,
    'SELECT step, grp AS "group" FROM groups WHERE run = ? AND step BETWEEN ? AND ? ORDER BY step, grp',
  ).all(run, from, to)
}

/** Of its groups, else of its evaluations. */
export function kindOfPrompt(db: Db, run: number, prompt: string): string | undefined {
  return sql<string>(
    db,
    `SELECT kind FROM groups WHERE run = ? AND prompt = ? UNION ALL
     SELECT kind FROM evaluation_samples WHERE run = ? AND prompt = ? LIMIT 1`,
  )
    .pluck()
    .get(run, prompt, run, prompt) as string | undefined
}

/** Undefined where the problem has none, or an earlier version stored it. */
export function problemDataOf(db: Db, run: number, prompt: string): ProblemData | undefined {
  const row = sql<{ data: string }>(db, 'SELECT data FROM problem_data WHERE run = ? AND prompt = ?').get(run, prompt)
  return row && (JSON.parse(row.data) as ProblemData)
}

/**
 * Where a prompt came up in training, in order.
 * @param step this one alone, with its texts as they are; else all, with the beginnings of long texts
 */
export function trainingAppearances(db: Db, run: number, prompt: string, step?: number): PromptAppearance[] {
  const groups = sql<GroupRow>(
    db,
    'SELECT * FROM groups WHERE run = ? AND prompt = ? AND step BETWEEN ? AND ? ORDER BY step, grp',
  ).all(run, prompt, step ?? 0, step ?? Number.MAX_SAFE_INTEGER)
  const text =
    step === undefined ? `${beginningOf('c.text')}, p.packed` : `${wholeText} AS text, 0 AS cut, NULL AS packed`
  const read = sql<CompletionRow & Beginning & { packed: Buffer | null }>(
    db,
    `SELECT c.grp, c.sample, c.tokens, c.finish_reason, c.reward, c.advantage, c.parts, c.sides, c.language, l.label, l.note, ${text}
     FROM ${withTexts} WHERE c.run = ? AND c.step = ? AND c.grp = ? ORDER BY c.sample`,
  )
  return groups.map((row) => ({
    source: 'train',
    step: row.step,
    group: row.grp,
    answer: row.answer,
    samples: read.all(run, row.step, row.grp).map((given) => {
      const c = given.packed ? { ...given, ...unpackedBeginning(given.packed) } : given
      const { sample, text, tokens, finishReason, reward, parts, sides, advantage, label } = completionRecord(c)
      return {
        sample,
        text,
        ...(c.cut && { cut: true as const }),
        tokens,
        finishReason,
        reward,
        advantage,
        parts,
        sides,
        correct: isRight(parts),
        ...(label && { label }),
      }
    }),
  }))
}

/** Every completion of a run in order, one at a time. */
export function* eachCompletion(db: Db, run: number): Generator<CompletionRecord & GroupKey> {
  const rows = db
    .prepare<unknown[], CompletionRow & Pick<GroupRow, 'step' | 'prompt' | 'answer' | 'kind'>>(
      `SELECT c.step, ${completionColumns}, g.prompt, g.answer, g.kind FROM ${withTexts} JOIN groups g USING (run, step, grp)
       WHERE c.run = ? ORDER BY c.step, c.grp, c.sample`,
    )
    .iterate(run)
  for (const row of rows) {
    const { step, grp: group, prompt, answer, kind } = row
    yield { step, group, prompt, answer, kind, ...completionRecord(row) }
  }
}

/** What verifiers need of the problems of a run, one at a time. */
export function* eachProblem(db: Db, run: number): Generator<{ prompt: string; data: ProblemData }> {
  const rows = db
    .prepare<unknown[], { prompt: string; data: string }>(
      'SELECT prompt, data FROM problem_data WHERE run = ? ORDER BY prompt',
    )
    .iterate(run)
  for (const { prompt, data } of rows) yield { prompt, data: JSON.parse(data) as ProblemData }
}

/** Stored once a prompt. */
export function insertProblem(db: Db, run: number, prompt: string, data: ProblemData): void {
  sql(db, 'INSERT OR IGNORE INTO problem_data (run, prompt, data) VALUES (?, ?, ?)').run(
    run,
    prompt,
    JSON.stringify(data),
  )
}

interface GroupKey {
  step: number
  group: number
  prompt: string
  answer: string
  kind: string
}

function summary(row: GroupRow, of: { reward: number | null; advantage: number | null }[]): GroupSummary {
  return {
    group: row.grp,
    prompt: row.prompt,
    answer: row.answer,
    kind: row.kind,
    meanReward: row.mean_reward ?? Number.NaN,
    stdReward: row.std_reward ?? Number.NaN,
    zeroSpread: row.zero_spread === 1,
    advantages: of.map((c) => c.advantage ?? Number.NaN),
    rewards: of.map((c) => c.reward ?? Number.NaN),
  }
}

export function completionRecord(row: CompletionRow): CompletionRecord {
  return {
    sample: row.sample,
    text: row.text,
    tokens: row.tokens,
    finishReason: row.finish_reason,
    reward: row.reward ?? Number.NaN,
    parts: JSON.parse(row.parts) as CompletionRecord['parts'],
    ...(row.sides !== '{}' && { sides: JSON.parse(row.sides) as CompletionRecord['sides'] }),
    advantage: row.advantage ?? Number.NaN,
    ...(row.language !== null && { language: row.language }),
    ...(row.label !== null && { label: { label: row.label, note: row.note ?? '' } }),
  }
}
