/** Rows of a file, read one by one: what they are, or what is wrong with them. */
import type { z } from 'zod'
import type { DataRow } from './data-files.ts'

export interface ReadRows<T> {
  read: T[]
  /** Of each row that is wrong its place and what is wrong with it, `line 3 is not JSON`. */
  wrong: string[]
}

/** @param read what a row's value is, or what is wrong with it */
export function readRows<T extends object>(
  rows: readonly DataRow[],
  read: (value: unknown, place: string) => T | string,
): ReadRows<T> {
  const all: ReadRows<T> = { read: [], wrong: [] }
  for (const { place, value } of rows) {
    const row = value === undefined ? 'is not JSON' : read(value, place)
    if (typeof row === 'string') all.wrong.push(`${place} ${row}`)
    else all.read.push(row)
  }
  return all
}

const told = 10

/** The first ten of them in a sentence. */
export function firstOf(wrong: readonly string[]): string {
  const more = wrong.length > told ? `, and ${wrong.length - told} more` : ''
  return `${wrong.slice(0, told).join('; ')}${more}`
}

/** What a schema found first. */
export function complaintOf({ issues: [{ path, message }] }: z.ZodError): string {
  return path.length > 0 ? `has a bad ${path.join('.')}: ${message}` : `is wrong: ${message}`
}
