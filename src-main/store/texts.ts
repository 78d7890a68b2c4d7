/** The texts of completions: in `completions` or packed beside them (`packed_texts`), and how much of them each step has (`step_texts`). */
import { type Db, sql } from './database.ts'
import { type PackedAhead, packed, unpacked } from './packing.ts'

export interface SamplePlace {
  run: number
  step: number
  grp: number
  sample: number
}

/** Completions with their label, where they have one, and with their packed text, where they have one. */
export const withTexts = `completions c LEFT JOIN sample_labels l USING (run, step, grp, sample)
  LEFT JOIN packed_texts p USING (run, step, grp, sample)`

/** Of `withTexts`: NULL where it was not kept. */
export const wholeText = 'text_of(c.text, p.packed)'

/** The text as it goes into `completions`, and packed where it is long. */
export interface StoredText {
  plain: string | null
  packed: Buffer | undefined
  bytes: number
}

export function storedText(text: string | null, ahead?: PackedAhead): StoredText {
  if (text === null) return { plain: null, packed: undefined, bytes: 0 }
  const bytes = packed(text, ahead)
  return bytes
    ? { plain: null, packed: bytes, bytes: bytes.length }
    : { plain: text, packed: undefined, bytes: Buffer.byteLength(text) }
}

/** Its completion must be there. */
export function insertPacked(db: Db, { run, step, grp, sample }: SamplePlace, bytes: Buffer): void {
  sql(db, 'INSERT INTO packed_texts (run, step, grp, sample, packed) VALUES (?, ?, ?, ?, ?)').run(
    run,
    step,
    grp,
    sample,
    bytes,
  )
}

/** More texts of a step: it has to be thinned anew, where its run keeps less than all. */
export function countTexts(db: Db, run: number, step: number, more: readonly StoredText[]): void {
  const kept = more.filter(({ plain, packed }) => plain !== null || packed).length
  sql(
    db,
    `INSERT INTO step_texts (run, step, kept, gone, bytes, share) VALUES (?, ?, ?, ?, ?, 1)
     ON CONFLICT DO UPDATE SET kept = kept + excluded.kept, gone = gone + excluded.gone, bytes = bytes + excluded.bytes, share = 1`,
  ).run(
    run,
    step,
    kept,
    more.length - kept,
    more.reduce((sum, { bytes }) => sum + bytes, 0),
  )
}

/** Bytes of a text that is handed out whole among all of its prompt's. */
const longText = 8000

/** Of a text in this column what is handed out first, and whether that is all. SQLite counts up to a NUL; then it is too little, and said so. */
export const beginningOf = (column: string): string =>
  `CASE WHEN octet_length(${column}) > ${longText} THEN substr(${column}, 1, ${longText}) ELSE ${column} END AS text,
   octet_length(${column}) > ${longText} AS cut`

export interface Beginning {
  text: string | null
  cut: 0 | 1 | null
}

/** The same of a text that is packed. */
export function unpackedBeginning(bytes: Buffer): Beginning {
  const text = unpacked(bytes)
  return Buffer.byteLength(text) > longText ? { text: text.slice(0, longText), cut: 1 } : { text, cut: 0 }
}
