/** A sweep: one recipe trained with several settings, and each with several seeds, to see what the settings do. */
import { z } from 'zod'
import type { ErrorReport } from './errors.ts'
import { StudioError } from './errors.ts'
import type { Estimate } from './evaluation.ts'
import type { RunStatus } from './records.ts'

/** So many runs a sweep may have, seeds counted. */
export const sweepLimit = 256

const changes = z.record(z.string().min(1).max(200), z.json())
const seed = z.number().int().min(0).max(4_294_967_295)

/** A file of a sweep, or what a window asks for. Keys of changes are those of `--set`: `beta`, `rewardWeights.format`, `stages.0.steps`. */
export const sweepSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and dashes'),
  title: z.string().min(1).max(120),
  /** What it asks, and what is to be expected. */
  description: z.string().max(2000).default(''),
  /** Name of a shipped recipe, the path of a file, or the recipe itself. */
  recipe: z.union([z.string().min(1), z.record(z.string(), z.unknown())]),
  /** Steps in all, as `--steps` has it. */
  steps: z.number().int().min(1).max(10_000_000).optional(),
  /** Changes that all runs have in common. */
  set: changes.default({}),
  /** Values of each setting: every combination is a cell. */
  grid: z.record(z.string().min(1).max(200), z.array(z.json()).min(1).max(sweepLimit)).default({}),
  /** Changes that belong together: each is a cell, and with a grid each of them has all cells of the grid. */
  list: z
    .array(z.strictObject({ label: z.string().min(1).max(80).optional(), set: changes }))
    .max(sweepLimit)
    .default([]),
  /** How many, from the recipe's own on, or which. */
  seeds: z.union([z.number().int().min(1).max(64), z.array(seed).min(1).max(64)]).default(1),
  /** Label of the cell that the others are held against; without it the first. */
  reference: z.string().optional(),
})

export type Sweep = z.infer<typeof sweepSchema>

export interface SweepCell {
  label: string
  /** As `--set` takes them, the common ones left out. */
  assignments: string[]
}

/** A sweep as it is kept. */
export interface SweepPlan {
  title: string
  description: string
  /** Name of the recipe. */
  recipe: string
  /** As `--set` takes them, for all runs. */
  common: string[]
  cells: SweepCell[]
  seeds: number[]
  /** Position of the cell that the others are held against. */
  reference: number
}

/**
 * The cells of a sweep, in the order of its list, then of its grid with the last setting changing fastest.
 * @throws StudioError bad-request: nothing varies, the same cell twice, too many runs, no such reference
 */
