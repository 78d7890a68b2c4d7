/** The best and the worst rewarded samples of a run whose texts are kept, the latest of them first. */
import { type Db, sql } from './database.ts'
import { wholeText, withTexts } from './texts.ts'

export interface ExtremeSample {
  step: number
  prompt: string
  answer: string
  text: string
  tokens: number
  reward: number
}

/** One of each prompt. */
export function extremeSamples(db: Db, run: number, which: 'best' | 'worst', count: number): ExtremeSample[] {
  const order = which === 'best' ? 'DESC' : 'ASC'
  const rows = sql<ExtremeSample>(
    db,
    `SELECT c.step, g.prompt, g.answer, ${wholeText} AS text, c.tokens, c.reward
     FROM ${withTexts} JOIN groups g ON g.run = c.run AND g.step = c.step AND g.grp = c.grp
     WHERE (c.run, c.step, c.grp, c.sample) IN (
       SELECT c.run, c.step, c.grp, c.sample FROM completions c LEFT JOIN packed_texts p USING (run, step, grp, sample)
       WHERE c.run = ? AND c.reward IS NOT NULL AND (c.text IS NOT NULL OR p.run IS NOT NULL)
       ORDER BY c.reward ${order}, c.step DESC, c.grp, c.sample LIMIT ?)
     ORDER BY c.reward ${order}, c.step DESC, c.grp, c.sample`,
  ).all(run, count * 20)
  return [...new Map(rows.map((row) => [row.prompt, row])).values()].slice(0, count)
}
