/** The heatmap's colours and hatches, and what is drawn with them. */
import { divergingScale, type Palette } from '../../app/palette.ts'
import { countOf, type Figures, type Silence, type StepFigures } from '../../stores/group-figures.ts'
import type { GroupColour } from '../../stores/group-list.ts'
import { type Cell, cellOf, type Scale, worthOf } from './cells.ts'

export interface HeatColours {
  colour: (value: number) => string
  /** Values at the ends of the scale. */
  low: number
  high: number
  hatch: Record<Silence, string>
  /** Above and below a cell, so that the middle of the scale is seen on the page's own colour. */
  edge: string
}

/** The scale spans what the run's groups have; spreads begin in its middle. */
export function heatColours(figures: Figures, by: GroupColour, palette: Palette): HeatColours {
  let [least, most] = by === 'mean' ? [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] : [0, 0]
  if (by === 'solved') most = 1
  else
    for (let row = 0; row < countOf(figures); row++) {
      const value = worthOf(figures, row, by)
      if (value < least) least = value
      if (value > most) most = value
    }
  const hatch = { right: palette.scaleHigh, wrong: palette.scaleLow, alike: palette.ink3 }
  const middle = by === 'spread' ? 0 : (least + most) / 2
  const scale = divergingScale(palette, Math.max(most - middle, Number.EPSILON))
  return { colour: (value) => scale(value - middle), low: least, high: most, hatch, edge: palette.lineStrong }
}

const tiles = new Map<string, CanvasPattern | null>()

/** Diagonal lines: groups that teach nothing. */
function hatched(context: CanvasRenderingContext2D, colour: string, ratio: number): CanvasPattern | string {
  const key = `${colour} ${ratio}`
  if (!tiles.has(key)) {
    const size = Math.round(5 * ratio)
    const tile = new OffscreenCanvas(size, size)
    const ink = tile.getContext('2d')
    if (ink) {
      ink.strokeStyle = colour
      ink.lineWidth = 1.3 * ratio
      ink.beginPath()
      for (const shift of [-size, 0, size]) {
        ink.moveTo(shift - 1, size + 1)
        ink.lineTo(shift + size + 1, -1)
      }
      ink.stroke()
    }
    tiles.set(key, context.createPattern(tile, 'repeat'))
  }
  return tiles.get(key) ?? colour
}

/** A canvas of so many px, cleared, and how many of its dots one of them has. */
export function cleared(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): [CanvasRenderingContext2D, number] | null {
  const ratio = window.devicePixelRatio || 1
  const [wide, tall] = [width, height].map((size) => Math.max(1, Math.round(size * ratio)))
  // the same size keeps its memory: rows are drawn anew with every turn of the wheel
  if (canvas.width !== wide) canvas.width = wide
  if (canvas.height !== tall) canvas.height = tall
  const context = canvas.getContext('2d')
  context?.clearRect(0, 0, wide, tall)
  return context && [context, ratio]
}

/** @param chosen the cell that is looked at */
export function drawCells(
  canvas: HTMLCanvasElement,
  cells: readonly Cell[],
  scale: Scale,
  height: number,
  colours: HeatColours,
  chosen: number | null,
): void {
  const made = cleared(canvas, scale.width, height)
  if (!made) return
  const [context, ratio] = made
  const wide = (scale.width / scale.cells) * ratio
  const gap = wide > 6 * ratio ? ratio : 0
  const tall = height * ratio
  for (const { at, value, silence } of cells) {
    const [left, right] = [Math.round(at * wide), Math.round((at + 1) * wide)]
    if (!silence && Number.isNaN(value)) continue
    if (!silence) {
      context.fillStyle = colours.edge
      context.fillRect(left, ratio, right - left - gap, tall - 2 * ratio)
    }
    context.fillStyle = silence ? hatched(context, colours.hatch[silence], ratio) : colours.colour(value)
    context.fillRect(left, 2 * ratio, right - left - gap, tall - 4 * ratio)
  }
  if (chosen === null) return
  context.strokeStyle = getComputedStyle(canvas).getPropertyValue('--ink')
  context.lineWidth = 1.5 * ratio
  const left = Math.round(chosen * wide)
  context.strokeRect(left - ratio, 0.75 * ratio, Math.max(wide - gap, 3 * ratio) + 2 * ratio, tall - 1.5 * ratio)
}

/** How many of a step's groups taught nothing, and why: columns from the bottom. */
export function drawSilence(
  canvas: HTMLCanvasElement,
  steps: readonly StepFigures[],
  scale: Scale,
  height: number,
  { hatch }: HeatColours,
): void {
  const made = cleared(canvas, scale.width, height)
  if (!made) return
  const [context, ratio] = made
  const wide = (scale.width / scale.cells) * ratio
  const tall = height * ratio
  const sums = Array.from({ length: scale.cells }, () => ({ groups: 0, right: 0, wrong: 0, alike: 0 }))
  for (const { step, groups, silent } of steps) {
    const sum = sums[cellOf(scale, step)]
    sum.groups += groups
    for (const why of ['right', 'wrong', 'alike'] as const) sum[why] += silent[why]
  }
  sums.forEach((sum, at) => {
    const [left, right] = [Math.round(at * wide), Math.round((at + 1) * wide)]
    let bottom = tall
    for (const why of ['wrong', 'alike', 'right'] as const) {
      const part = sum.groups === 0 ? 0 : (tall * sum[why]) / sum.groups
      context.fillStyle = hatched(context, hatch[why], ratio)
      context.fillRect(left, bottom - part, right - left, part)
      bottom -= part
    }
  })
}
