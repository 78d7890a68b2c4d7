import { useMemo, useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import { type Palette, palettes } from '../app/palette.ts'
import { type Frame, frameFor } from '../charts/frame.ts'
import { schemeStore } from '../stores/scheme.ts'

export function usePalette(): Palette {
  return palettes[useStore(schemeStore, (s) => s.scheme)]
}

/** Measured once a window size: asking for it anew would lay the page out each time. */
let rem: number | null = null

function rootFontSize(): number {
  rem ??= Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
  return rem
}

function onResize(listener: () => void): () => void {
  const forget = () => {
    rem = null
    listener()
  }
  window.addEventListener('resize', forget)
  return () => window.removeEventListener('resize', forget)
}

/** px of one rem. */
export const useRem = () => useSyncExternalStore(onResize, rootFontSize)

export function useFrame(): Frame {
  const rem = useRem()
  return useMemo(() => frameFor(rem), [rem])
}
