/** A trainer opens its run: a new one, or the one that it opened before. */
import { StudioError } from '../../contract/errors.ts'
import { ingestVersion, type Opened, type Opening } from '../../contract/ingest.ts'
import { type Recipe, recipeSchema } from '../../contract/recipe.ts'
import {
  type KeptOpening,
  keepOpening,
  noteSaid,
  openingOf,
  runByKey,
  settingsOfOpening,
  writersOf,
} from '../../store/attached.ts'
import type { Db } from '../../store/database.ts'
import { findRun, type RunRow, updateRun } from '../../store/runs.ts'
import { beginStage, insertStages } from '../../store/stages.ts'
import type { Store } from '../../store/store.ts'
import { createRun } from '../new-run.ts'
import { rewindAttached } from './rewind.ts'

export interface OpenedRun {
  row: RunRow
  /** Steps after this one were forgotten. */
  rewoundTo?: number
}

/**
 * Idempotent: the same key finds the same run.
 * @throws StudioError not-found for a run that was deleted; disk-full, data-folder
 */
export function openAttached(store: Store, dataFolder: string, key: string, opening: Opening): OpenedRun {
  const known = store.read((db) => runByKey(db, key))
  if (!known) return { row: newAttached(store, dataFolder, key, opening) }
  if (known.deleted_at !== null)
    throw new StudioError(
      'not-found',
      `Run #${known.number}, which "${key}" opened, was deleted.`,
      known.emptied
        ? 'Open a new one, under another key.'
        : `Take it out of the bin (grpo-studio restore ${known.number}), or open a new one under another key.`,
    )
  return again(store, known, opening)
}

export function openedOf(store: Store, row: RunRow): Opened {
  return store.read((db) => ({
    version: ingestVersion,
    number: row.number,
    id: row.id,
    lastStep: findRun(db, row.id)!.step,
    writers: writersOf(db, row.number),
  }))
}

/** @param more done in the transaction that makes it */
export function newAttached(
  store: Store,
  dataFolder: string,
  key: string,
  opening: Opening,
  more: (db: Db, number: number) => void = () => {},
): RunRow {
  const config = standIn(opening)
  const { id } = createRun(
    store,
    dataFolder,
    {
      config,
      backendWanted: null,
      settings: settingsOfOpening(opening),
      attached: { key, opening },
      ...(opening.startedAt !== null && { createdAt: new Date(opening.startedAt).toISOString() }),
    },
    {
      rows(db, number) {
        insertStages(db, number, config)
        beginStage(db, number, 0, 1)
        updateRun(db, number, { status: 'running' })
        noteSaid(db, number, 'running')
        more(db, number)
      },
    },
  )
  return store.read((db) => findRun(db, id)!)
}

function again(store: Store, row: RunRow, opening: Opening): OpenedRun {
  const { rewound } = openingOf(row)!
  const { resumedFrom: to, startedAt } = opening
  const goesBack = to !== null && !(rewound && rewound.to === to && rewound.startedAt === startedAt)
  // begun after the run had ended: not another process of it that comes late
  const anew = startedAt !== null && row.ended_at !== null && Date.parse(startedAt) > Date.parse(row.ended_at)
  // the app made it, and waits for its trainer
  const awaited = row.status === 'starting'
  return store.write((db) => {
    const kept: KeptOpening = goesBack ? { ...opening, rewound: { to, startedAt } } : { ...opening, rewound }
    keepOpening(db, row.number, kept)
    if (goesBack) rewindAttached(db, row, to)
    if (goesBack || anew || awaited) {
      updateRun(db, row.number, { status: 'running', settings: settingsOfOpening(opening), endedAt: null, error: null })
      noteSaid(db, row.number, 'running')
    }
    return { row: findRun(db, row.id)!, ...(goesBack && { rewoundTo: to }) }
  })
}

/** The trainer has no recipe of ours: one stage stands for its training wherever a run must have some. */
export const standIn = ({ source, title, model, totalSteps }: Opening): Recipe =>
  recipeSchema.parse({
    name: source.engine,
    title: title.slice(0, 120),
    model: model || source.engine,
    stages: [{ kind: 'grpo', name: 'training', steps: Math.min(totalSteps ?? 1, 10_000_000) }],
  })
