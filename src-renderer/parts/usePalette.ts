import { useMemo, useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import { type Palette, palettes } from '../app/palette.ts'
import { type Frame, frameFor } from '../charts/frame.ts'
import { schemeStore } from '../stores/scheme.ts'

export function usePalette(): Palette {
  return palettes[useStore(schemeStore, (s) => s.scheme)]
}

const rootFontSize = () => Number.parseFloat(getComputedStyle(document.documentElement).fontSize)

function onResize(listener: () => void): () => void {
  window.addEventListener('resize', listener)
  return () => window.removeEventListener('resize', listener)
}

export function useFrame(): Frame {
  const rem = useSyncExternalStore(onResize, rootFontSize)
  return useMemo(() => frameFor(rem), [rem])
}
