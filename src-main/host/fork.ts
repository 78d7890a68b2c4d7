/** A run that begins where another one stood at a checkpoint, with other settings. It needs nothing of the other run's folder from then on. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { contradiction } from '../contract/contradictions.ts'
import { StudioError } from '../contract/errors.ts'
import { type KnobChanges, knobs, knobValue } from '../contract/knobs.ts'
import { parseRecipe, type Recipe, withAssignments } from '../contract/recipe.ts'
import type { RecipeSource } from '../contract/recipe-edit.ts'
import type { CheckpointRecord } from '../contract/records.ts'
import { mergeSettings, type PartialSettings, type Settings } from '../contract/settings.ts'
import { shareCheckpoint } from '../store/checkpoint-folders.ts'
import { putCheckpoint } from '../store/checkpoints.ts'
import { copyCollected } from '../store/collected.ts'
import type { Db } from '../store/database.ts'
import { runFolder } from '../store/folder.ts'
import { recipeAt } from '../store/plan.ts'
import { type RunRow, recipeSourceOf, updateRun } from '../store/runs.ts'
import { beginStage, endStage, insertStages, stagesOf } from '../store/stages.ts'
import { recordEvent } from '../store/steering.ts'
import type { Store } from '../store/store.ts'
import { type CheckpointState, readState, requireCheckpoint } from './checkpoint-state.ts'
import { type CreatedRun, createRun } from './new-run.ts'

/** What a fork will be, before anything of it is made. */
export interface ForkPlan {
  parent: RunRow
  checkpoint: CheckpointRecord
  state: CheckpointState
  /** In force from its first step. */
  settings: Settings
  config: Recipe
  assignments: string[]
}

/**
 * @param step of one of the run's checkpoints
 * @param assignments `key=value`, as of a launch
 * @throws StudioError not-found naming the checkpoints that there are; bad-recipe, bad-setting; bad-request for what a checkpoint decides;
 *   checkpoint
 */
export function planFork(store: Store, dataFolder: string, row: RunRow, step: number, assignments: string[]): ForkPlan {
  const folder = runFolder(dataFolder, row.id)
  const checkpoint = store.read((db) => requireCheckpoint(db, row, folder, step))
  const state = readState(join(folder, checkpoint.folder))
  const before = store.read((db) => recipeAt(db, row, step))
  const config = parseRecipe(withAssignments(before, assignments), `The fork of run #${row.number}`)
  requireSameModel(before, config)
  requirePosition(before, config, state)
  const settings = settingsAt(state, config.stages.length, assignments)
  return { parent: row, checkpoint, state, settings, config, assignments }
}

/** @throws StudioError disk-full, data-folder */
export function makeFork(store: Store, dataFolder: string, plan: ForkPlan, backend: string | null): CreatedRun {
  const { parent, checkpoint, state, settings, config } = plan
  const from = runFolder(dataFolder, parent.id)
  return createRun(
    store,
    dataFolder,
    { config, backendWanted: backend, settings, parent: parent.number, forkStep: state.step, source: sourceOf(plan) },
    {
      files(folder) {
        shareCheckpoint(from, folder, checkpoint)
        copyCollected(from, folder)
        writeState(join(folder, checkpoint.folder), { ...state, settings })
      },
      rows: (db, number) => insertRows(db, number, plan),
    },
  )
}

/** The parent's file, with what the fork changes laid over it. */
function sourceOf({ parent, assignments }: ForkPlan): RecipeSource | null {
  const source = recipeSourceOf(parent)
  return source && { ...source, forked: [...(source.forked ?? []), ...assignments] }
}

