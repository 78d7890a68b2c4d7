import type { Column, Row } from '../../src-main/contract/table.ts'
import type { Trace } from '../../src-main/contract/traces.ts'

export const traceColumns: Column[] = [
  { name: 'run', type: 'text' },
  { name: 'step', type: 'integer' },
  { name: 'group', type: 'integer' },
  { name: 'sample', type: 'integer' },
  { name: 'prompt', type: 'text' },
  { name: 'answer', type: 'text' },
  { name: 'kind', type: 'text' },
  { name: 'right', type: 'truth' },
  { name: 'reward', type: 'number' },
  { name: 'advantage', type: 'number' },
  { name: 'tokens', type: 'integer' },
  { name: 'finishReason', type: 'text' },
  { name: 'language', type: 'text' },
  { name: 'label', type: 'text' },
  { name: 'note', type: 'text' },
  { name: 'parts', type: 'json' },
  { name: 'sides', type: 'json' },
  { name: 'text', type: 'text' },
]

export const traceRow = (run: string | null, trace: Trace): Row => {
  const { step, group, sample, prompt, answer, kind, right, reward, advantage, tokens, finishReason } = trace
  const { label, parts, sides = null, text, language = null } = trace
  const numbers = { step, group, sample, prompt, answer, kind, right, reward, advantage, tokens, finishReason }
  return { run, ...numbers, language, label: label?.label ?? null, note: label?.note ?? null, parts, sides, text }
}
