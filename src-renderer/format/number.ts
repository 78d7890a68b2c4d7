/** Numbers as a person reads them: three significant digits, SI prefixes for large ones, a true minus sign. */
import { t } from '../text/t.ts'

const minus = (text: string) => text.replaceAll('-', '−')

/** 0.1234 → "0.123", 12345 → "12.3k", 0.00002 → "2e−5"; nothing for what is not a number. */
export function compact(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 1e9) return minus(`${trimmed(value / 1e9)}G`)
  if (size >= 1e6) return minus(`${trimmed(value / 1e6)}M`)
  if (size >= 1e4) return minus(`${trimmed(value / 1e3)}k`)
  if (size < 1e-3) return minus(shortExponent(value))
  return minus(trimmed(value))
}

const trimmed = (value: number) => {
  const size = Math.abs(value)
  return String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3)))
}

const shortExponent = (value: number) => {
  const [mantissa, exponent] = value.toExponential(1).split('e')
  return `${Number(mantissa)}e${Number(exponent)}`
}

/** A fixed number of decimals, for columns of like numbers. */
export function fixed(value: number, digits: number): string {
  return Number.isFinite(value) ? minus(value.toFixed(digits)) : '–'
}

/** With its sign always, for advantages: "+0.97", "−1.20", "0.00". */
export function signed(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return '–'
  const text = value.toFixed(digits)
  return Number(text) === 0 ? (0).toFixed(digits) : value > 0 ? `+${text}` : minus(text)
}

export function percent(value: number | null | undefined, digits = 1): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : `${(100 * value).toFixed(digits)} %`
}

/** A knob's value, exactly as it could be typed again. */
export function plain(value: number): string {
  if (Number.isNaN(value)) return t('not delivered')
  return minus(value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value))
}

/** What a person typed: "2e-4", "0,5" and a true minus sign are numbers too. */
export function typed(text: string): number {
  const cleaned = text.trim().replaceAll('−', '-').replace(',', '.')
  return cleaned === '' ? Number.NaN : Number(cleaned)
}

export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = value
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${trimmed(size)} ${units[unit]}`
}

/** Memory in powers of two, as systems count it: 812 MiB, 3.25 GiB, 1.2 TiB. */
export function memory(value: number): string {
  const mib = value / 2 ** 20
  if (mib >= 1000 * 1024) return t('{{toPrecision}} TiB', { toPrecision: Number((mib / 2 ** 20).toPrecision(3)) })
  return mib < 1000
    ? t('{{mib}} MiB', { mib: Math.round(mib) })
    : t('{{toPrecision}} GiB', { toPrecision: Number((mib / 1024).toPrecision(3)) })
}

export const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`
