/** A run of which there are event files alone: its metrics, step by step. */
import { basename, dirname } from 'node:path'
import { openingSchema, type Report } from '../contract/ingest.ts'
import { complaint } from './complaint.ts'
import { fileAt } from './files.ts'
import { accuracyOf, type OurName, ourNames } from './metric-names.ts'
import { begunAt, eventFilesOf, isEventFile, isoOf, Scalars } from './scalars.ts'
import type { Meter, Source } from './source.ts'

/** @throws StudioError bad-request where there is none */
export function openTensorBoard(path: string): Source {
  const given = fileAt(path)
  const files = given.isFolder ? eventFilesOf(path) : isEventFile(basename(path)) ? [given] : []
  if (files.length === 0)
    throw complaint(
      `${path} holds no event files of TensorBoard.`,
      'Their names have "tfevents" in them; give the folder in which they lie.',
    )
  const folders = new Set(files.map((file) => dirname(file.path)))
  const nest = folders.size === 1 ? [...folders][0] : path
  return {
    format: 'tensorboard',
    opening: openingSchema.parse({
      title: basename(nest) || 'TensorBoard',
      source: { engine: 'tensorboard' },
      startedAt: begunAt(files[0]),
    }),
    sentences: [
      `${files.length} event ${files.length === 1 ? 'file' : 'files'} of TensorBoard${folders.size > 1 ? `, in ${folders.size} folders, taken as one run` : ''}`,
    ],
    files,
    reports: (meter) => reports(files, meter),
  }
}

async function* reports(files: readonly { path: string }[], meter: Meter): AsyncGenerator<Report> {
  const scalars = await new Scalars().read(files, meter)
  const names = ourNames(scalars.tags)
  const shift = firstStepOf(scalars, names) === 0 ? 1 : 0
  const notices = [...scalars.notices]
  if (shift > 0) notices.push(countedFromZero)
  let [last, at] = [0, '']
  for (const { step, wallTime, values } of scalars.steps()) {
    last = step + shift
    at = isoOf(wallTime)
    yield* reportsOf(last, at, values, names)
  }
  if (at === '')
    throw complaint(
      `${files.map(({ path }) => basename(path)).join(', ')}: no scalar was found.`,
      'Only scalars are read, not histograms, images or texts.',
    )
  for (const message of notices)
    yield { kind: 'event', step: last, at, level: message === countedFromZero ? 'info' : 'warning', message, hint: '' }
  yield { kind: 'status', step: last, at, status: 'finished', message: '' }
}

export const countedFromZero = 'The source counts its steps from 0: each is one more here.'

function firstStepOf(scalars: Scalars, names: ReadonlyMap<string, OurName>): number | undefined {
  for (const { step, values } of scalars.steps())
    if ([...values.keys()].some((tag) => names.get(tag)!.family === 'metric')) return step
  return undefined
}

/** Of one step: what closes it, and what was measured on held-out prompts. */
export function* reportsOf(
  step: number,
  at: string,
  values: Iterable<[string, number]>,
  names: ReadonlyMap<string, OurName>,
): Generator<Report> {
  const measured = { metric: {}, evaluation: {} } as Record<OurName['family'], Record<string, number | null>>
  for (const [tag, value] of values) {
    const { family, name } = names.get(tag)!
    measured[family][name] = Number.isFinite(value) ? value : null
  }
  const { metric, evaluation } = measured
  if (Object.keys(metric).length > 0) yield { kind: 'step', step, at, seconds: null, metrics: metric, settings: {} }
  if (Object.keys(evaluation).length > 0)
    yield { kind: 'evaluation', step, at, metrics: evaluation, accuracy: accuracyOf(evaluation), prompts: null }
}
