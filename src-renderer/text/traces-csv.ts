import { csvLine } from '../../src-main/contract/csv.ts'
import type { Trace } from '../../src-main/contract/traces.ts'

const columns = {
  step: (t) => t.step,
  group: (t) => t.group,
  sample: (t) => t.sample,
  prompt: (t) => t.prompt,
  answer: (t) => t.answer,
  kind: (t) => t.kind,
  right: (t) => t.right,
  reward: (t) => t.reward,
  advantage: (t) => t.advantage,
  tokens: (t) => t.tokens,
  finishReason: (t) => t.finishReason,
  label: (t) => t.label?.label,
  note: (t) => t.label?.note,
  parts: (t) => t.parts,
  text: (t) => t.text,
} satisfies Record<string, (trace: Trace) => unknown>

/** Completions as comma-separated values: a line each, the parts of the reward as JSON. */
export const tracesCsv = (traces: readonly Trace[]): string =>
  [Object.keys(columns), ...traces.map((trace) => Object.values(columns).map((of) => of(trace)))].map(csvLine).join('')
