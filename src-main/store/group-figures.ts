/** What the groups of a run's whole course came to: columns of the table `groups`, so that no completion is read for it. */
import { figureColumns, type GroupFigures } from '../contract/group-figures.ts'
import type { CompletionRecord } from '../contract/records.ts'
import { isRight } from '../contract/rewards.ts'
import { type Db, sql } from './database.ts'
import { segmentsOf } from './family.ts'

type Row = [
  step: number,
  group: number,
  prompt: string,
  answer: string,
  kind: string,
  mean: number | null,
  std: number | null,
  silent: number,
  judged: number | null,
  right: number | null,
  tokens: number | null,
]

/** In the order of the columns `judged`, `right_ones`, `mean_tokens`. */
export function judgedOf(
  completions: readonly Pick<CompletionRecord, 'parts' | 'tokens'>[],
): [number, number, number | null] {
  const verdicts = completions.map(({ parts }) => isRight(parts)).filter((right) => right !== null)
  const counts = completions.map(({ tokens }) => tokens).filter((tokens) => tokens !== null)
  const mean = counts.length > 0 ? counts.reduce((sum, one) => sum + one, 0) / counts.length : null
  return [verdicts.length, verdicts.filter(Boolean).length, mean]
}

/** Of a step that is open more groups may come: it is told once it is closed. */
export function courseFigures(db: Db, run: number, afterStep: number): GroupFigures {
  const places = new Map<string, number>()
  const prompts: GroupFigures['prompts'] = []
  const read = sql<Row>(
    db,
    `SELECT step, grp, prompt, answer, kind, mean_reward, std_reward, zero_spread, judged, right_ones, mean_tokens
     FROM groups WHERE run = ? AND step > ? AND step <= ?
       AND step NOT IN (SELECT step FROM steps WHERE run = ? AND closed = 0) ORDER BY step, grp`,
  ).raw()
  const found = segmentsOf(db, run).flatMap(({ run: holder, after, upTo }) =>
    read.all(holder, Math.max(after, afterStep), upTo, holder),
  )
  const packed = new Float32Array(found.length * figureColumns.length)
  let at = 0
  for (const [step, group, prompt, answer, kind, mean, std, silent, judged, right, tokens] of found) {
    let place = places.get(prompt)
    if (place === undefined) {
      place = prompts.length
      places.set(prompt, place)
      prompts.push({ prompt, answer, kind })
    }
    const numbers = [step, group, place, mean, std, silent, judged, right, tokens]
    for (const number of numbers) packed[at++] = number ?? Number.NaN
  }
  return { prompts, rows: Buffer.from(packed.buffer).toString('base64') }
}
