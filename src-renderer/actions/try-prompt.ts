import { failed } from '../stores/announce.ts'
import { commonPromptsStore, comparedPrompt } from '../stores/compared-samples.ts'
import { liveStore } from '../stores/live.ts'
import { playgroundStore, type StoredPrompt } from '../stores/playground.ts'
import { readerStore } from '../stores/reader.ts'
import { go, routeStore } from '../stores/route.ts'
import { runsStore } from '../stores/runs.ts'
import { tracesStore } from '../stores/traces.ts'
import { tryStored } from '../stores/try-prompt.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

/** The prompt that is read, wherever that is, and the step at which its answers were given. */
function readPrompt(): { stored: StoredPrompt; step: number } | null {
  const route = routeStore.getState()
  if (route.page === 'traces') {
    const { hits, at, runId } = tracesStore.getState()
    const hit = hits[at]
    return hit && runId ? { stored: { runId, prompt: hit.prompt, answer: hit.answer }, step: hit.step } : null
  }
  if (route.page === 'live' && route.opened) {
    const { prompt, appearances, at } = readerStore.getState()
    const shown = appearances?.[at]
    const { runId } = liveStore.getState()
    return prompt !== null && shown && runId
      ? { stored: { runId, prompt, answer: shown.answer }, step: shown.step }
      : null
  }
  if (route.page === 'compare' && route.samples) {
    const { prompts } = commonPromptsStore.getState()
    const prompt = comparedPrompt(prompts, route.samples.prompt)
    const found = prompts.find((one) => one.prompt === prompt)
    const step = route.samples.step === '' ? Number.MAX_SAFE_INTEGER : Number(route.samples.step)
    return found ? { stored: { runId: String(route.runs[0]), prompt: found.prompt, answer: found.answer }, step } : null
  }
  return null
}

/** What another trainer trains has no rewards here that could judge. */
const isOwn = (run: string) =>
  runsStore.getState().runs?.find(({ id, number }) => id === run || String(number) === run)?.source === null

export const tryPrompt: Action = {
  id: 'try-prompt',
  name: () => t('Try in the playground'),
  group: 'Groups',
  keys: ['Q'],
  words: 'resample again temperature rewards ask checkpoint base model',
  enabled: () => {
    const read = readPrompt()
    return read !== null && isOwn(read.stored.runId) && !playgroundStore.getState().busy
  },
  run: async () => {
    const read = readPrompt()
    if (!read) return
    try {
      await tryStored(read.stored, read.step)
      go({ page: 'playground' })
    } catch (error) {
      failed(error)
    }
  },
}
