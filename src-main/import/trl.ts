/**
 * A folder that TRL's GRPOTrainer wrote into: completions where it was told to keep them, the log in `trainer_state.json`, TensorBoard's files.
 * TRL writes the completions at each log, also at that of an evaluation: those then take the place of the step's own, and are left out here. It writes
 * the same completions again for further updates on them: these are left out too.
 */
import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Opening, openingSchema, type Report } from '../contract/ingest.ts'
import { complaint } from './complaint.ts'
import { bytesBelow, type FolderEntry } from './files.ts'
import { accuracyOf, ourName, ourNames } from './metric-names.ts'
import { metricsOfGroups } from './sample-metrics.ts'
import { begunAt, eventFilesOf, isoOf, Scalars } from './scalars.ts'
import type { Meter, Source } from './source.ts'
import type { TrainingArguments } from './trl-arguments.ts'
import { type CompletionsFile, completionsIn, groupsOf, rewardsIn, rowsOf } from './trl-completions.ts'
import {
  argumentsIn,
  checkpointsIn,
  furthestState,
  modelCardIn,
  settingsIn,
  type TrainerCheckpoint,
  type TrainerState,
} from './trl-state.ts'

interface Found {
  completions: CompletionsFile[]
  state: TrainerState | undefined
  args: TrainingArguments | undefined
  checkpoints: TrainerCheckpoint[]
  events: FolderEntry[]
  /** Given by hand, by reward. */
  weights: Readonly<Record<string, number>>
}

type Numbers = Record<string, number | null>
type Group = Extract<Report, { kind: 'group' }>

/** @param weights of rewards, for arguments that cannot be read @throws StudioError bad-request */
export async function openTrl(path: string, weights: Readonly<Record<string, number>> = {}): Promise<Source> {
  const folder = basename(path) === 'completions' ? dirname(path) : path
  const completions = completionsIn(folder)
  const checkpoints = checkpointsIn(folder)
  const state = furthestState(folder, checkpoints)
  if (completions.length === 0 && !state)
    throw complaint(
      `${path} holds nothing of TRL: neither completions/completions_*.parquet nor a trainer_state.json.`,
      'Give the output_dir of GRPOTrainer. It keeps completions with log_completions=True, and its log with every checkpoint.',
    )
  const events = existsSync(join(folder, 'runs')) ? eventFilesOf(join(folder, 'runs')) : []
  const args = argumentsIn(folder, checkpoints)
  const found = { completions, state, args, checkpoints, events, weights }
  const rewards = completions[0] ? await rewardsOf(completions[0], found) : []
  const sentences = [
    completions.length > 0 && `completions of ${completions.length} ${completions.length === 1 ? 'step' : 'steps'}`,
    state && `the log up to step ${state.step} (${basename(dirname(state.file.path))}/trainer_state.json)`,
    args && 'the arguments (training_args.bin)',
    events.length > 0 && `${events.length} event ${events.length === 1 ? 'file' : 'files'} of TensorBoard`,
    checkpoints.length > 0 && `${checkpoints.length} ${checkpoints.length === 1 ? 'checkpoint' : 'checkpoints'}`,
  ].filter((sentence) => typeof sentence === 'string')
  return {
    format: 'trl',
    opening: openingOf(folder, found, rewards),
    sentences,
    files: [...completions, ...(state ? [state.file] : []), ...events],
    reports: (meter) => reports(found, meter),
  }
}

/** With their weights, as the first completions have them. */
async function rewardsOf(file: CompletionsFile, found: Found): Promise<Opening['rewards']> {
  const names = rewardsIn(await rowsOf(file, () => {}), new Log(new Scalars(), found.state).rewards)
  return weightsOf(names, found).map((weight, i) => ({ name: names[i], weight }))
}

function openingOf(folder: string, found: Found, rewards: Opening['rewards']): Opening {
  const { state, args = {}, completions, checkpoints, events } = found
  const { model, version } = modelCardIn(folder, checkpoints)
  const begun = [...events.slice(0, 1).map(begunAt), ...completions.slice(0, 1).map(({ at }) => at)].sort()
  return openingSchema.parse({
    title: basename(folder) || 'TRL',
    source: { engine: 'trl', version: version.slice(0, 60) },
    model: model.slice(0, 500),
    seed: Number.isInteger(args.seed) ? args.seed : null,
    totalSteps: state && state.maxSteps > 0 ? state.maxSteps : null,
    startedAt: begun[0] ?? state?.file.at ?? null,
    config: args,
    settings: settingsIn(args),
    rewards,
  })
}

