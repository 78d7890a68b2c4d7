/** Table `completion_tokens`: what another trainer's sampler said of each token of a completion. */
import { type Db, sql } from './database.ts'
import type { GroupPlace } from './groups.ts'

export interface SampledTokens {
  texts: string[] | null
  /** In nats; NaN where there is none. */
  logProbs: number[] | null
}

export function insertTokens(
  db: Db,
  run: number,
  { step, group }: GroupPlace,
  sample: number,
  { texts, logProbs }: SampledTokens,
): void {
  sql(db, 'INSERT INTO completion_tokens (run, step, grp, sample, texts, logprobs) VALUES (?, ?, ?, ?, ?, ?)').run(
    run,
    step,
    group,
    sample,
    texts && JSON.stringify(texts),
    logProbs && Buffer.from(Float32Array.from(logProbs).buffer),
  )
}

/** By sample. */
export function tokensOfGroup(db: Db, run: number, { step, group }: GroupPlace): Map<number, SampledTokens> {
  const rows = sql<{ sample: number; texts: string | null; logprobs: Buffer | null }>(
    db,
    'SELECT sample, texts, logprobs FROM completion_tokens WHERE run = ? AND step = ? AND grp = ? ORDER BY sample',
  ).all(run, step, group)
  return new Map(
    rows.map(({ sample, texts, logprobs }) => [
      sample,
      {
        texts: texts === null ? null : (JSON.parse(texts) as string[]),
        logProbs: logprobs && [...new Float32Array(Uint8Array.from(logprobs).buffer)],
      },
    ]),
  )
}
