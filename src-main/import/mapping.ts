/** Which column of a table is what: as it was said, and, of what was not said, as the columns are called. */

import type { StudioError } from '../contract/errors.ts'
import { type ImportField, type ImportMap, importFamilies, importFields } from '../contract/imports.ts'
import { nearest } from '../contract/nearest.ts'
import { complaint } from './complaint.ts'
import { ourNames } from './metric-names.ts'

/** The first of these that is there, in any case of letters. */
const usual: Readonly<Record<ImportField, readonly string[]>> = {
  step: [
    'step',
    'global_step',
    'training_step',
    'train_step',
    'steps',
    'iteration',
    'iter',
    '_step',
    'train/global_step',
    'training/global_step',
  ],
  time: ['at', 'time', 'timestamp', '_timestamp', 'wall_time', 'wall time', 'date', 'created_at'],
  seconds: ['seconds'],
  prompt: ['prompt', 'input', 'question', 'query', 'problem', 'instruction'],
  completion: ['completion', 'output', 'response', 'generation', 'completions', 'answer_text', 'text'],
  group: ['group', 'group_id', 'uid', 'prompt_id', 'problem_id'],
  answer: ['answer', 'gts', 'ground_truth', 'target', 'reference', 'solution', 'label'],
  domain: ['domain', 'kind', 'task', 'data_source', 'category'],
  reward: ['reward', 'score', 'total_reward', 'rewards'],
  advantage: ['advantage', 'advantages'],
  tokens: ['tokens', 'num_tokens', 'completion_length', 'response_length', 'length', 'n_tokens'],
  finish: ['finishreason', 'finish_reason', 'finish', 'stop_reason'],
}
/** Numbers that are neither measured nor rewards. */
const places = new Set(['sample', 'index', 'id', 'epoch', 'stage', 'row', 'rank'])
/** Of a row of a completion. */
const ofCompletions: readonly ImportField[] = [
  'prompt',
  'completion',
  'group',
  'answer',
  'domain',
  'reward',
  'advantage',
  'tokens',
  'finish',
]

export interface TableSample {
  columns: readonly string[]
  /** Columns that hold numbers alone. */
  numeric: ReadonlySet<string>
}

export interface Mapped {
  map: ImportMap
  guessed: string[]
  /** What it lacks. */
  problem: StudioError | undefined
}

/**
 * @param given fields, each with its column; an empty column: the field is in none
 * @param exact nothing more is guessed
 * @throws StudioError bad-request for a field that there is not, a column that is not there
 */
export function mapColumns(path: string, { columns, numeric }: TableSample, given: ImportMap, exact: boolean): Mapped {
  for (const [field, column] of Object.entries(given)) requireKnown(path, columns, field, column)
  const map: ImportMap = Object.fromEntries(Object.entries(given).filter(([, column]) => column !== ''))
  const guessed: string[] = []
  const taken = new Set(Object.values(map))
  const take = (field: string, column: string | undefined) => {
    if (column === undefined || taken.has(column) || field in given) return
    map[field] = column
    guessed.push(field)
    taken.add(column)
  }
  const called = (names: readonly string[]) =>
    names.map((name) => columns.find((column) => bare(column) === name)).find((column) => column !== undefined)
  if (!exact) {
    for (const field of ['step', 'time', 'seconds', 'completion', 'prompt'] as const) take(field, called(usual[field]))
    const isCompletions = map.completion !== undefined
    if (isCompletions) for (const field of ofCompletions) take(field, called(usual[field]))
    else for (const field of ['completion', 'prompt'] as const) forget(field)
    const rest = columns.filter(
      (column) => numeric.has(column) && !taken.has(column) && !(isCompletions && places.has(bare(column))),
    )
    const names = ourNames(rest.map((column) => column.replace(/^data\./, '')))
    for (const column of rest) {
      const { family, name } = names.get(column.replace(/^data\./, ''))!
      take(isCompletions ? `part.${column.slice(0, 200)}` : `${family}.${name.slice(0, 200)}`, column)
    }
  }
  return { map, guessed, problem: lackOf(path, columns, map) }

  /** A prompt without a completion is a column like any other. */
  function forget(field: string): void {
    if (!guessed.includes(field)) return
    taken.delete(map[field])
    delete map[field]
    guessed.splice(guessed.indexOf(field), 1)
  }
}

/** What its name ends with, as nested objects are called by their path. */
const bare = (column: string) => column.toLowerCase().replace(/^data\./, '')

const families = [...Object.keys(importFamilies), 'weight']

function requireKnown(path: string, columns: readonly string[], field: string, column: string): void {
  const [family, ...name] = field.split('.')
  const isFamily = families.includes(family) && name.join('.') !== ''
  if (!isFamily && !Object.hasOwn(importFields, field)) {
    const fields = [...Object.keys(importFields), ...families.map((one) => `${one}.NAME`)]
    const near = nearest(field, Object.keys(importFields))
    throw complaint(
      `The mapping names "${field}", which is no field.${near ? ` Did you mean "${near}"?` : ''}`,
      `Fields: ${fields.join(', ')}.`,
    )
  }
  if (family === 'weight') {
    if (column.trim() === '' || !Number.isFinite(Number(column)))
      throw complaint(
        `The mapping says ${field}=${column}, and a weight is a number.`,
        `For example: --map ${field}=0.5`,
      )
    return
  }
  if (column === '' || columns.includes(column)) return
  const near = nearest(column, columns)
  throw complaint(
    `The mapping says ${field}=${column}, and ${path} has no column "${column}".${near ? ` Did you mean "${near}"?` : ''}`,
    `Its columns: ${columns.join(', ')}.`,
  )
}

function lackOf(path: string, columns: readonly string[], map: ImportMap): StudioError | undefined {
  const hint = `Its columns: ${columns.join(', ')}.`
  if (map.step === undefined)
    return complaint(`No column of ${path} is known to be the step.`, `Say which: --map step=COLUMN. ${hint}`)
  if (map.prompt !== undefined && map.completion === undefined)
    return complaint(
      `The mapping of ${path} has a prompt and no completion.`,
      `Say which column it is: --map completion=COLUMN. ${hint}`,
    )
  if (map.completion === undefined && !Object.keys(map).some((field) => /^(metric|evaluation)\./.test(field)))
    return complaint(
      `Nothing of ${path} would be read: no column of it holds completions, or numbers.`,
      `Name some: --map metric.reward=COLUMN, or --map completion=COLUMN. ${hint}`,
    )
  return undefined
}
