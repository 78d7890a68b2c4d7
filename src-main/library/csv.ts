/** Comma-separated values (RFC 4180): quoted fields may hold commas, quotes (doubled) and line breaks. */

export interface CsvRow {
  /** Line of the file on which the row begins, from 1. */
  line: number
  fields: string[]
}

/**
 * Rows with their fields; blank lines are left out.
 * @throws Error naming the line of a quote that is never closed
 */
export function parseCsv(text: string, separator = ','): CsvRow[] {
  const rows: CsvRow[] = []
  let [fields, field, quoted, was, line, begun]: [string[], string, boolean, boolean, number, number] = [
    [],
    '',
    false,
    false,
    1,
    1,
  ]
  const endField = () => {
    fields.push(field)
    field = ''
    was = false
  }
  const endRow = () => {
    const blank = fields.length === 0 && field === '' && !was
    endField()
    if (!blank) rows.push({ line: begun, fields })
    fields = []
  }
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '\n') line++
    if (quoted) {
      if (c !== '"') field += c
      else if (text[i + 1] === '"') {
        field += '"'
        i++
      } else quoted = false
    } else if (c === '"' && field === '' && !was) {
      quoted = true
      was = true
    } else if (c === separator) endField()
    else if (c === '\n') {
      endRow()
      begun = line
    } else if (c !== '\r' || text[i + 1] !== '\n') field += c
  }
  if (quoted) throw new Error(`the quote in the row of line ${begun} is never closed`)
  if (field !== '' || fields.length > 0 || was) endRow()
  return rows
}
