/** A prompt's groups as cells over the steps: where there are more steps than room, neighbours share a cell. */
import { type Figures, figureOf, type PromptFigures, type Silence, silenceOf } from '../../stores/group-figures.ts'
import type { GroupColour } from '../../stores/group-list.ts'

/** The least that a cell is wide, px. */
const narrowest = 3

/** How the steps from `first` to `last` lie on so many px. */
export interface Scale {
  first: number
  last: number
  cells: number
  width: number
}

export function scaleOf(first: number, last: number, width: number): Scale {
  const steps = Math.max(1, last - first + 1)
  return { first, last, width, cells: Math.max(1, Math.min(steps, Math.floor(width / narrowest))) }
}

export const cellOf = ({ first, last, cells }: Scale, step: number): number =>
  Math.min(cells - 1, Math.floor(((step - first) * cells) / Math.max(1, last - first + 1)))

export interface Cell {
  at: number
  /** Mean of its groups; NaN where none has a reward. */
  value: number
  /** All of its groups taught nothing, and why; `alike` where they differ in that. */
  silence: Silence | null
}

export function worthOf(figures: Figures, row: number, colour: GroupColour): number {
  if (colour === 'solved') return figureOf(figures, row, 'right') / figureOf(figures, row, 'judged')
  return figureOf(figures, row, colour === 'spread' ? 'std' : 'mean')
}

/** Those that are not empty, in order. */
export function cellsOf(figures: Figures, { rows }: PromptFigures, colour: GroupColour, scale: Scale): Cell[] {
  const cells: (Cell & { of: number; speaks: boolean })[] = []
  for (const row of rows) {
    const at = cellOf(scale, figureOf(figures, row, 'step'))
    const value = worthOf(figures, row, colour)
    const silence = silenceOf(figures, row)
    let cell = cells.at(-1)
    if (cell?.at !== at) {
      cell = { at, value: Number.NaN, of: 0, silence, speaks: false }
      cells.push(cell)
    }
    if (!Number.isNaN(value)) {
      cell.value = ((Number.isNaN(cell.value) ? 0 : cell.value) * cell.of + value) / (cell.of + 1)
      cell.of++
    }
    if (silence === null) cell.speaks = true
    else if (cell.silence !== silence) cell.silence = 'alike'
  }
  return cells.map(({ at, value, silence, speaks }) => ({ at, value, silence: speaks ? null : silence }))
}

/** The group of a prompt that is nearest to a place on the scale, px. */
export function nearestRow(figures: Figures, { rows }: PromptFigures, scale: Scale, x: number): number {
  const wanted = scale.first + (x / scale.width) * (scale.last - scale.first + 1) - 0.5
  const away = (row: number) => Math.abs(figureOf(figures, row, 'step') - wanted)
  return rows.reduce((nearest, row) => (away(row) < away(nearest) ? row : nearest))
}
