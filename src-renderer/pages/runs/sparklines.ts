/** The reward of every run in a few points, fetched when the list is opened, and anew from time to time while a run trains. */
import { useEffect, useState } from 'react'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { runsStore } from '../../stores/runs.ts'

const POINTS = 32
const EVERY_MS = 10_000

export function useSparklines(): Record<string, (number | null)[]> | null {
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => {
      if (runsStore.getState().runs?.some(({ status }) => status === 'running')) setTurn((n) => n + 1)
    }, EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return useResource(`sparklines ${turn}`, () => api().runs.sparklines({ points: POINTS })).data
}
