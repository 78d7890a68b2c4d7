/** The table of alerts, out of the contract's own. */
import { alertKinds } from '../../src-main/contract/alert-kinds.ts'
import { code, table } from './markdown.ts'

export const alertTable = (): string =>
  table(
    ['alert', 'when', 'the run'],
    Object.entries(alertKinds).map(([kind, { when, run }]) => [code(kind), when.replace(/\.$/, ''), run]),
  )
