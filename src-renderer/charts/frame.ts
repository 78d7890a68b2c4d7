/** Where the plot lies inside a chart, so that lines laid over it (cursor, brush) fall on the same steps. */

export interface Frame {
  left: number
  right: number
  top: number
  bottom: number
  /** Font size of the axes, px. */
  font: number
  /** Scale of strokes: 1 at 16 px a rem. */
  unit: number
}

/** @param rem px of one rem, so that the charts grow with the rest of the window */
export function frameFor(rem: number): Frame {
  const unit = rem / 16
  return {
    left: Math.round(40 * unit),
    right: Math.round(10 * unit),
    top: Math.round(9 * unit),
    bottom: Math.round(19 * unit),
    font: Math.round(10.5 * unit * 2) / 2,
    unit,
  }
}

export type Range = [from: number, to: number]

export function stepAt(x: number, width: number, frame: Frame, [from, to]: Range): number {
  const inner = Math.max(1, width - frame.left - frame.right)
  const share = Math.min(1, Math.max(0, (x - frame.left) / inner))
  return from + share * (to - from)
}

/** Share of the plot's width, 0 to 1; outside it when the step is out of range. */
export function shareOf(step: number, [from, to]: Range): number {
  return to > from ? (step - from) / (to - from) : 0
}

/** A range around a fixed step, `factor` times as wide, within the limits and never under four steps. */
export function zoomed(range: Range, around: number, factor: number, limits: Range): Range | null {
  const width = Math.max(4, (range[1] - range[0]) * factor)
  if (width >= limits[1] - limits[0]) return null
  const share = shareOf(around, range)
  const from = Math.min(Math.max(limits[0], around - share * width), limits[1] - width)
  return [from, from + width]
}
