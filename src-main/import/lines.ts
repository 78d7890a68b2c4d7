/** The lines of a file of any length, a piece at a time. */
import { createReadStream } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { complaint, unreadable } from './complaint.ts'
import type { Meter } from './source.ts'

const piece = 1 << 16
/** UTF-16 code units. */
const longestLine = 64 << 20

/** Pieces of its text; a mark of the byte order at its beginning is left out. @throws StudioError bad-request */
export async function* textPieces(path: string, meter: Meter): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8')
  let first = true
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: piece })) {
      const text = decoder.write(bytes as Buffer)
      yield first ? text.replace(/^\uFEFF/, '') : text
      first = false
      meter((bytes as Buffer).length)
    }
  } catch (error) {
    throw unreadable(path, error)
  }
  const rest = decoder.end()
  if (rest) yield rest
}

export interface Line {
  /** From 1. */
  line: number
  text: string
}

/** Lines that are not blank. @throws StudioError bad-request for one that is too long */
export async function* linesOf(path: string, meter: Meter): AsyncGenerator<Line[]> {
  let [line, rest] = [0, '']
  for await (const text of textPieces(path, meter)) {
    const parts = (rest + text).split('\n')
    rest = parts.pop()!
    if (rest.length > longestLine)
      throw complaint(
        `Line ${line + parts.length + 1} of ${path} is longer than ${longestLine >> 20} million characters.`,
        'A file of JSON lines has one object a line.',
      )
    yield parts.map((part) => ({ line: ++line, text: part })).filter(({ text }) => text.trim() !== '')
  }
  if (rest.trim() !== '') yield [{ line: line + 1, text: rest }]
}
