/** Texts of completions as they are stored: long ones packed, and all of them read by one SQL function, `text_of(text, packed)`. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type Database from 'better-sqlite3'

/** Shorter texts stay as they are: packed they would hardly be smaller, and slower to read. In UTF-16 code units. */
export const packedFrom = 1000

/** Measured on reasoning of 2 to 40 KB: level 3 takes 4 % less room than 1, and twice the time. */
const options = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }

/** Texts that were packed before they came to be stored. */
export type PackedAhead = ReadonlyMap<string, Buffer>
const none: PackedAhead = new Map()

/** Undefined where the text is better stored as it is. */
export function packed(text: string, ahead: PackedAhead = none): Buffer | undefined {
  return text.length < packedFrom ? undefined : (ahead.get(text) ?? zstdCompressSync(text, options))
}

export const unpacked = (bytes: Buffer): string => zstdDecompressSync(bytes).toString('utf8')

/** `text_of(text, packed)`: NULL for a text that was not kept. */
export function defineTextOf(db: Database.Database): void {
  db.function('text_of', { deterministic: true }, (text, bytes) =>
    text !== null || bytes === null ? text : unpacked(bytes as Buffer),
  )
}