async function* reports(found: Found, meter: Meter): AsyncGenerator<Report> {
  const { completions, state, args, checkpoints } = found
  const scalars = await new Scalars().read(found.events, meter)
  const log = new Log(scalars, state)
  const byStep = new Map(completions.map((file) => [file.step, file]))
  const saved = new Map(checkpoints.map((checkpoint) => [checkpoint.step, checkpoint]))
  const steps = [...new Set([...log.steps(), ...byStep.keys(), ...saved.keys()])].sort((a, b) => a - b)
  if (state) meter(state.file.bytes)
  const size = typeof args?.num_generations === 'number' ? args.num_generations : null
  const leftOut = { evaluation: [] as number[], again: [] as number[] }
  let [before, lastStep, at] = ['', 0, state?.file.at ?? completions[0]?.at ?? new Date(0).toISOString()]
  for (const step of steps) {
    const file = byStep.get(step)
    const { metrics, evaluation, wallTime } = log.at(step)
    at = wallTime !== null ? isoOf(wallTime) : (file?.at ?? saved.get(step)?.at ?? at)
    let groups: Group[] = []
    if (file) {
      const rows = await rowsOf(file, meter)
      const rewards = rewardsIn(rows, log.rewards)
      const texts = JSON.stringify(rows.map(({ step: _, ...row }) => row))
      if ('eval_reward' in evaluation) leftOut.evaluation.push(step)
      else if (texts === before) leftOut.again.push(step)
      else groups = groupsOf(step, rows, rewards, weightsOf(rewards, found), size)
      before = texts
    }
    if (groups.length > 0) requireReward(file!, groups, metrics, log.interval)
    yield* groups
    if (file || Object.keys(metrics).length > 0) {
      const seconds = metrics['seconds/step'] ?? null
      yield {
        kind: 'step',
        step,
        at,
        seconds: seconds === null ? null : seconds * Math.max(1, step - lastStep),
        metrics: { ...(Object.keys(metrics).length === 0 && metricsOfGroups(groups)), ...metrics },
        settings: {},
      }
      lastStep = step
    }
    if (Object.keys(evaluation).length > 0)
      yield { kind: 'evaluation', step, at, metrics: evaluation, accuracy: accuracyOf(evaluation), prompts: null }
    const checkpoint = saved.get(step)
    if (checkpoint) yield { kind: 'checkpoint', ...checkpoint, bytes: bytesBelow(checkpoint.path) }
  }
  yield* endOf(lastStep, at, state, [...scalars.notices, ...notices(leftOut)])
}

function* endOf(
  step: number,
  at: string,
  state: TrainerState | undefined,
  warnings: readonly string[],
): Generator<Report> {
  for (const message of warnings) yield { kind: 'event', step, at, level: 'info', message, hint: '' }
  const isWhole = state !== undefined && state.step >= state.maxSteps
  yield { kind: 'status', step, at, status: isWhole ? 'finished' : 'stopped', message: '' }
}

function notices({ evaluation, again }: { evaluation: number[]; again: number[] }): string[] {
  const steps = (list: number[]) =>
    `step${list.length === 1 ? '' : 's'} ${list.slice(0, 10).join(', ')}${list.length > 10 ? ' …' : ''}`
  return [
    evaluation.length > 0 &&
      `TRL wrote the completions of an evaluation over those of ${steps(evaluation)}: they are left out.`,
    again.length > 0 && `TRL updated more than once on the same completions: of ${steps(again)} they are not repeated.`,
  ].filter((sentence) => typeof sentence === 'string')
}

/** As they were given, else as the arguments have them, else 1 each, which is TRL's default. */
function weightsOf(rewards: readonly string[], { args, weights }: Found): number[] {
  const told = Array.isArray(args?.reward_weights) ? (args.reward_weights as number[]) : []
  return rewards.map((name, i) => weights[name] ?? told[i] ?? 1)
}

/** Single precision, and a mean over devices. */
const tolerance = 1e-3

/** @throws StudioError bad-request for weights that do not lead to the reward that was logged */
function requireReward(file: CompletionsFile, groups: readonly Group[], logged: Numbers, interval: number): void {
  const ours = metricsOfGroups(groups).reward ?? null
  const theirs = logged.reward ?? null
  if (interval !== 1 || ours === null || theirs === null) return
  if (Math.abs(ours - theirs) <= tolerance * Math.max(1, Math.abs(theirs))) return
  const names = Object.keys(groups[0].completions[0].parts)
  throw complaint(
    `The mean reward of ${file.path} is ${ours.toPrecision(4)}, and the log of step ${file.step} says ${theirs.toPrecision(4)}: the rewards had other weights.`,
    `Say which: ${names.map((name) => `--map weight.${name}=1`).join(' ')}`,
  )
}

/** What was logged at each step, by our names. */
class Log {
  readonly rewards = new Set<string>()
  /** Steps between two logs; 0: not known. */
  readonly interval: number
  readonly #of = new Map<number, { metrics: Numbers; evaluation: Numbers; wallTime: number | null }>()

  constructor(scalars: Scalars, state: TrainerState | undefined) {
    const names = ourNames(scalars.tags)
    for (const { step, wallTime, values } of scalars.steps()) {
      const entry = this.at(step)
      entry.wallTime = wallTime
      for (const [tag, value] of values) if (!isSummary(tag)) this.#note(entry, names.get(tag)!, value)
    }
    for (const entry of state?.log ?? []) {
      if ('train_runtime' in entry) continue
      for (const [name, value] of Object.entries(entry))
        if (name !== 'step' && (value === null || typeof value === 'number'))
          this.#note(this.at(entry.step), ourName(name), value)
    }
    const logged = [...this.#of]
      .flatMap(([step, { metrics }]) => ('reward' in metrics ? [step] : []))
      .sort((a, b) => a - b)
    this.interval = logged.reduce((most, step, i) => Math.max(most, step - (logged[i - 1] ?? 0)), 0)
  }

  steps(): Iterable<number> {
    return this.#of.keys()
  }

  at(step: number) {
    const entry = this.#of.get(step) ?? { metrics: {}, evaluation: {}, wallTime: null }
    this.#of.set(step, entry)
    return entry
  }

  #note(
    entry: { metrics: Numbers; evaluation: Numbers },
    { family, name }: { family: 'metric' | 'evaluation'; name: string },
    value: number | null,
  ): void {
    const into = family === 'metric' ? entry.metrics : entry.evaluation
    into[name] = value !== null && Number.isFinite(value) ? value : null
    const reward = /^rewards\/(.+)\/mean$/.exec(name)
    if (reward) this.rewards.add(reward[1])
  }
}

/** Of the whole training, told with its last step. */
const isSummary = (tag: string) => /^train\/(train_|total_flos)/.test(tag)
