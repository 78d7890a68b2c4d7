/** What the groups of a whole run came to, without their texts: one row a group, packed, as there may be hundreds of thousands. */
import { z } from 'zod'

/** Numbers of a row, in this order. `mean`, `std`: of the rewards; NaN where none has a verdict. `right` of the `judged` ones; `tokens`: mean of an answer. */
export const figureColumns = ['step', 'group', 'prompt', 'mean', 'std', 'silent', 'judged', 'right', 'tokens'] as const
export type FigureColumn = (typeof figureColumns)[number]

export interface GroupFigures {
  /** Every prompt of the rows, in the order in which they came up; `prompt` of a row is a place in it. */
  prompts: { prompt: string; answer: string; kind: string }[]
  /** Rows in the order of steps and places: 32-bit floats, little-endian, as base64. */
  rows: string
}

export const figuresQuery = z.object({
  runId: z.string().min(1).max(100),
  /** Only groups of later steps. */
  afterStep: z.number().int().min(0).default(0),
})
