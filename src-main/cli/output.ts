/** Results go to stdout, everything else to stderr. */
import { reportOf, StudioError } from '../contract/errors.ts'

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`)
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** The error as a sentence and the way out, or as one JSON object; with its stack where it is a fault of the program. */
export function complain(error: unknown, json: boolean): void {
  const report = reportOf(error)
  if (json) {
    say(JSON.stringify({ error: report }))
    return
  }
  say(`grpo-studio: ${report.message}`)
  if (report.hint) say(`  ${report.hint}`)
  if (!(error instanceof StudioError) && error instanceof Error && error.stack) say(error.stack)
}

/** Columns as wide as their widest cell; numbers to the right. */
export function table(head: string[], rows: (string | number | null)[][]): string {
  const cells = rows.map((row) => row.map((cell) => (cell === null ? '–' : String(cell))))
  const widths = head.map((name, i) => Math.max(name.length, ...cells.map((row) => row[i].length)))
  const right = head.map(
    (_, i) => rows.length > 0 && rows.every((row) => row[i] === null || typeof row[i] === 'number'),
  )
  const line = (row: string[]) =>
    row
      .map((cell, i) => (right[i] ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
      .join('  ')
      .trimEnd()
  return [line(head), ...cells.map(line)].join('\n')
}

export function percent(share: number | null): string | null {
  return share === null || !Number.isFinite(share) ? null : `${(100 * share).toFixed(1)} %`
}

export function decimals(value: number | null, digits = 3): string | null {
  return value === null || !Number.isFinite(value) ? null : value.toFixed(digits)
}

/** 45 s, 3 m 10 s, 2 h 05 m */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} m ${String(s % 60).padStart(2, '0')} s`
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} m`
}
