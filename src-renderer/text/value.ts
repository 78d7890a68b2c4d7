/** A value of a recipe in words: what its stages change as "64 → 112", what is not there as a dash. */
import { plain } from '../format/number.ts'

export function valueWords(value: unknown): string {
  if (value === undefined || value === null) return '–'
  if (Array.isArray(value)) return value.map(valueWords).join(' → ')
  return typeof value === 'number' ? plain(value) : String(value)
}
