/** One row of a data set as a problem: fields mapped, layouts that are known read as they are. */
import { type DataMap, dataLineSchema } from '../../contract/data-set.ts'
import type { Domain } from '../../contract/domains.ts'
import type { DataRow } from '../../library/data-files.ts'
import { complaintOf, type ReadRows, readRows } from '../../library/rows.ts'
import type { Problem } from './problem.ts'

export interface PlacedProblem {
  problem: Problem
  /** Where it is in the file: `line 3`. */
  place: string
}

/** @param domain of rows that do not say their own */
export function problemsOfRows(rows: readonly DataRow[], domain: Domain, map?: DataMap): ReadRows<PlacedProblem> {
  return readRows(rows, (value, place) => {
    const problem = problemOf(value, domain, map)
    return typeof problem === 'string' ? problem : { problem, place }
  })
}

/** @returns the problem, or what is wrong with the row */
function problemOf(value: unknown, domain: Domain, map: DataMap = {}): Problem | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is no object'
  const row = { ...value } as Record<string, unknown>
  for (const [field, column] of Object.entries(map)) {
    if (!(column in row)) return `has no field "${column}" (it has ${Object.keys(row).join(', ').slice(0, 200)})`
    row[field] = (value as Record<string, unknown>)[column]
  }
  // of GSM8K and of MATH
  row.prompt ??= row.question ?? row.problem
  worked(row)
  row.level = levelOf(row.level)
  if (typeof row.data === 'string') row.data = objectIn(row.data)
  for (const [name, of] of Object.entries(row)) if (of === null || (of === '' && name !== 'answer')) delete row[name]
  const read = dataLineSchema.safeParse(row)
  if (read.success) return { ...read.data, domain: read.data.domain ?? domain }
  return complaintOf(read.error)
}

/** GSM8K's answers (Cobbe et al. 2021): a worked solution with its calculations in `<<…>>`, and `#### ` before the result. */
function worked(row: Record<string, unknown>): void {
  const parts = typeof row.answer === 'string' ? /^([\s\S]*?)(?:^|\n)#### *(.+)\s*$/.exec(row.answer) : null
  if (!parts) return
  row.answer = parts[2].trim()
  row.reasoning ??= parts[1].replace(/<<[^<>]*>>/g, '').trim()
}

/** A number, also out of "Level 5"; of a word nothing. */
function levelOf(level: unknown): number | undefined {
  const digits = typeof level === 'string' ? /\d+(?:\.\d+)?/.exec(level)?.[0] : level
  return digits === undefined || digits === null || Number.isNaN(Number(digits)) ? undefined : Number(digits)
}

function objectIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
