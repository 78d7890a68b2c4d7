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
  const parser = new CsvParser(separator)
  return [...parser.push(text), ...parser.end()]
}

/** The same of a text that comes in pieces. */
export class CsvParser {
  readonly #separator: string
  #rows: CsvRow[] = []
  #fields: string[] = []
  #field = ''
  #quoted = false
  /** The field was quoted. */
  #was = false
  #line = 1
  #begun = 1
  /** What comes after it decides what it is. */
  #held = ''

  constructor(separator = ',') {
    this.#separator = separator
  }

  /** @returns the rows that are whole with it */
  push(piece: string): CsvRow[] {
    const text = this.#held + piece
    this.#held = text.slice(-1)
    this.#read(text, text.length - 1)
    return this.#take()
  }

  /** @returns the last row, where the text does not end with its line @throws Error naming the line of a quote that is never closed */
  end(): CsvRow[] {
    this.#read(this.#held, this.#held.length)
    this.#held = ''
    if (this.#quoted) throw new Error(`the quote in the row of line ${this.#begun} is never closed`)
    if (this.#field !== '' || this.#fields.length > 0 || this.#was) this.#endRow()
    return this.#take()
  }

  #read(text: string, end: number): void {
    for (let i = 0; i < end; i++) {
      const c = text[i]
      if (c === '\n') this.#line++
      if (this.#quoted) {
        if (c !== '"') this.#field += c
        else if (text[i + 1] !== '"') this.#quoted = false
        else {
          this.#field += c
          i++
          // the second of the two was held back
          if (i === end) this.#held = ''
        }
      } else if (c === '"' && this.#field === '' && !this.#was) {
        this.#quoted = true
        this.#was = true
      } else if (c === this.#separator) this.#endField()
      else if (c === '\n') {
        this.#endRow()
        this.#begun = this.#line
      } else if (c !== '\r' || text[i + 1] !== '\n') this.#field += c
    }
  }

  #endField(): void {
    this.#fields.push(this.#field)
    this.#field = ''
    this.#was = false
  }

  #endRow(): void {
    const blank = this.#fields.length === 0 && this.#field === '' && !this.#was
    this.#endField()
    if (!blank) this.#rows.push({ line: this.#begun, fields: this.#fields })
    this.#fields = []
  }

  #take(): CsvRow[] {
    const rows = this.#rows
    this.#rows = []
    return rows
  }
}
