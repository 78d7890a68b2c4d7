/** A list is one stop of Tab, however long it is: arrow keys, Home and End lead through it. */
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react'

/** Where a key leads from an item of a list; null for other keys. */
export function moved(key: string, at: number, count: number): number | null {
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[key]
  return to === undefined ? null : Math.max(0, Math.min(count - 1, to))
}

interface Roving {
  /** For what holds the items. */
  onKeyDown(event: KeyboardEvent): void
  /** For each item. */
  item(index: number): { 'data-item': number; tabIndex: number; onFocus(): void }
}

/** @param drawn first and last of those that are there, where only what is seen is drawn @param reveal scrolls to one */
export function useRoving(
  list: RefObject<HTMLElement | null>,
  count: number,
  drawn: readonly [number, number] = [0, count - 1],
  reveal?: (index: number) => void,
): Roving {
  const [at, setAt] = useState(0)
  const wanted = useRef<number | null>(null)
  const stop = Math.max(drawn[0], Math.min(drawn[1], at))
  // one that is far away is drawn some renders later
  useEffect(() => {
    const found = wanted.current !== null && list.current?.querySelector<HTMLElement>(`[data-item="${wanted.current}"]`)
    if (!found) return
    wanted.current = null
    found.focus()
  })
  return {
    onKeyDown(event) {
      const to = moved(event.key, stop, count)
      if (to === null || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      wanted.current = to
      setAt(to)
      reveal?.(to)
      // at an end nothing is drawn anew
      if (to === stop) wanted.current = null
    },
    item: (index) => ({ 'data-item': index, tabIndex: index === stop ? 0 : -1, onFocus: () => setAt(index) }),
  }
}
