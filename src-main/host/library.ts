/** Deleting what the library lists: said before it is done, refused where somebody needs it. */
import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setImmediate as breath } from 'node:timers/promises'
import type { HostEvent } from '../contract/api.ts'
import { StudioError } from '../contract/errors.ts'
import type { LibraryUse, Removal, RemovalPlan } from '../contract/library.ts'
import { modelsOf, rewardModelNamesOf } from '../contract/recipe-names.ts'
import { deleteCheckpointFolder } from '../store/checkpoint-folders.ts'
import { deleteCheckpoint } from '../store/checkpoints.ts'
import { runFolder } from '../store/folder.ts'
import { libraryUse } from '../store/library.ts'
import { requireRun } from '../store/queries.ts'
import type { Store } from '../store/store.ts'
import type { DiskUseCounter } from './disk-use.ts'
import { type CheckpointUse, type DoomedCheckpoint, doomedCheckpoints, roomOf } from './doomed-checkpoints.ts'
import type { Models } from './models.ts'
import type { Need } from './needs.ts'
import type { RewardModels } from './reward-models.ts'

interface LibraryContext {
  store: Store
  dataFolder: string
  models: Models
  rewardModels: RewardModels
  disk: DiskUseCounter
  needs(): Need[]
  /** Checkpoints that something is about to begin with. */
  pins(): CheckpointUse[]
  publish(event: HostEvent): void
}

export class Library {
  readonly #context: LibraryContext

  constructor(context: LibraryContext) {
    this.#context = context
  }

  /** @param use as the reader tells it: the sizes of the files are added */
  async use(use: LibraryUse): Promise<LibraryUse> {
    const size = (path: string) =>
      stat(path).then(
        ({ size }) => size,
        () => null,
      )
    return {
      ...use,
      files: await Promise.all(use.files.map(async (file) => ({ ...file, bytes: await size(file.path) }))),
    }
  }

  /** What a removal would do. @throws StudioError not-found */
  async plan(asked: Removal): Promise<RemovalPlan> {
    if (asked.kind === 'checkpoints') return (await this.#checkpoints(asked)).plan
    return asked.kind === 'model' ? this.#model(asked.name) : this.#rewardModel(asked.name)
  }

  /** Does it. @returns what it did @throws StudioError not-found; busy naming who needs all of it; disk-full, data-folder */
  async remove(asked: Removal): Promise<RemovalPlan> {
    if (asked.kind === 'checkpoints') return this.#removeCheckpoints(asked)
    const plan = await this.plan(asked)
    const [kept] = plan.kept
    if (kept) throw new StudioError('busy', kept.why, 'Wait until it has ended, or take it out of the queue.')
    if (asked.kind === 'model') this.#context.models.remove(asked.name)
    else this.#context.rewardModels.remove(asked.name)
    this.#context.disk.stale()
    return plan
  }

  #model(name: string): RemovalPlan {
    const item = this.#context.models.list().models.find((model) => model.name === name && model.state === 'fetched')
    // one that is half fetched has no size to tell
    const bytes = item?.bytes ?? 0
    const need = this.#context.needs().find(({ recipe }) => modelsOf(recipe).includes(name))
    const runs = this.#context.store.read(libraryUse).models[name] ?? []
    const costs = [
      'It can be fetched again.',
      ...(runs.length > 0
        ? [`${runNames(runs)} began with it: launching again needs it, and so does going on with a LoRA run.`]
        : []),
    ]
    return planOf(name, bytes, need && `${need.why}, and needs ${name}.`, costs)
  }

