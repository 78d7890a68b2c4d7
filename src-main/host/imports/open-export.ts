/** The run that an export becomes: with its own number and id where no other run has them. */
import { existsSync } from 'node:fs'
import { type ErrorReport, StudioError } from '../../contract/errors.ts'
import { openingSchema } from '../../contract/ingest.ts'
import { initialSettings, parseRecipe, type Recipe } from '../../contract/recipe.ts'
import type { RunStatus, StageRecord } from '../../contract/records.ts'
import { keptSettings, undeliveredSettings } from '../../contract/settings.ts'
import type { ExportSource } from '../../import/export-folder.ts'
import { noteSaid } from '../../store/attached.ts'
import { keepKey } from '../../store/being-imported.ts'
import { type Db, sql } from '../../store/database.ts'
import { runFolder } from '../../store/folder.ts'
import { findRun, updateRun } from '../../store/runs.ts'
import type { Store } from '../../store/store.ts'
import { standIn } from '../ingest/open-run.ts'
import { type CreatedRun, createRun, nextNumber } from '../new-run.ts'

const statuses: readonly RunStatus[] = ['finished', 'stopped', 'failed', 'interrupted', 'abandoned']

export interface OpenedExport {
  run: CreatedRun
  /** Undefined: another trainer trained it. */
  recipe: Recipe | undefined
}

/**
 * @param stages its records
 * @param hide called in the transaction that makes it
 * @throws StudioError bad-request, bad-recipe for a record that says nothing sensible; disk-full, data-folder
 */
export function openExported(
  store: Store,
  dataFolder: string,
  { run: own, files }: ExportSource,
  stages: readonly StageRecord[],
  key: string,
  hide: (db: Db, number: number) => void,
): OpenedExport {
  const where = files.find(({ file }) => file === 'run')!.path
  const wrong = (what: string) =>
    new StudioError('bad-request', `${where} ${what}.`, 'An export is read as it was written: export the run again.')
  const source = own.source === null ? undefined : openingSchema.safeParse(own.source)
  if (source?.success === false) throw wrong(`has a source that is none: ${source.error.issues[0].message}`)
  const opening = source?.data
  const recipe = opening ? undefined : parseRecipe(own.config, `The config of ${where}`)
  const config = recipe ? (own.config as Recipe) : standIn(opening!)
  const status = own.status as RunStatus
  // what was going on when it was exported does not go on here
  const ended = statuses.includes(status) ? status : 'interrupted'
  if (stages.length === 0) throw wrong('belongs to an export without stages')
  if (config.stages[(own.stage as number | null) ?? 0] === undefined)
    throw wrong(`names stage ${own.stage}, which its recipe does not have`)
  const before = recipe ? initialSettings(recipe) : undeliveredSettings
  const settings = own.settings === null ? before : keptSettings(JSON.stringify(own.settings))
  const run = createRun(
    store,
    dataFolder,
    {
      config,
      backendWanted: null,
      settings,
      createdAt: own.createdAt as string,
      ...place(store, dataFolder, own, config),
      ...(opening && { attached: { key, opening } }),
    },
    {
      rows(db, number) {
        for (const stage of stages) insertStage(db, number, stage)
        updateRun(db, number, {
          status: ended,
          ...(typeof own.backend === 'string' && { backend: own.backend }),
          ...(typeof own.device === 'string' && { device: own.device }),
          ...(typeof own.parameters === 'number' && { parameters: own.parameters }),
          endedAt: own.endedAt as string | null,
          step: own.step as number,
          stage: (own.stage as number | null) ?? stages.findLast(({ firstStep }) => firstStep !== null)?.stage ?? 0,
          error: own.error as ErrorReport | null,
        })
        sql(db, 'UPDATE runs SET name = ?, starred = ?, archived = ?, tags = ?, note = ? WHERE number = ?').run(
          own.name,
          Number(own.starred),
          Number(own.archived),
          JSON.stringify(own.tags),
          own.note,
          number,
        )
        if (opening) noteSaid(db, number, ended)
        keepKey(db, number, key)
        hide(db, number)
      },
    },
  )
  return { run, recipe }
}

/** @returns nothing where another run has its number or its id */
function place(
  store: Store,
  dataFolder: string,
  { number, id }: Record<string, unknown>,
  { name }: Recipe,
): { number: number; id: string } {
  const [given, called] = [number as number, String(id)]
  const isName = new RegExp(`^0*${given}-[a-z0-9][a-z0-9-]{0,62}$`).test(called)
  const isFree =
    isName &&
    given > 0 &&
    store.read((db) => findRun(db, String(given)) ?? findRun(db, called)) === undefined &&
    !existsSync(runFolder(dataFolder, called))
  if (isFree) return { number: given, id: called }
  const next = nextNumber(store, dataFolder)
  return { number: next, id: `${String(next).padStart(4, '0')}-${name}` }
}

function insertStage(db: Db, run: number, stage: StageRecord): void {
  sql(
    db,
    `INSERT INTO stages (run, stage, name, kind, planned_steps, first_step, last_step, end_reason)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(run, stage.stage, stage.name, stage.kind, stage.plannedSteps, stage.firstStep, stage.lastStep, stage.endReason)
}
