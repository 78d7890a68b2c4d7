/** The reader of one prompt: its appearances through the run, and which of them is shown. */
import { createStore } from 'zustand/vanilla'
import type { PromptAppearance } from '../../src-main/contract/api.ts'
import type { TokenColour } from '../text/token-colour.ts'
import type { Route } from './route.ts'

export interface ReaderState {
  prompt: string | null
  /** Oldest first; null until they are fetched. */
  appearances: PromptAppearance[] | null
  /** Index of the shown one. */
  at: number
  /** The samples of one moment side by side, or one sample of every moment. */
  layout: 'samples' | 'time'
  /** Marks what a text has that its neighbour lacks. */
  differences: boolean
  /** The page that it was opened from, where that is another one than its own. */
  from: Route | null
  /** What tokens are coloured by, where samples of one moment are read. */
  colour: TokenColour
}

export const readerStore = createStore<ReaderState>(() => ({
  prompt: null,
  appearances: null,
  at: 0,
  layout: 'samples',
  differences: false,
  from: null,
  colour: 'none',
}))

export function showAppearance(index: number): void {
  const { appearances } = readerStore.getState()
  if (appearances && appearances.length > 0)
    readerStore.setState({ at: Math.min(appearances.length - 1, Math.max(0, index)) })
}

/** Best first: highest reward, then the shorter; evaluations have no reward, so the right ones come first. */
export function bestFirst(appearance: PromptAppearance): PromptAppearance['samples'] {
  const worth = (s: PromptAppearance['samples'][number]) => s.reward ?? (s.correct ? 1 : 0)
  return [...appearance.samples].sort(
    (a, b) => worth(b) - worth(a) || (a.tokens ?? 0) - (b.tokens ?? 0) || a.sample - b.sample,
  )
}

/** null where none were delivered. */
export function meanTokens({ samples }: PromptAppearance): number | null {
  const counts = samples.map(({ tokens }) => tokens).filter((tokens) => tokens !== null)
  return counts.length === 0 ? null : counts.reduce((sum, one) => sum + one, 0) / counts.length
}
