/** Prompts with their answers from a file, checked row by row. */
import { z } from 'zod'
import { StudioError } from '../contract/errors.ts'
import { type DataRow, readDataRows } from '../library/data-files.ts'
import { complaintOf, firstOf, readRows } from '../library/rows.ts'

export interface Answers {
  prompt: string
  answers: string[]
  /** Of a pair of which somebody said which is better: the place of that answer. */
  preferred?: 0
}

const text = z.string().min(1).max(1_000_000)
const several = z.object({ prompt: text, answers: z.array(text).min(2).max(1024) })
const preference = z.object({ prompt: text, chosen: text, rejected: text })

/**
 * @param rows `{"prompt","answers":[…]}`, or preferences `{"prompt","chosen","rejected"}`
 * @param source what to call it in messages
 * @throws StudioError bad-request naming every row that is wrong (the first ten of them) by its place
 */
export function answersOfRows(rows: readonly DataRow[], source: string): Answers[] {
  const { read, wrong } = readRows(rows, answersOf)
  const hint =
    'Give one object a line, like {"prompt":"…","answers":["…","…"]} or {"prompt":"…","chosen":"…","rejected":"…"}.'
  if (wrong.length > 0) throw new StudioError('bad-request', `${source} cannot be used: ${firstOf(wrong)}.`, hint)
  if (read.length === 0) throw new StudioError('bad-request', `${source} has nothing in it.`, hint)
  return read
}

function answersOf(json: unknown): Answers | string {
  const isPreference = typeof json === 'object' && json !== null && 'chosen' in json
  const read = isPreference ? preference.safeParse(json) : several.safeParse(json)
  if (!read.success) return complaintOf(read.error)
  const { data } = read
  if ('answers' in data) return data
  return { prompt: data.prompt, answers: [data.chosen, data.rejected], preferred: 0 }
}

/** @throws StudioError bad-request if it cannot be read, or as `answersOfRows` */
export async function readAnswers(path: string): Promise<Answers[]> {
  return answersOfRows((await readDataRows(path, 'reward-model')).rows, path)
}
