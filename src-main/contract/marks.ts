/** What a person notes about a run. Nothing of it changes what is trained. */
import { z } from 'zod'

export interface RunMarks {
  starred: boolean
  /** Put away: listed only where the archive is asked for. */
  archived: boolean
  /** In the order in which they were given. */
  tags: readonly string[]
  note: string
}

export const noMarks: RunMarks = { starred: false, archived: false, tags: [], note: '' }

/** So many tags a run takes. */
export const tagLimit = 20

const tag = z
  .string()
  .trim()
  .min(1, 'a tag has at least one character')
  .max(40, 'a tag has at most 40 characters')
  .regex(/^[^,\n]*$/, 'a tag has no comma and no line break')

export const marksChange = z.object({
  starred: z.boolean().optional(),
  archived: z.boolean().optional(),
  note: z.string().max(10_000).optional(),
  addTags: z.array(tag).max(tagLimit).optional(),
  removeTags: z.array(tag).max(tagLimit).optional(),
})
export type MarksChange = z.infer<typeof marksChange>

/** Where a change leads. Tags that are there already stay in their places. */
export function changedMarks(before: RunMarks, change: MarksChange): RunMarks {
  const tags = new Set(before.tags)
  for (const name of change.addTags ?? []) tags.add(name)
  for (const name of change.removeTags ?? []) tags.delete(name)
  return {
    starred: change.starred ?? before.starred,
    archived: change.archived ?? before.archived,
    note: change.note ?? before.note,
    tags: [...tags],
  }
}

export const runNames = z.array(z.string().min(1).max(100)).min(1).max(10_000)

/** A run that was deleted, until the bin is emptied. */
export interface BinnedRun {
  id: string
  number: number
  name: string
  deletedAt: string
  /** Of its folder; what it has in the database comes on top. */
  bytes: number
}
