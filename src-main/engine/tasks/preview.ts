/** A file of problems as a person sees it before it is used: its fields, how they are read, and what comes of them. */
import { type DataMap, dataFields } from '../../contract/data-set.ts'
import type { Jobs } from '../../contract/jobs.ts'
import type { DataPreview } from '../../contract/measuring.ts'
import { readDataRows } from '../../library/data-files.ts'
import { problemsOfRows } from './rows.ts'

const shown = 5

/** @throws StudioError bad-recipe for a file that cannot be read */
export async function previewData({ file, domain, map }: Jobs['preview-data']['ask']): Promise<DataPreview> {
  const { rows } = await readDataRows(file)
  const fields = fieldsOf(rows[0]?.value)
  const { read, wrong } = problemsOfRows(rows, domain, map)
  return {
    fields,
    map: readFrom(fields, map),
    rows: rows.length,
    problems: read
      .slice(0, shown)
      .map(({ place, problem: { prompt, answer, kind, level } }) => ({ place, prompt, answer, kind, level })),
    wrong: wrong.length,
    complaints: wrong.slice(0, shown),
  }
}

const fieldsOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []

function readFrom(fields: readonly string[], map: DataMap): DataMap {
  const known = { prompt: ['prompt', 'question', 'problem'] } as Record<string, string[]>
  const found = dataFields.flatMap((part) => {
    const field = map[part] ?? (known[part] ?? [part]).find((name) => fields.includes(name))
    return field === undefined ? [] : [[part, field] as const]
  })
  return Object.fromEntries(found)
}
