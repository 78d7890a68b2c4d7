/** The log of a job as it grows: its end first, earlier parts on request, bounded in what is held. */
import { useEffect, useRef, useState } from 'react'
import type { LogPage } from '../../../../src-main/contract/ray.ts'
import { api } from '../../../stores/host.ts'
import { type Explanation, explain } from '../../../transport/explain.ts'

export interface ShownLog extends LogPage {
  /** It shows the end, and what is added there. */
  following: boolean
}

/** Characters that are held at once. */
const MOST = 1_000_000
const interval = 1500
const EARLIER = 64 << 10

/** @param attempt of the run; null asks for nothing @param going it may still grow */
export function useLog(runId: string | null, attempt: number | null, going: boolean) {
  const [log, setLog] = useState<ShownLog | null>(null)
  const [error, setError] = useState<Explanation | null>(null)
  const shown = useRef<ShownLog | null>(null)
  shown.current = log
  useEffect(() => {
    setLog(null)
    if (runId === null || attempt === null) return
    let wanted = true
    let timer: ReturnType<typeof setTimeout>
    const look = async () => {
      try {
        const now = shown.current
        if (!now || now.following) {
          const page = await api().ray.log({ runId, attempt, ...(now && { from: now.to }) })
          if (wanted) setLog((before) => (before?.following === false ? before : joined(now, page)))
          if (wanted) setError(null)
        }
      } catch (failure) {
        if (wanted) setError(explain(failure))
      }
      if (wanted && going) timer = setTimeout(() => void look(), interval)
    }
    void look()
    return () => {
      wanted = false
      clearTimeout(timer)
    }
  }, [runId, attempt, going])

  const ask = async (range: { from?: number; to?: number }, take: (page: LogPage) => ShownLog) => {
    if (runId === null || attempt === null) return
    try {
      setLog(take(await api().ray.log({ runId, attempt, ...range })))
      setError(null)
    } catch (failure) {
      setError(explain(failure))
    }
  }
  return {
    log,
    error,
    earlier: () =>
      ask({ from: Math.max(0, (log?.from ?? 0) - EARLIER), to: log?.from ?? 0 }, (page) => ({
        ...page,
        text: (page.text + (log?.text ?? '')).slice(0, MOST),
        to: log?.to ?? page.to,
        following: log?.following ?? true,
      })),
    /** From a little before this place. */
    at: (place: number) => ask({ from: place }, (page) => ({ ...page, following: false })),
    end: () => ask({}, (page) => ({ ...page, following: true })),
  }
}

function joined(before: ShownLog | null, page: LogPage): ShownLog {
  if (!before) return { ...page, following: true }
  const text = before.text + page.text
  const cut = Math.max(0, text.length - MOST)
  return { ...page, text: text.slice(cut), from: before.from + cut, following: true }
}
