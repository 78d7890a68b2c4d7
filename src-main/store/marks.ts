/** What a person notes about runs: columns of the table `runs`. */
import { StudioError } from '../contract/errors.ts'
import { changedMarks, type MarksChange, tagLimit } from '../contract/marks.ts'
import { type Db, sql } from './database.ts'
import { marksOf, type RunRow } from './runs.ts'

/** @throws StudioError bad-request for more tags than a run takes */
export function changeMarks(db: Db, row: RunRow, change: MarksChange): void {
  const { starred, archived, tags, note } = changedMarks(marksOf(row), change)
  if (tags.length > tagLimit) {
    throw new StudioError(
      'bad-request',
      `Run #${row.number} would have ${tags.length} tags, and a run takes ${tagLimit}.`,
      'Take some away first.',
    )
  }
  sql(db, 'UPDATE runs SET starred = ?, archived = ?, tags = ?, note = ? WHERE number = ?').run(
    Number(starred),
    Number(archived),
    JSON.stringify(tags),
    note,
    row.number,
  )
}
