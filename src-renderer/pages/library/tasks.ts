/** What each kind of generated problem asks for. */
import type { TaskKind } from '../../../src-main/contract/recipe.ts'
import { t } from '../../text/t.ts'

export const aboutTasks: Readonly<Record<TaskKind, string>> = {
  sum: t('Sums of two to four numbers'),
  difference: t('Differences of two numbers'),
  product: t('Products of two numbers'),
  chain: t('Sums and differences in a chain'),
  countdown: t('An expression that reaches a number from others; five levels'),
  knights_knaves: t('Who says only what is true, and who never does; five levels'),
  grid: t('Who lives in which house with what; five levels'),
  sat: t('Which variables are true, so that all clauses hold; five levels'),
  function: t('A function from examples of it; five levels'),
  request: t('Requests that no rule has an answer to'),
}
