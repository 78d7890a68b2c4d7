/** Completions as a table that is saved as a file: its columns, and how each format writes them. */
import { csvLine } from '../../src-main/contract/csv.ts'
import type { Trace } from '../../src-main/contract/traces.ts'

const columns = {
  runId: (_, runId) => runId,
  step: (one) => one.step,
  group: (one) => one.group,
  sample: (one) => one.sample,
  prompt: (one) => one.prompt,
  answer: (one) => one.answer,
  kind: (one) => one.kind,
  right: (one) => one.right,
  reward: (one) => finite(one.reward),
  advantage: (one) => finite(one.advantage),
  tokens: (one) => one.tokens,
  finishReason: (one) => one.finishReason,
  language: (one) => one.language ?? null,
  label: (one) => one.label?.label ?? null,
  note: (one) => one.label?.note ?? null,
  parts: (one) => one.parts,
  sides: (one) => one.sides ?? null,
  text: (one) => one.text,
} satisfies Record<string, (trace: Trace, runId: string) => unknown>

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

type Row = Record<string, unknown>

export const traceFormats = {
  csv: {
    type: 'text/csv',
    write: (rows: readonly Row[]) =>
      [Object.keys(columns), ...rows.map((row) => Object.values(row))].map(csvLine).join(''),
  },
  jsonl: {
    type: 'application/jsonl',
    write: (rows: readonly Row[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  },
} as const
export type TraceFormat = keyof typeof traceFormats

/** A line each; what is no plain value, such as the parts of the reward, as JSON. */
export function tracesFile(
  format: TraceFormat,
  runId: string,
  traces: readonly Trace[],
): { text: string; type: string } {
  const { type, write } = traceFormats[format]
  const rows = traces.map((one) =>
    Object.fromEntries(Object.entries(columns).map(([name, of]) => [name, of(one, runId)])),
  )
  return { text: write(rows), type }
}
