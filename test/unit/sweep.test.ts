/** Sweeps before anything is trained: cells, limits, and what is said of a file that is wrong. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { gridOption } from '../../src-main/cli/sweep.ts'
import type { StudioError } from '../../src-main/contract/errors.ts'
import { nearest } from '../../src-main/contract/nearest.ts'
import { planOf, sweepSchema } from '../../src-main/contract/sweep.ts'
import { listSetUps, prepareSweep, shippedSweeps } from '../../src-main/host/sweeps.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

const sweep = (more: Record<string, unknown> = {}) => ({ name: 's', title: 'A sweep', recipe: 'r1-zero-mini', ...more })
const plan = (more: Record<string, unknown>) => planOf(sweepSchema.parse(sweep(more)), { name: 'r', seed: 7 })

function refusal(work: () => unknown): StudioError {
  try {
    work()
  } catch (error) {
    return error as StudioError
  }
  throw new Error('It was not refused.')
}

describe('cells', () => {
  test('of a grid: every combination, the last setting changing fastest', () => {
    const { cells, seeds, reference } = plan({ grid: { beta: [0, 0.1], groupSize: [4, 16] }, seeds: 3 })
    expect(cells.map(({ label }) => label)).toEqual([
      'beta=0 groupSize=4',
      'beta=0 groupSize=16',
      'beta=0.1 groupSize=4',
      'beta=0.1 groupSize=16',
    ])
    expect(cells[3].assignments).toEqual(['beta=0.1', 'groupSize=16'])
    expect(seeds).toEqual([7, 8, 9])
    expect(reference).toBe(0)
  })

  test('of a list, each with all of the grid; labels are given or are what is changed', () => {
    const list = [{ label: 'low', set: { epsilonLow: 0.1, epsilonHigh: 0.1 } }, { set: { lossType: 'dapo' } }]
    const { cells, reference } = plan({ list, grid: { beta: [0, 1] }, reference: 'low beta=1' })
    expect(cells.map(({ label }) => label)).toEqual([
      'low beta=0',
      'low beta=1',
      'lossType=dapo beta=0',
      'lossType=dapo beta=1',
    ])
    expect(cells[2].assignments).toEqual(['lossType=dapo', 'beta=0'])
    expect(reference).toBe(1)
  })

  test('several seeds alone are one cell', () => {
    expect(plan({ seeds: [3, 1] })).toMatchObject({
      cells: [{ label: 'as in the recipe', assignments: [] }],
      seeds: [3, 1],
    })
  })

  test.each([
    [{}, /nothing varies/],
    [{ grid: { beta: [0, 0] } }, /the cell "beta=0" comes twice/],
    [{ grid: { beta: [0, 1] }, list: [{ set: { beta: 2 } }] }, /beta is both in the list and in the grid/],
    [{ grid: { seed: [1, 2] }, seeds: 2 }, /seed is varied twice/],
    [{ seeds: [1, 1] }, /the seed 1 comes twice/],
    [{ grid: { beta: [0, 1] }, reference: 'beta=2' }, /no cell is called "beta=2"/],
    [{ grid: { beta: [0, 1, 2, 3, 4] }, seeds: 64 }, /5 cells with 64 seeds each are 320 runs, and at most 256/],
  ])('%j is refused', (more, why) => {
    const { message, hint } = refusal(() => plan(more))
    expect(message).toMatch(why)
    expect(hint).not.toBe('')
  })
})

describe('prepareSweep', () => {
  test('makes a recipe of each cell and seed', () => {
    const { name, runs } = prepareSweep(
      sweep({ steps: 30, set: { evalPrompts: 8 }, grid: { beta: [0, 0.5] }, seeds: 2 }),
    )
    expect(name).toBe('s')
    expect(runs.map(({ cell, recipe }) => [cell, recipe.seed, recipe.settings.beta])).toEqual([
      [0, 0, 0],
      [0, 1, 0],
      [1, 0, 0.5],
      [1, 1, 0.5],
    ])
    expect(runs[2].recipe).toMatchObject({ name: 'r1-zero-mini', title: 'A sweep: beta=0.5', evalPrompts: 8 })
    expect(runs[2].recipe.stages).toMatchObject([{ steps: 30 }])
  })

  test('a setting that there is not names its cell and the nearest one', () => {
    const { message, hint } = refusal(() => prepareSweep(sweep({ grid: { epsilonHihg: [0.1, 1] } })))
    expect(message).toContain('In the cell "epsilonHihg=0.1": There is no setting "epsilonHihg"')
    expect(hint).toContain('Did you mean epsilonHigh?')
  })

  test('a value out of range names its cell, the value and the range', () => {
    const { message } = refusal(() => prepareSweep(sweep({ grid: { beta: [0, 99] } })))
    expect(message).toMatch(/In the cell "beta=99".*<=10 \(it is 99\)/)
  })

  test('a file that is wrong is told with the line', () => {
    const path = join(temporaryFolder(), 'bad.json')
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, '{\n  "name": "Bad Name",\n  "title": "x",\n  "recipe": "r1-zero-mini",\n  "sedes": 3\n}\n')
    const { message } = refusal(() => prepareSweep(path))
    expect(message).toContain(`${path} is not a valid sweep`)
    expect(message).toContain('line 2, name: must be lower-case')
    expect(message).toMatch(/line 5, .*sedes/)
    expect(refusal(() => prepareSweep('clip-ration')).message).toContain('There is no sweep "clip-ration"')
  })

  test('a recipe beside the sweep’s file is found from wherever the app was started', () => {
    const folder = temporaryFolder()
    mkdirSync(folder, { recursive: true })
    const recipe = { name: 'near', title: 'Near', task: { sum: 1 }, stages: [{ kind: 'grpo', name: 'a', steps: 2 }] }
    writeFileSync(join(folder, 'near.json'), JSON.stringify(recipe))
    writeFileSync(join(folder, 'sweep.json'), JSON.stringify(sweep({ recipe: 'near.json', seeds: 2 })))
    expect(prepareSweep(join(folder, 'sweep.json')).plan.recipe).toBe('near')
  })
})

test.each(listSetUps())(
  '$name comes along: it can be prepared, and says what it asks',
  ({ name, cells, description }) => {
    expect(prepareSweep(name).runs.length).toBeGreaterThan(1)
    expect(cells.length).toBeGreaterThan(1)
    expect(description).not.toBe('')
    expect(prepareSweep(join(shippedSweeps, `${name}.json`)).name).toBe(name)
  },
)

test('--grid reads JSON where it is JSON, and else text; brackets keep their commas', () => {
  expect(gridOption('beta=0,0.001')).toEqual({ beta: [0, 0.001] })
  expect(gridOption('lossType=grpo,dapo', { beta: [1] })).toEqual({ beta: [1], lossType: ['grpo', 'dapo'] })
  expect(gridOption('task={"sum":1,"chain":2},{"sum":1}')).toEqual({ task: [{ sum: 1, chain: 2 }, { sum: 1 }] })
  expect(gridOption('levels.grid=[1,2],3')).toEqual({ 'levels.grid': [[1, 2], 3] })
  expect(() => gridOption('beta')).toThrow(/not of the form/)
  expect(() => gridOption('beta=')).toThrow(/not of the form/)
  expect(() => gridOption('beta=1', { beta: [0] })).toThrow(/has a grid already/)
})

test('nearest finds what was meant, and nothing where nothing is near', () => {
  const known = ['beta', 'groupSize', 'epsilonHigh']
  expect(nearest('grupSize', known)).toBe('groupSize')
  expect(nearest('BETA', known)).toBe('beta')
  expect(nearest('tokenizer', known)).toBeUndefined()
})
