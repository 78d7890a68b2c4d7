/** Dark or light: the system's choice until the person makes one. */
import { createStore } from 'zustand/vanilla'
import type { Scheme } from '../app/palette.ts'

export type Wish = 'auto' | Scheme

const storageKey = 'grpo-studio.scheme'
const system = window.matchMedia('(prefers-color-scheme: dark)')

function restored(): Wish {
  const kept = window.localStorage.getItem(storageKey)
  return kept === 'dark' || kept === 'light' ? kept : 'auto'
}

const shownAs = (wish: Wish): Scheme => (wish === 'auto' ? (system.matches ? 'dark' : 'light') : wish)

export const schemeStore = createStore<{ wish: Wish; scheme: Scheme }>(() => ({
  wish: restored(),
  scheme: shownAs(restored()),
}))

schemeStore.subscribe(({ wish, scheme }, before) => {
  if (wish !== before.wish) window.localStorage.setItem(storageKey, wish)
  if (shownAs(wish) !== scheme) schemeStore.setState({ scheme: shownAs(wish) })
})

system.addEventListener('change', () => schemeStore.setState(({ wish }) => ({ scheme: shownAs(wish) })))