function insertRows(
  db: Db,
  number: number,
  { parent, checkpoint, state, settings, config, assignments }: ForkPlan,
): void {
  insertStages(db, number, config)
  for (const { stage, firstStep, lastStep, endReason } of stagesOf(db, parent.number).slice(0, state.stage)) {
    if (firstStep !== null) beginStage(db, number, stage, firstStep)
    if (lastStep !== null && endReason) endStage(db, number, stage, lastStep, endReason)
  }
  beginStage(db, number, state.stage, state.stageFirstStep)
  updateRun(db, number, { step: state.step, stage: state.stage })
  putCheckpoint(db, number, checkpoint)
  const { changes, before } = turned(state.settings, settings)
  recordEvent(db, number, {
    kind: 'fork',
    changes,
    before,
    requestedAt: new Date().toISOString(),
    requestedStep: state.step,
    effectiveStep: state.step + 1,
    detail: { run: parent.number, assignments },
  })
}

/** A file of its own: the one that was linked is the parent's too. */
function writeState(folder: string, state: CheckpointState): void {
  const file = join(folder, 'state.json')
  rmSync(file)
  writeFileSync(file, `${JSON.stringify(state, null, 2)}\n`)
}

/** Knobs whose value a fork changes, for the story and the charts. */
function turned(from: Settings, to: Settings): { changes: KnobChanges; before: KnobChanges } {
  const names = knobs.map(({ name }) => name).filter((name) => knobValue(from, name) !== knobValue(to, name))
  const of = (settings: Settings) => Object.fromEntries(names.map((name) => [name, knobValue(settings, name)]))
  return { changes: of(to), before: of(from) }
}

/** @throws StudioError bad-request */
function requireSameModel(before: Recipe, after: Recipe): void {
  for (const field of ['model', 'lora'] as const) {
    if (JSON.stringify(before[field]) === JSON.stringify(after[field])) continue
    throw new StudioError(
      'bad-request',
      `A fork cannot change ${field}: the checkpoint's weights are of ${JSON.stringify(before[field] ?? 'none')}.`,
      'Launch a new run with it.',
    )
  }
}

/** @throws StudioError bad-request for stages that are done and would be others, and where nothing is left to do */
function requirePosition(before: Recipe, after: Recipe, { step, stage, stageFirstStep }: CheckpointState): void {
  const done = (recipe: Recipe) => JSON.stringify(recipe.stages.slice(0, stage).map(({ settings: _, ...rest }) => rest))
  const kind = after.stages[stage]?.kind
  if (done(before) !== done(after) || kind !== before.stages[stage].kind)
    throw new StudioError(
      'bad-request',
      `At step ${step} the run is in stage "${before.stages[stage].name}" (${before.stages[stage].kind}): a fork cannot change that, nor the stages before it.`,
      'Change the stages after it, or fork from an earlier checkpoint.',
    )
  const left = after.stages[stage].steps - (step - stageFirstStep + 1)
  if (left > 0 || stage + 1 < after.stages.length) return
  throw new StudioError(
    'bad-request',
    `Nothing is left to do after step ${step}: it is the end of the last stage.`,
    `Fork from an earlier checkpoint, or lengthen the stage: --set stages.${stage}.steps=${2 * after.stages[stage].steps}.`,
  )
}

/**
 * What was in force, with what is asked for over it: a value that was steered stays unless it is named.
 * @throws StudioError bad-setting for settings that make no sense together
 */
function settingsAt({ settings, stage }: CheckpointState, stages: number, assignments: string[]): Settings {
  const blank = { settings: { rewardWeights: {} }, stages: Array.from({ length: stages }, () => ({ settings: {} })) }
  const asked = withAssignments(blank, assignments) as {
    settings: PartialSettings
    stages: { settings?: PartialSettings }[]
  }
  // all weights given at once take the place of those there were
  const whole = assignments.some((assignment) => /^(settings\.)?rewardWeights=/.test(assignment))
  const kept = whole ? { ...settings, rewardWeights: {} } : settings
  const after = mergeSettings(mergeSettings(kept, asked.settings), asked.stages[stage]?.settings ?? {})
  const wrong = contradiction(after)
  if (wrong) throw new StudioError('bad-setting', `The fork makes no sense: ${wrong.what}.`, wrong.hint)
  return after
}
