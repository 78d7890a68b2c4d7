/**
 * A tab that was opened from a copied address has no token: a tab of the same window that has one, and whose line stands, lets it in. Only pages
 * of the host's own origin hear the question.
 */
const name = 'grpo-studio.tabs'
/** How long a new tab waits for an answer, milliseconds. */
const patience = 400

type Message = { ask: true } | { token: string }

/** @param token null while this tab has none, or its line is cut */
export function letNeighboursIn(token: () => string | null): void {
  const channel = new BroadcastChannel(name)
  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    const own = token()
    if ('ask' in data && own !== null) channel.postMessage({ token: own } satisfies Message)
  })
}

/** @returns null when no tab answers in time */
export function askNeighbours(): Promise<string | null> {
  const channel = new BroadcastChannel(name)
  return new Promise<string | null>((resolve) => {
    channel.addEventListener('message', ({ data }: MessageEvent<Message>) => 'token' in data && resolve(data.token))
    channel.postMessage({ ask: true } satisfies Message)
    setTimeout(() => resolve(null), patience)
  }).finally(() => channel.close())
}