  #rewardModel(name: string): RemovalPlan {
    const { rewardModels, store, needs } = this.#context
    const item = rewardModels.list().models.find((model) => model.name === name)
    if (!item)
      throw new StudioError('not-found', `There is no reward model ${name}.`, 'It may have been deleted elsewhere.')
    const path = join(rewardModels.folder, name)
    const need = needs().find(({ recipe }) =>
      rewardModelNamesOf(recipe).some((asked) => asked === name || resolve(asked) === path),
    )
    const runs = store.read(libraryUse).rewardModels[name] ?? []
    const costs = [
      'Nothing brings it back but training it again.',
      ...(runs.length > 0 ? [`${runNames(runs)} cannot be resumed or launched again without it.`] : []),
    ]
    return planOf(name, item.bytes, need && `${need.why}, and is judged by ${name}.`, costs)
  }

  async #checkpoints({ runs, keep }: Extract<Removal, { kind: 'checkpoints' }>): Promise<{
    plan: RemovalPlan
    doomed: DoomedCheckpoint[]
  }> {
    const { store, dataFolder, pins } = this.#context
    const needs = this.#context.needs()
    const needed = needs.flatMap(({ why, recipe }) =>
      modelsOf(recipe).map((model) => ({ model, why: `${why}, and begins with it.` })),
    )
    const doomed: DoomedCheckpoint[] = []
    const plan: RemovalPlan = { items: [], bytes: 0, kept: [], costs: [] }
    const lost: number[] = []
    store.read((db) => {
      for (const name of runs) {
        const row = requireRun(db, name)
        const user = needs.find(({ run }) => run === row.number)
        if (user) {
          plan.kept.push({ name: `Checkpoints of run #${row.number}`, why: `${user.why}, and goes on from them.` })
          continue
        }
        const found = doomedCheckpoints(db, dataFolder, row, keep, pins(), needed)
        plan.kept.push(...found.kept)
        if (found.doomed.length === 0) continue
        doomed.push(...found.doomed)
        const bytes = found.doomed.reduce((sum, { record }) => sum + record.bytes, 0)
        plan.items.push({ name: `Run #${row.number}: ${stepsOf(found.doomed)}`, bytes })
        const goesOn = row.status === 'interrupted' || row.status === 'failed' || row.status === 'stopped'
        if (keep === 'none' && goesOn && found.kept.length === 0) lost.push(row.number)
      }
    })
    plan.bytes = await roomOf(doomed.map(({ path }) => path))
    if (lost.length > 0) plan.costs.push(`${runNames(lost)} cannot be resumed any more.`)
    if (doomed.length > 0)
      plan.costs.push(
        'Forks, roll backs, the playground and the colours of tokens can no longer begin with these steps.',
      )
    return { plan, doomed }
  }

  async #removeCheckpoints(asked: Extract<Removal, { kind: 'checkpoints' }>): Promise<RemovalPlan> {
    const { store, dataFolder, disk, publish } = this.#context
    const { plan, doomed } = await this.#checkpoints(asked)
    if (doomed.length === 0 && plan.kept.length > 0)
      throw new StudioError('busy', plan.kept[0].why, 'Stop the run first, or wait until it has finished.')
    store.write((db) => {
      for (const { run, record } of doomed) deleteCheckpoint(db, run, record.step)
    })
    for (const { runId, record } of doomed) {
      deleteCheckpointFolder(runFolder(dataFolder, runId), record)
      await breath()
    }
    disk.stale()
    publish({ type: 'pruned', runIds: [...new Set(doomed.map(({ runId }) => runId))] })
    return plan
  }
}

function planOf(name: string, bytes: number, why: string | undefined, costs: string[]): RemovalPlan {
  return why === undefined
    ? { items: [{ name, bytes }], bytes, kept: [], costs }
    : { items: [], bytes: 0, kept: [{ name, why }], costs: [] }
}

const runNames = (numbers: readonly number[]): string => {
  const shown = numbers.slice(0, 5).map((number) => `#${number}`)
  const more = numbers.length > shown.length ? ` and ${numbers.length - shown.length} more` : ''
  return `${numbers.length === 1 ? 'Run' : 'Runs'} ${shown.join(', ')}${more}`
}

const stepsOf = (doomed: readonly DoomedCheckpoint[]): string => {
  const steps = doomed.map(({ record }) => record.step)
  return steps.length <= 4
    ? `${steps.length === 1 ? 'step' : 'steps'} ${steps.join(', ')}`
    : `${steps.length} checkpoints, steps ${steps[0]} to ${steps.at(-1)}`
}
