/** The Groups page's sums, lists and cells, against plain definitions. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { figureColumns } from '../../../src-main/contract/group-figures.ts'
import { cellOf, cellsOf, nearestRow, scaleOf } from '../../../src-renderer/pages/groups/cells.ts'
import {
  countOf,
  extended,
  type Figures,
  figureOf,
  lastStep,
  promptFigures,
  silenceOf,
  stepFigures,
  unpacked,
} from '../../../src-renderer/stores/group-figures.ts'
import { emptyGroupList, groupSortOf, listed, nextGroupSort } from '../../../src-renderer/stores/group-list.ts'

interface Row {
  step: number
  prompt: string
  mean: number
  std: number
  silent: 0 | 1
  judged: number
  right: number
  tokens: number
}

function packed(rows: readonly Row[]): Figures {
  const prompts = [...new Set(rows.map(({ prompt }) => prompt))]
  const numbers = rows.flatMap((row, i) =>
    figureColumns.map((name) => (name === 'group' ? i : name === 'prompt' ? prompts.indexOf(row.prompt) : row[name])),
  )
  const bytes = Buffer.from(new Float32Array(numbers).buffer).toString('base64')
  return unpacked({ prompts: prompts.map((prompt) => ({ prompt, answer: '', kind: prompt[0] })), rows: bytes })
}

const row = (more: Partial<Row>): Row => ({
  ...{ step: 1, prompt: 'a', mean: 0.5, std: 0.5, silent: 0, judged: 4, right: 2, tokens: 10 },
  ...more,
})

const rowsOf = fc
  .array(
    fc.record({
      step: fc.integer({ min: 1, max: 60 }),
      prompt: fc.constantFrom('a', 'b', 'c', 'd'),
      mean: fc.constantFrom(0, 0.25, 0.5, 1, Number.NaN),
      std: fc.constantFrom(0, 0.5),
      silent: fc.constantFrom(0 as const, 1 as const),
      judged: fc.constant(4),
      right: fc.integer({ min: 0, max: 4 }),
      tokens: fc.integer({ min: 1, max: 100 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows) => rows.sort((a, b) => a.step - b.step))

const near = (found: number, wanted: number) =>
  Number.isNaN(wanted) ? expect(found).toBeNaN() : expect(found).toBeCloseTo(wanted)

const meanOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('figures of prompts and steps', () => {
  it('are the means over their groups', () => {
    fc.assert(
      fc.property(rowsOf, (rows) => {
        for (const one of promptFigures(packed(rows))) {
          const own = rows.filter(({ prompt }) => prompt === one.prompt)
          const rewarded = own.filter(({ mean }) => !Number.isNaN(mean))
          near(one.mean, meanOf(rewarded.map(({ mean }) => mean)))
          near(one.spread, meanOf(rewarded.map(({ std }) => std)))
          expect(one.solved).toBeCloseTo(meanOf(own.map(({ right }) => right / 4)))
          expect(one.low).toBeLessThanOrEqual(one.solved + 1e-9)
          expect(one.high).toBeGreaterThanOrEqual(one.solved - 1e-9)
          expect([one.first, one.last, one.rows.length]).toEqual([own[0].step, own.at(-1)?.step, own.length])
          expect(one.silent).toBeCloseTo(meanOf(own.map(({ silent }) => silent)))
        }
        const steps = stepFigures(packed(rows))
        expect(steps.map(({ step }) => step)).toEqual([...new Set(rows.map(({ step }) => step))])
        const silent = steps.map((one) => one.silent.right + one.silent.wrong + one.silent.alike)
        expect(silent.reduce((a, b) => a + b, 0)).toBe(rows.filter((one) => one.silent === 1).length)
      }),
    )
  })

  it('of a run that grew are those of the whole run', () => {
    fc.assert(
      fc.property(rowsOf, fc.integer({ min: 0, max: 60 }), (rows, step) => {
        const [before, after] = [rows.filter((one) => one.step <= step), rows.filter((one) => one.step > step)]
        const grown = extended(packed(before), packed(after))
        const told = (figures: Figures) =>
          promptFigures(figures).map(({ rows, ...one }) => ({ ...one, groups: rows.length }))
        expect(told(grown)).toEqual(told(packed(rows)))
        expect(lastStep(grown)).toBe(rows.at(-1)?.step)
        expect(countOf(grown)).toBe(rows.length)
      }),
    )
  })

  it('say why a group teaches nothing', () => {
    const figures = packed([
      row({ silent: 1, right: 4 }),
      row({ silent: 1, right: 0 }),
      row({ silent: 1, right: 2 }),
      row({ silent: 1, judged: 0, right: 0 }),
      row({ right: 4 }),
    ])
    expect([0, 1, 2, 3, 4].map((i) => silenceOf(figures, i))).toEqual(['right', 'wrong', 'alike', 'alike', null])
  })
})

describe('the list', () => {
  const prompts = promptFigures(
    packed([
      row({ prompt: 'hard', right: 0, silent: 1, std: 0, mean: 0 }),
      row({ prompt: 'easy', right: 4, silent: 1, std: 0, mean: 1 }),
      row({ prompt: 'useful', std: 0.5 }),
      row({ prompt: 'talk', judged: 0, right: 0, mean: Number.NaN }),
    ]),
  )
  const names = (more: object) => listed(prompts, { ...emptyGroupList, ...more }).map(({ prompt }) => prompt)

  it('sorts by any column, what has no number last', () => {
    expect(names({ sort: 'solved' })).toEqual(['hard', 'useful', 'easy', 'talk'])
    expect(names({ sort: '-solved' })).toEqual(['easy', 'useful', 'hard', 'talk'])
    expect(names({ sort: 'prompt' })).toEqual(['easy', 'hard', 'talk', 'useful'])
    expect(names({})[0]).toBe('useful')
    expect(groupSortOf('nonsense')).toEqual({ name: 'spread', direction: 'down' })
  })

  it('filters by text, kind and signal', () => {
    expect(names({ text: 'USE' })).toEqual(['useful'])
    expect(names({ kind: 'e' })).toEqual(['easy'])
    expect(names({ signal: 'right' })).toEqual(['easy'])
    expect(names({ signal: 'wrong' })).toEqual(['hard'])
    expect(names({ signal: 'none' }).sort()).toEqual(['easy', 'hard'])
    expect(names({ signal: 'some' }).sort()).toEqual(['talk', 'useful'])
  })

  it('is turned round by a second click on a column', () => {
    expect(nextGroupSort('', 'spread')).toBe('-spread')
    expect(nextGroupSort('', 'solved')).toBe('solved')
    expect(nextGroupSort('solved', 'solved')).toBe('-solved')
    expect(nextGroupSort('-solved', 'solved')).toBe('solved')
  })
})

describe('cells', () => {
  it('hold each group once, also where several share one', () => {
    fc.assert(
      fc.property(rowsOf, fc.integer({ min: 1, max: 300 }), (rows, width) => {
        const figures = packed(rows)
        const scale = scaleOf(rows[0].step, lastStep(figures), width)
        for (const one of promptFigures(figures)) {
          const cells = cellsOf(figures, one, 'mean', scale)
          expect(cells.map(({ at }) => at)).toEqual([...new Set(cells.map(({ at }) => at))].sort((a, b) => a - b))
          for (const { at, value, silence } of cells) {
            const own = one.rows.filter((i) => cellOf(scale, figureOf(figures, i, 'step')) === at)
            const means = own.map((i) => figureOf(figures, i, 'mean')).filter((mean) => !Number.isNaN(mean))
            near(value, meanOf(means))
            expect(silence !== null).toBe(own.every((i) => silenceOf(figures, i) !== null))
          }
        }
      }),
    )
  })

  it('lead back to the nearest group', () => {
    const figures = packed([row({ step: 1 }), row({ step: 5 }), row({ step: 10 })])
    const [one] = promptFigures(figures)
    const scale = scaleOf(1, 10, 100)
    expect([5, 24, 26, 95].map((x) => nearestRow(figures, one, scale, x))).toEqual([0, 0, 1, 2])
  })
})
