/** One answer of a model, told while it grows. */
import type { PlaygroundNews } from '../contract/api.ts'
import type { GenerateRequest } from '../contract/jobs.ts'
import { modelPath } from '../library/places.ts'
import type { Host } from './host.ts'

/**
 * @param signal ends it
 * @throws StudioError not-found for a model that was not fetched; bad-model, bad-request, engine-died
 */
export async function* answer(
  host: Pick<Host, 'job'>,
  { model, chat, ...ask }: { model: string; chat: boolean } & Omit<GenerateRequest, 'modelDir' | 'chat'>,
  signal?: AbortSignal,
): AsyncGenerator<PlaygroundNews, void, void> {
  const stop = new AbortController()
  const leave = () => stop.abort()
  signal?.addEventListener('abort', leave, { once: true })
  const news: PlaygroundNews[] = []
  let wake = () => {}
  let ended = false
  const began = Date.now()
  const job = host
    .job(
      'generate',
      { modelDir: modelPath(model), chat: chat && 'auto', ...ask },
      {
        signal: stop.signal,
        onNews(part) {
          news.push({ done: false, ...part })
          wake()
        },
      },
    )
    .then((whole) => news.push({ done: true, seconds: (Date.now() - began) / 1000, ...whole }))
    .finally(() => {
      ended = true
      wake()
    })
  // it is awaited below; until then nobody would hear a failure
  job.catch(() => {})
  try {
    while (!ended || news.length > 0) {
      // of several parts only the newest is worth telling
      const part = news.length > 1 && !news.at(-1)!.done ? news.splice(0).at(-1)! : news.shift()
      if (part) yield part
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
    await job
  } finally {
    leave()
    signal?.removeEventListener('abort', leave)
  }
}
