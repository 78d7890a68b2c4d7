/** Work whose news a window hears as they come. */

/**
 * Yields the news and last the answer; of several news only the newest is told. Who stops listening ends the work.
 * @param begin starts the work; it ends when the signal is aborted
 * @throws what the work throws
 */
export async function* told<News, Answer>(
  begin: (hear: (news: News) => void, signal: AbortSignal) => Promise<Answer>,
  signal?: AbortSignal,
): AsyncGenerator<News | Answer, void, void> {
  const stop = new AbortController()
  const leave = () => stop.abort()
  signal?.addEventListener('abort', leave, { once: true })
  let newest: { news: News } | undefined
  let wake = () => {}
  let ended = false
  const work = begin((news) => {
    newest = { news }
    wake()
  }, stop.signal).finally(() => {
    ended = true
    wake()
  })
  // it is awaited below; until then nobody would hear a failure
  work.catch(() => {})
  try {
    while (!ended) {
      const { news } = newest ?? {}
      const some = newest !== undefined
      newest = undefined
      if (some) yield news as News
      else
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
    yield await work
  } finally {
    leave()
    signal?.removeEventListener('abort', leave)
  }
}
