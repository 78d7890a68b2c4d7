import type { RunSummary } from '../../src-main/contract/records.ts'
import type { Column, Row } from '../../src-main/contract/table.ts'

const types = {
  number: 'integer',
  id: 'text',
  name: 'text',
  recipe: 'text',
  status: 'text',
  seed: 'integer',
  backend: 'text',
  parent: 'integer',
  forkStep: 'integer',
  step: 'integer',
  totalSteps: 'integer',
  stage: 'integer',
  stageName: 'text',
  reward: 'number',
  accuracy: 'number',
  trainedSeconds: 'number',
  createdAt: 'time',
  endedAt: 'time',
  starred: 'truth',
  archived: 'truth',
  tags: 'json',
  note: 'text',
} satisfies Partial<Record<keyof RunSummary, Column['type']>>

export const runColumns: Column[] = Object.entries(types).map(([name, type]) => ({ name, type }))

export const runRow = (run: RunSummary): Row =>
  Object.fromEntries(runColumns.map(({ name }) => [name, run[name as keyof RunSummary]]))
