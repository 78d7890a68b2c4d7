/** The estimate of what the launch dialog asks for: follows the settings, a moment after the last key. */
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import type { Estimate, MeasuredPart } from '../../src-main/contract/estimate.ts'
import type { LaunchOrder } from '../actions/launch.ts'
import { type Explanation, explain } from '../transport/explain.ts'
import { connectionStore } from './connection.ts'
import { api } from './host.ts'

export interface Following {
  /** The newest; of the order before, while that of a changed one is under way. */
  estimate: Estimate | null
  /** `estimate` answers the order as it is now. */
  current: boolean
  /** What is tried on the machine this moment. */
  measuring: MeasuredPart | null
  /** Why there will be no times. */
  unmeasured: string | null
  error: Explanation | null
}

const nothing: Following = { estimate: null, current: false, measuring: null, unmeasured: null, error: null }

/** A person still types for so long, in milliseconds. */
const pause = 250

/** @param order null asks for nothing */
export function useEstimate(order: LaunchOrder | null): Following {
  const connected = useStore(connectionStore, (s) => s.status === 'connected')
  const [state, setState] = useState(nothing)
  const key = order && JSON.stringify(order)
  useEffect(() => {
    setState((before) => ({ ...nothing, estimate: key === null ? null : before.estimate }))
    if (key === null || !connected) return
    const stop = new AbortController()
    let wanted = true
    const change: Change = (next) => wanted && setState(next)
    const timer = setTimeout(() => void follow(JSON.parse(key), stop.signal, change), pause)
    return () => {
      wanted = false
      clearTimeout(timer)
      // a line that is cut has nobody at its end who could be told
      if (connectionStore.getState().status === 'connected') stop.abort()
    }
  }, [key, connected])
  return state
}

type Change = (next: (before: Following) => Following) => void

async function follow(order: LaunchOrder, signal: AbortSignal, set: Change): Promise<void> {
  try {
    for await (const event of await api().runs.estimate(order, { signal })) {
      if (signal.aborted) return
      set((before) => {
        if (event.type === 'measuring') return { ...before, measuring: event.part }
        if (event.type === 'unmeasured') return { ...before, measuring: null, unmeasured: event.reason }
        const measuring = event.final ? null : before.measuring
        return { ...before, estimate: event.estimate, current: true, measuring, error: null }
      })
    }
  } catch (error) {
    if (!signal.aborted) set(() => ({ ...nothing, error: explain(error) }))
  }
}