export function planOf(sweep: Sweep, recipe: { name: string; seed: number }): SweepPlan {
  const rows = sweep.list.length > 0 ? sweep.list : [{ label: undefined, set: {} }]
  let cells = rows.map(({ label, set }): SweepCell => {
    const assignments = assignmentsOf(set)
    return { label: label ?? assignments.join(' '), assignments }
  })
  for (const [key, values] of Object.entries(sweep.grid)) {
    const clash = rows.some(({ set }) => key in set)
    if (clash) refuse(`${key} is both in the list and in the grid`, 'Leave it out of one of them.')
    cells = cells.flatMap(({ label, assignments }) =>
      values.map((value) => {
        const [assignment] = assignmentsOf({ [key]: value })
        return { label: [label, assignment].filter(Boolean).join(' '), assignments: [...assignments, assignment] }
      }),
    )
  }
  const seeds = typeof sweep.seeds === 'number' ? counted(recipe.seed, sweep.seeds) : sweep.seeds
  if (cells[0].assignments.length === 0 && cells.length === 1 && seeds.length === 1)
    refuse('nothing varies', 'Give a grid (--grid beta=0,0.001), a list, or several seeds.')
  if (cells.some(({ assignments }) => assignments.some((a) => a.startsWith('seed='))) && seeds.length > 1)
    refuse('seed is varied twice, by its value and by seeds', 'Leave one of them out.')
  const twice = repeated(cells.map(({ label }) => label)) ?? repeated(cells.map((c) => c.assignments.join(' ')))
  if (twice !== undefined) refuse(`the cell "${twice}" comes twice`, 'Name every cell and every value once.')
  const seedTwice = repeated(seeds.map(String))
  if (seedTwice !== undefined) refuse(`the seed ${seedTwice} comes twice`, 'Name every seed once.')
  const runs = cells.length * seeds.length
  if (runs > sweepLimit)
    refuse(
      `${cells.length} cells with ${seeds.length} seeds each are ${runs} runs, and at most ${sweepLimit} can be swept`,
      'Take fewer values or seeds.',
    )
  const reference = sweep.reference === undefined ? 0 : cells.findIndex(({ label }) => label === sweep.reference)
  if (reference < 0)
    refuse(`no cell is called "${sweep.reference}"`, `The cells: ${cells.map(({ label }) => label).join(', ')}.`)
  return {
    title: sweep.title,
    description: sweep.description,
    recipe: recipe.name,
    common: assignmentsOf(sweep.set),
    cells: cells.map((cell) => ({ ...cell, label: cell.label || 'as in the recipe' })),
    seeds,
    reference,
  }

  function refuse(what: string, hint: string): never {
    throw new StudioError('bad-request', `The sweep ${sweep.name} cannot be made: ${what}.`, hint)
  }
}

/** As `--set` takes them: what is not text is JSON. */
const assignmentsOf = (set: Record<string, unknown>) =>
  Object.entries(set).map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)

const counted = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i)

const repeated = (names: readonly string[]) => names.find((name, i) => names.indexOf(name) !== i)

/** A sweep that comes along. */
export interface SweepSetUp {
  name: string
  title: string
  description: string
  recipe: string
  cells: string[]
  seeds: number
}

export interface SweepSummary extends Pick<SweepPlan, 'title' | 'description' | 'recipe' | 'seeds'> {
  name: string
  createdAt: string
  cells: number
  /** Of all its runs. */
  runs: { all: number; finished: number; active: number; waiting: number; failed: number }
}

/** One run of a cell: it waits, was refused or removed, or has a run. */
export interface SweepRun {
  seed: number
  /** Number of its entry in the queue. */
  entry: number
  run: { number: number; id: string } | null
  status: RunStatus | 'waiting' | 'refused' | 'removed'
  error: ErrorReport | null
  /** Held-out, at its end. */
  accuracy: number | null
}

export interface Spread {
  mean: number
  min: number
  max: number
}

/** What finished runs of a cell say. */
export interface CellResult extends SweepCell {
  runs: SweepRun[]
  /** Held-out accuracy at the end, mean over seeds, with the 95 % interval that seeds and prompts leave. */
  accuracy: Estimate | null
  /** The same, less that of the reference cell: on the same prompts and by the same seeds. null for the reference itself, or where they share none. */
  difference: Estimate | null
  /** Held-out accuracy before the first step. */
  before: number | null
  /** Tokens of a held-out answer. */
  meanLength: Spread | null
  /** Share of the held-out answers in the form. */
  formatRate: Spread | null
  /** Share of the words of the reasoning in another language than the target, in held-out answers at the end; its interval as that of the accuracy. */
  languageMixing: Estimate | null
  /** Of training, in all and a step. */
  seconds: Spread | null
  secondsPerStep: Spread | null
  /** Tokens sampled or learned from. */
  tokens: Spread | null
  /** Peak of the engine's memory, in MiB. */
  memory: Spread | null
  /** Held-out accuracy over steps, mean over seeds. */
  heldOut: { step: number; value: number; low: number; high: number }[]
  /** Mean reward over steps, mean over seeds. */
  reward: { steps: number[]; values: (number | null)[] }
}

export interface SweepResult {
  sweep: SweepSummary
  plan: SweepPlan
  cells: CellResult[]
}
