/** The figures of all groups of a run as the Groups page has them: one row a group, and what they come to for each prompt and step. */
import { type FigureColumn, figureColumns, type GroupFigures } from '../../src-main/contract/group-figures.ts'
import { wilson } from '../../src-main/contract/wilson.ts'

/** Why a group teaches nothing: all of its answers right, all wrong, or all alike where no rule tells. */
export type Silence = 'right' | 'wrong' | 'alike'

export interface Figures {
  prompts: GroupFigures['prompts']
  /** In the order of steps and places; `numbersOf` reads them. */
  rows: Float32Array
}

export interface PromptFigures {
  prompt: string
  answer: string
  kind: string
  /** Its groups, in the order of steps. */
  rows: number[]
  /** Of the mean rewards, and of the spreads, of its groups; NaN where there is none. */
  mean: number
  spread: number
  /** Share of its answers that are right, with Wilson's interval; NaN where no rule tells. */
  solved: number
  low: number
  high: number
  judged: number
  tokens: number
  /** Share of its groups that taught nothing. */
  silent: number
  first: number
  last: number
  /** Its answers were right each time, or wrong each time. */
  always: 'right' | 'wrong' | null
}

export interface StepFigures {
  step: number
  groups: number
  silent: Record<Silence, number>
}

const width = figureColumns.length
const places = Object.fromEntries(figureColumns.map((name, i) => [name, i])) as Record<FigureColumn, number>

export const countOf = ({ rows }: Pick<Figures, 'rows'>): number => rows.length / width

export const figureOf = ({ rows }: Pick<Figures, 'rows'>, row: number, column: FigureColumn): number =>
  rows[row * width + places[column]]

export function unpacked({ prompts, rows }: GroupFigures): Figures {
  const text = atob(rows)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return { prompts, rows: new Float32Array(bytes.buffer) }
}

/** @param more groups of later steps, whose prompts are counted anew */
export function extended(figures: Figures, more: Figures): Figures {
  const known = new Map(figures.prompts.map(({ prompt }, i) => [prompt, i]))
  const prompts = [...figures.prompts]
  const placeOf = more.prompts.map((one) => {
    const place = known.get(one.prompt)
    return place ?? prompts.push(one) - 1
  })
  const rows = new Float32Array(figures.rows.length + more.rows.length)
  rows.set(figures.rows)
  rows.set(more.rows, figures.rows.length)
  for (let i = figures.rows.length + places.prompt; i < rows.length; i += width) rows[i] = placeOf[rows[i]]
  return { prompts, rows }
}

export const lastStep = (figures: Figures): number =>
  countOf(figures) === 0 ? 0 : figureOf(figures, countOf(figures) - 1, 'step')

export function silenceOf(figures: Figures, row: number): Silence | null {
  if (figureOf(figures, row, 'silent') !== 1) return null
  const judged = figureOf(figures, row, 'judged')
  const right = figureOf(figures, row, 'right')
  return judged > 0 && right === judged ? 'right' : judged > 0 && right === 0 ? 'wrong' : 'alike'
}

/** Of every prompt, in the order in which they came up. */
export function promptFigures(figures: Figures): PromptFigures[] {
  const rowsOf: number[][] = figures.prompts.map(() => [])
  for (let row = 0; row < countOf(figures); row++) rowsOf[figureOf(figures, row, 'prompt')].push(row)
  return figures.prompts.map((prompt, i) => ({ ...prompt, ...summed(figures, rowsOf[i]) }))
}

function summed(figures: Figures, rows: number[]): Omit<PromptFigures, keyof GroupFigures['prompts'][number]> {
  const sums = { mean: 0, std: 0, tokens: 0, judged: 0, right: 0, silent: 0 }
  let rewarded = 0
  let counted = 0
  for (const row of rows) {
    const mean = figureOf(figures, row, 'mean')
    if (!Number.isNaN(mean)) {
      rewarded++
      sums.mean += mean
      // a group of one has none
      sums.std += figureOf(figures, row, 'std') || 0
    }
    for (const column of ['judged', 'right', 'silent'] as const) sums[column] += figureOf(figures, row, column) || 0
    const tokens = figureOf(figures, row, 'tokens')
    if (!Number.isNaN(tokens)) {
      counted++
      sums.tokens += tokens
    }
  }
  const { judged, right } = sums
  const [low, high] = judged > 0 ? wilson(right, judged) : [Number.NaN, Number.NaN]
  return {
    rows,
    mean: sums.mean / rewarded,
    spread: sums.std / rewarded,
    solved: right / judged,
    ...{ low, high, judged },
    tokens: sums.tokens / counted,
    silent: sums.silent / rows.length,
    first: figureOf(figures, rows[0], 'step'),
    last: figureOf(figures, rows[rows.length - 1], 'step'),
    always: judged === 0 ? null : right === judged ? 'right' : right === 0 ? 'wrong' : null,
  }
}

/** Of every step that has groups, in order. */
export function stepFigures(figures: Figures): StepFigures[] {
  const steps: StepFigures[] = []
  for (let row = 0; row < countOf(figures); row++) {
    const step = figureOf(figures, row, 'step')
    if (steps.at(-1)?.step !== step) steps.push({ step, groups: 0, silent: { right: 0, wrong: 0, alike: 0 } })
    const own = steps[steps.length - 1]
    own.groups++
    const silence = silenceOf(figures, row)
    if (silence) own.silent[silence]++
  }
  return steps
}
