/** A file of problems as a person sees it before it is used: its fields, how they are read, and what comes of them. */
import { type DataMap, dataFields } from '../../contract/data-set.ts'
import type { Jobs } from '../../contract/jobs.ts'
import type { DataPreview } from '../../contract/measuring.ts'
import { readDataRows } from '../../library/data-files.ts'
import { problemOf } from './rows.ts'

const shown = 5

/** @throws StudioError bad-recipe for a file that cannot be read */
export async function previewData({ file, domain, map }: Jobs['preview-data']['ask']): Promise<DataPreview> {
  const { rows } = await readDataRows(file)
  const preview: DataPreview = {
    fields: fieldsOf(rows[0]?.value),
    map: {},
    rows: rows.length,
    problems: [],
    wrong: 0,
    complaints: [],
  }
  preview.map = readFrom(preview.fields, map)
  for (const { place, value } of rows) {
    const read = problemOf(value, domain, map)
    if (typeof read === 'string') {
      preview.wrong++
      if (preview.complaints.length < shown) preview.complaints.push(`${place} ${read}`)
    } else if (preview.problems.length < shown) {
      const { prompt, answer, kind, level } = read
      preview.problems.push({ place, prompt, answer, kind, level })
    }
  }
  return preview
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
