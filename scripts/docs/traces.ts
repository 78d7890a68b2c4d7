/** The table of what a database with a million samples answers, out of what `npm run bench -- traces` measured. */
import { table } from './markdown.ts'

/** As test/bench/traces.ts prints it. */
export interface TracesFigures {
  samples: number
  megabytes: number
  questions: Record<string, { milliseconds: number; slowest: number; answers?: number }>
}

export function tracesFigureTable(figures: TracesFigures | undefined): string {
  const rows = Object.entries(figures?.questions ?? {}).map(([question, { milliseconds, slowest, answers }]) => [
    question,
    `${milliseconds} ms`,
    `${slowest} ms`,
    answers ?? '',
  ])
  return table(['asked', 'median', 'slowest', 'answers'], rows)
}
