/** Prompts that several runs have answered: in their newest evaluations, or anywhere in their training. */
import type { CommonPrompts } from '../contract/common-prompts.ts'
import { type Db, sql } from './database.ts'
import { courseEvaluations } from './evaluations.ts'
import { holderOf, segmentsOf } from './family.ts'

type Found = Omit<CommonPrompts['prompts'][number], 'source'>

/** @param runs the first gives the order and the answers */
export function commonPrompts(db: Db, runs: readonly number[], text: string, limit: number): CommonPrompts {
  const held = shared(runs.map((run) => heldOut(db, run)))
  const trained = shared(runs.map((run) => training(db, run)))
  const known = new Set(held.map(({ prompt }) => prompt))
  const wanted = text.toLowerCase()
  const found = [
    ...held.map((one) => ({ ...one, source: 'evaluation' as const })),
    ...trained.filter(({ prompt }) => !known.has(prompt)).map((one) => ({ ...one, source: 'train' as const })),
  ].filter(({ prompt }) => prompt.toLowerCase().includes(wanted))
  return { prompts: found.slice(0, limit), more: found.length > limit }
}

/** Those of the first that all of them have. */
function shared([first, ...others]: Map<string, Found>[]): Found[] {
  return [...first.values()].filter(({ prompt }) => others.every((other) => other.has(prompt)))
}

function heldOut(db: Db, run: number): Map<string, Found> {
  const step = courseEvaluations(db, run).at(-1)?.step
  if (step === undefined) return new Map()
  const read = sql<Found>(
    db,
    'SELECT prompt, answer, kind FROM evaluation_samples WHERE run = ? AND step = ? AND sample = 0 ORDER BY position',
  )
  const own = read.all(run, step)
  return byPrompt(own.length > 0 ? own : read.all(holderOf(db, run, step), step))
}

/** In the order of the index, which has no answers: they are looked up for one group of each prompt. */
function training(db: Db, run: number): Map<string, Found> {
  const names = sql<{ prompt: string; first: number }>(
    db,
    `SELECT prompt, min(step) AS first FROM groups INDEXED BY groups_by_prompt
     WHERE run = ? AND step > ? AND step <= ? GROUP BY prompt`,
  )
  const whole = sql<Found>(db, 'SELECT prompt, answer, kind FROM groups WHERE run = ? AND prompt = ? AND step = ?')
  const found = new Map<string, Found>()
  for (const { run: holder, after, upTo } of segmentsOf(db, run))
    for (const { prompt, first } of names.all(holder, after, upTo))
      if (!found.has(prompt)) found.set(prompt, whole.get(holder, prompt, first)!)
  return found
}

const byPrompt = (rows: readonly Found[]) => new Map(rows.map((row) => [row.prompt, row]))
