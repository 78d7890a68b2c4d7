/** How a person looks at the live page: zoom, cursor, order. Not worth an address; the lasting part is kept in this browser. */
import { createStore } from 'zustand/vanilla'
import type { KnobChanges } from '../../src-main/contract/knobs.ts'
import { abscissae, type Over } from '../charts/abscissa.ts'

export interface Branching {
  kind: 'fork' | 'roll-back'
  runId: string
  /** Of the checkpoint to begin with; null: the newest that makes sense. */
  step: number | null
  /** What is filled in already. */
  changes: KnobChanges
}

export interface ViewState {
  /** Steps shown by every chart; null shows all. */
  zoom: [number, number] | null
  smooth: boolean
  /** What charts run over. */
  over: Over
  /** Heights of the charts by powers of ten. */
  log: boolean
  /** Panel that fills the chart area; null shows the grid. */
  enlarged: string | null
  /** The charts are being chosen and arranged. */
  arranging: boolean
  /** Rows of the heatmap: most teaching first, or as drawn. */
  rows: 'spread' | 'drawn'
  tab: 'history' | 'alerts' | 'checkpoints'
  /** The knobs that most runs leave alone are unfolded. */
  furtherKnobs: boolean
  /** Formulas of what a model wrote are typeset. */
  formulas: boolean
  palette: boolean
  shortcuts: boolean
  launch: boolean
  /** The run whose recipe, as it went, the launch dialog begins with. */
  launchLike: string | null
  /** The recipe file that the launch dialog begins with. */
  launchFile: string | null
  /** Of a new sweep: the recipe to begin with. */
  sweep: { recipe: string } | null
  /** A run is being chosen that lies on the disk. */
  importing: boolean
  /** A fork or a roll back is being asked for. */
  branching: Branching | null
  /** The reward model that the launch dialog begins with. */
  judgedBy: string | null
  /** The run whose recipe file was edited since: it waits for what to do about it. */
  recipeEdited: string | null
  /** A stage to insert is being written. */
  inserting: boolean
  /** Waits for a yes to stopping. */
  stopping: boolean
}

const storageKey = 'grpo-studio.view'

function restored(): Partial<ViewState> {
  try {
    const { smooth, over, log, rows, furtherKnobs, formulas } = JSON.parse(
      window.localStorage.getItem(storageKey) ?? '{}',
    )
    return {
      ...(typeof smooth === 'boolean' ? { smooth } : {}),
      ...(abscissae.includes(over) ? { over } : {}),
      ...(log === true ? { log } : {}),
      ...(rows === 'drawn' ? { rows } : {}),
      ...(furtherKnobs === true ? { furtherKnobs } : {}),
      ...(formulas === false ? { formulas } : {}),
    }
  } catch {
    return {}
  }
}

export const viewStore = createStore<ViewState>(() => ({
  zoom: null,
  smooth: true,
  over: 'steps',
  log: false,
  enlarged: null,
  arranging: false,
  rows: 'spread',
  tab: 'history',
  furtherKnobs: false,
  formulas: true,
  palette: false,
  shortcuts: false,
  launch: false,
  launchLike: null,
  launchFile: null,
  sweep: null,
  importing: false,
  branching: null,
  judgedBy: null,
  recipeEdited: null,
  inserting: false,
  stopping: false,
  ...restored(),
}))

const lasting = ({ smooth, over, log, rows, furtherKnobs, formulas }: ViewState) =>
  JSON.stringify({ smooth, over, log, rows, furtherKnobs, formulas })

viewStore.subscribe((now, before) => {
  if (lasting(now) !== lasting(before)) window.localStorage.setItem(storageKey, lasting(now))
})

/** The step under the pointer in any chart; apart, because it changes with every move of the mouse. */
export const cursorStore = createStore<{ step: number | null }>(() => ({ step: null }))
