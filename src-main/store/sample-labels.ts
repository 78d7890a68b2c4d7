/** Table `sample_labels`. */
import { StudioError } from '../contract/errors.ts'
import type { SampleLabel, SamplesLabelled } from '../contract/sample-label.ts'
import { type Db, sql } from './database.ts'

/** @param run that the step lies with @throws StudioError not-found for a sample that is not stored */
export function labelSample(
  db: Db,
  run: number,
  { step, group, sample }: SamplesLabelled['samples'][number],
  { label, note }: SampleLabel,
  at: string,
): void {
  const place = [run, step, group, sample]
  if (label === '') {
    sql(db, 'DELETE FROM sample_labels WHERE run = ? AND step = ? AND grp = ? AND sample = ?').run(...place)
    return
  }
  const there = sql(db, 'SELECT 1 FROM completions WHERE run = ? AND step = ? AND grp = ? AND sample = ?').get(...place)
  if (!there)
    throw new StudioError(
      'not-found',
      `Step ${step} has no sample ${sample + 1} in its group ${group + 1}.`,
      'It may have been done again meanwhile: open the group anew.',
    )
  sql(
    db,
    'INSERT OR REPLACE INTO sample_labels (run, step, grp, sample, label, note, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ).run(...place, label, note, at)
}

/** Labels that are in use in a run, the commonest first. */
export const labelsInUse = (db: Db, run: number): string[] =>
  sql<string>(db, 'SELECT label FROM sample_labels WHERE run = ? GROUP BY label ORDER BY count(*) DESC, label')
    .pluck()
    .all(run) as string[]
