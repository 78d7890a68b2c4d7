/** Marks an element as one that has a hint: spread into its props. Hints.tsx shows it. */

export type Side = 'top' | 'bottom' | 'left' | 'right'

export const hint = (text: string, side: Side = 'top') => ({ 'data-hint': text, 'data-hint-side': side })

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

const gap = 6
const edge = 4

/** Where a hint of a size lies beside its target, px: on the side asked for, on the other where there is no room, within the window. */
export function placeOf(
  target: Box,
  size: { width: number; height: number },
  side: Side,
  window: { width: number; height: number },
): { left: number; top: number } {
  const before = (at: number, own: number) => at - own - gap
  const after = (at: number, extent: number) => at + extent + gap
  const middle = (at: number, extent: number, own: number) => at + extent / 2 - own / 2
  const clamp = (at: number, own: number, whole: number) => Math.max(edge, Math.min(at, whole - own - edge))
  const fits = (at: number, own: number, whole: number) => at >= edge && at + own <= whole - edge
  const along = (first: boolean, at: number, extent: number, own: number, whole: number) => {
    const [wanted, other] = [before(at, own), after(at, extent)]
    const [a, b] = first ? [wanted, other] : [other, wanted]
    return fits(a, own, whole) || !fits(b, own, whole) ? a : b
  }
  const beside = side === 'left' || side === 'right'
  const left = beside
    ? along(side === 'left', target.left, target.width, size.width, window.width)
    : middle(target.left, target.width, size.width)
  const top = beside
    ? middle(target.top, target.height, size.height)
    : along(side === 'top', target.top, target.height, size.height, window.height)
  return { left: clamp(left, size.width, window.width), top: clamp(top, size.height, window.height) }
}
