/** What went wrong, as a sentence and a way out, from whatever the host or the transport threw. */
export interface Explanation {
  message: string
  hint: string
}

export function explain(error: unknown): Explanation {
  const e = error as { message?: unknown; data?: { message?: unknown; hint?: unknown } } | null
  const text = (value: unknown) => (typeof value === 'string' ? value : '')
  return {
    message: text(e?.data?.message) || text(e?.message) || String(error),
    hint: text(e?.data?.hint),
  }
}
