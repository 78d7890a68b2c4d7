/** One answer of a model, told while it grows. */
import type { PlaygroundNews } from '../contract/api.ts'
import type { GenerateRequest } from '../contract/jobs.ts'
import { modelPath } from '../library/places.ts'
import type { Host } from './host.ts'
import { told } from './told.ts'

/**
 * @param signal ends it
 * @throws StudioError not-found for a model that was not fetched; bad-model, bad-request, engine-died
 */
export function answer(
  host: Pick<Host, 'job'>,
  { model, chat, ...ask }: { model: string; chat: boolean } & Omit<GenerateRequest, 'modelDir' | 'chat'>,
  signal?: AbortSignal,
): AsyncGenerator<PlaygroundNews, void, void> {
  return told<PlaygroundNews, PlaygroundNews>(async (hear, signal) => {
    const began = Date.now()
    const request = { modelDir: modelPath(model), chat: chat && ('auto' as const), ...ask }
    const whole = await host.job('generate', request, { signal, onNews: (part) => hear({ done: false, ...part }) })
    return { done: true, seconds: (Date.now() - began) / 1000, ...whole }
  }, signal)
}
