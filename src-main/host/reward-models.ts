/** The reward models of the data folder: trained, compared and tried in engine processes, one training at a time. */

import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { reportOf, StudioError } from '../contract/errors.ts'
import type { JobName, Jobs, TrainRewardModel } from '../contract/jobs.ts'
import type { LabelledLine } from '../contract/labelling.ts'
import type { Recipe } from '../contract/recipe.ts'
import type {
  NamedRewardModel,
  RewardModelComparison,
  RewardModelList,
  TrainingOrder,
  TrainingPoint,
  TrainingState,
  TriedText,
} from '../contract/reward-model-work.ts'
import { jsonLines } from '../library/json-lines.ts'
import {
  namedIn,
  removeRewardModel,
  requireFreeName,
  rewardModelPath,
  rewardModels,
  rewardModelsFolder,
} from '../library/reward-models.ts'
import type { JobOptions } from './jobs.ts'

/** Least time between two announcements; milliseconds. */
const pace = 150

export interface RewardModelsOptions {
  dataFolder: string
  job<N extends JobName>(name: N, ask: Jobs[N]['ask'], options: JobOptions<N>): Promise<Jobs[N]['answer']>
  /** @param points the steps since the last announcement */
  announce(training: TrainingState, points: TrainingPoint[]): void
  /** What a person labelled, as training reads it. */
  labels(set: number): Promise<LabelledLine[]>
  /** The recipe of the run that has an engine. */
  active(): Recipe | undefined
}

/** What an engine is asked, from the command line and from the window alike. @throws StudioError bad-request for a name that is taken */
export function trainingJob(
  { name, replace, data, ...order }: TrainingOrder & { data: string },
  root: string,
): TrainRewardModel {
  requireFreeName(name, root, replace)
  return { ...order, name, data: resolve(data), folder: join(root, name) }
}

export class RewardModels {
  readonly folder: string
  readonly #options: RewardModelsOptions
  #training: RewardModelList['training'] = null
  #stop = new AbortController()

  constructor(options: RewardModelsOptions) {
    this.#options = options
    this.folder = rewardModelsFolder(options.dataFolder)
  }

  list(): RewardModelList {
    const models = rewardModels(this.folder).map((note) => {
      const folder = join(this.folder, note.name)
      const bytes = readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0)
      return { ...note, folder, bytes }
    })
    return { folder: this.folder, models, training: this.#training }
  }

  /** Those that a recipe weighs. @throws StudioError not-found, bad-model */
  of(recipe: Recipe): NamedRewardModel[] {
    return namedIn(recipe, this.folder)
  }

  /** Begins it. @throws StudioError bad-request for a name that is taken or a file that is not there; busy while another is trained */
  async train(order: TrainingOrder): Promise<TrainingState> {
    const file = typeof order.data === 'string' ? order.data : await this.#writeLabels(order.data.labels)
    if (this.#training?.status === 'running')
      throw new StudioError(
        'busy',
        `The reward model ${this.#training.name} is being trained, and one at a time is.`,
        'Wait until that has ended, or cancel it first.',
      )
    const ask = trainingJob({ ...order, data: file }, this.folder)
    if (!existsSync(ask.data))
      throw new StudioError(
        'bad-request',
        `There is no file ${ask.data} on the machine that trains.`,
        'Give the path of a file of preferences or labels: JSON lines, CSV, TSV or Parquet.',
      )
    const { name, kind, model, data } = ask
    const begun = Date.now()
    const state: TrainingState = {
      ...{ name, kind, model, data, status: 'running', phase: 'reading', step: 0, steps: 0 },
      ...{ etaSeconds: null, startedAt: new Date(begun).toISOString(), error: null },
    }
    this.#training = { ...state, points: [] }
    this.#stop = new AbortController()
    this.#options.announce(state, [])
    let [told, first] = [0, begun]
    let waiting: TrainingPoint[] = []
    const tell = (change: Partial<TrainingState>) => {
      const { points, ...before } = this.#training!
      const next = { ...before, ...change }
      this.#training = { ...next, points }
      if (next.status === 'running' && next.step < next.steps && Date.now() - told < pace) return
      told = Date.now()
      this.#options.announce(next, waiting)
      waiting = []
    }
    const onNews = ({ step, steps, loss, accuracy }: Jobs['train-reward-model']['news']) => {
      if (step === 1) first = Date.now()
      const point = { step, loss, accuracy }
      this.#training!.points.push(point)
      waiting.push(point)
      const etaSeconds = step < 2 ? null : ((Date.now() - first) / 1000 / (step - 1)) * (steps - step)
      tell({ step, steps, etaSeconds, phase: step < steps ? 'training' : 'measuring' })
    }
    void this.#options.job('train-reward-model', ask, { signal: this.#stop.signal, onNews }).then(
      () => tell({ status: 'done', etaSeconds: null }),
      (error) => {
        const report = reportOf(error)
        tell({ status: report.code === 'cancelled' ? 'cancelled' : 'failed', etaSeconds: null, error: report })
      },
    )
    return state
  }

  /** Engines read files. */
  async #writeLabels(set: number): Promise<string> {
    const folder = join(this.#options.dataFolder, 'labels')
    const file = join(folder, `set-${set}.jsonl`)
    const lines = await this.#options.labels(set)
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, jsonLines(lines))
    return file
  }

  /** @throws StudioError not-found when none is trained */
  cancel(): void {
    if (this.#training?.status !== 'running')
      throw new StudioError('not-found', 'No reward model is being trained.', 'There is nothing to cancel.')
    this.#stop.abort()
  }

  /** @throws StudioError not-found; busy while it is trained, or the active run needs it */
  remove(name: string): void {
    if (this.#training?.status === 'running' && this.#training.name === name)
      throw new StudioError('busy', `The reward model ${name} is being trained.`, 'Cancel that first.')
    const active = this.#options.active()
    if (active && this.of(active).some(({ asked }) => rewardModelPath(asked, this.folder) === join(this.folder, name)))
      throw new StudioError('busy', `The active run is judged by ${name}.`, 'Stop the run first.')
    removeRewardModel(name, this.folder)
  }

  /** @throws StudioError not-found, bad-model, bad-request; what the job throws */
  async compare(names: string[], data?: string, signal?: AbortSignal): Promise<RewardModelComparison> {
    const folders = names.map((name) => rewardModelPath(name, this.folder))
    return this.#options.job('compare-reward-models', { folders, data: data && resolve(data) }, { signal })
  }

  /** @throws StudioError not-found, bad-model; what the job throws */
  async try(name: string, prompt: string, texts: string[], signal?: AbortSignal): Promise<TriedText[]> {
    return this.#options.job(
      'try-reward-model',
      { folder: rewardModelPath(name, this.folder), prompt, texts },
      { signal },
    )
  }

  close(): void {
    this.#stop.abort()
  }
}
