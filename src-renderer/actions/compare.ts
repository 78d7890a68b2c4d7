/** Commands of the samples that are compared. */
import { commonPromptsStore, comparedPrompt, comparePrompt } from '../stores/compared-samples.ts'
import { go, routeStore } from '../stores/route.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

const here = () => {
  const route = routeStore.getState()
  return route.page === 'compare' && route.runs.length > 0 ? route : null
}

function neighbour(by: number): string | undefined {
  const route = here()
  if (!route?.samples) return undefined
  const { prompts } = commonPromptsStore.getState()
  const shown = comparedPrompt(prompts, route.samples.prompt)
  return prompts[prompts.findIndex(({ prompt }) => prompt === shown) + by]?.prompt
}

const move = (by: number) => {
  const prompt = neighbour(by)
  if (prompt !== undefined) comparePrompt(prompt)
}

export const nextCompared: Action = {
  id: 'next-compared-prompt',
  name: () => t('Next prompt that they have in common'),
  group: 'Groups',
  keys: ['J', 'ArrowDown'],
  words: 'compare samples',
  enabled: () => neighbour(1) !== undefined,
  run: () => move(1),
}

export const previousCompared: Action = {
  id: 'previous-compared-prompt',
  name: () => t('Previous prompt that they have in common'),
  group: 'Groups',
  keys: ['K', 'ArrowUp'],
  words: 'compare samples',
  enabled: () => neighbour(-1) !== undefined,
  run: () => move(-1),
}

export const compareSamples: Action = {
  id: 'compare-samples',
  name: () => (here()?.samples ? t('Curves of the runs compared') : t('Samples of the runs compared')),
  group: 'Groups',
  keys: ['O'],
  words: 'answers side by side prompt',
  enabled: () => here() !== null,
  run: () => {
    const route = here()
    if (route) go({ page: 'compare', runs: route.runs, ...(!route.samples && { samples: { prompt: '', step: '' } }) })
  },
}
