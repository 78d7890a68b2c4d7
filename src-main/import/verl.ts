/**
 * What verl leaves: rollouts (`trainer.rollout_data_dir/STEP.jsonl`), validations (`trainer.validation_data_dir`), the metrics of its file logger and
 * of TensorBoard. The score is the reward; whatever else a reward function told stands beside it and counts nothing.
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import { openingSchema, type Report } from '../contract/ingest.ts'
import { complaint } from './complaint.ts'
import { plainText } from './conversation.ts'
import { type FolderEntry, filesOf, foldersOf } from './files.ts'
import { linesOf } from './lines.ts'
import { parseLoose } from './loose-json.ts'
import { accuracyOf, type OurName, ourNames } from './metric-names.ts'
import { mean, metricsOfGroups } from './sample-metrics.ts'
import { begunAt, eventFilesOf, isoOf, Scalars } from './scalars.ts'
import type { Meter, Source } from './source.ts'

interface Dump extends FolderEntry {
  step: number
}

interface Found {
  rollouts: Dump[]
  validations: Dump[]
  /** Of the file logger. */
  metrics: FolderEntry[]
  events: FolderEntry[]
}

type Group = Extract<Report, { kind: 'group' }>
type Completion = Group['completions'][number]
type Entry = Record<string, unknown>
type Numbers = Record<string, number | null>

/** @throws StudioError bad-request where there is none, and where it cannot be told which dumps are which */
export function openVerl(path: string): Source {
  const found = findDumps(path)
  if (found.rollouts.length === 0 && found.validations.length === 0)
    throw complaint(
      `${path} holds no rollouts of verl: no STEP.jsonl with "input", "output" and "score" in its lines.`,
      'Give the folder that trainer.rollout_data_dir names, or the one above it.',
    )
  const counted = (dumps: readonly Dump[], what: string) =>
    dumps.length > 0 &&
    `${what} of ${dumps.length} ${dumps.length === 1 ? 'step' : 'steps'} (${dumps[0].name} to ${dumps.at(-1)!.name})`
  const sentences = [
    counted(found.rollouts, 'rollouts'),
    counted(found.validations, 'validations'),
    ...found.metrics.map(({ name }) => `metrics (${name})`),
    found.events.length > 0 &&
      `${found.events.length} event ${found.events.length === 1 ? 'file' : 'files'} of TensorBoard`,
  ].filter((sentence) => typeof sentence === 'string')
  const [first] = [...found.rollouts, ...found.validations]
  return {
    format: 'verl',
    opening: openingSchema.parse({
      title: basename(path) || 'verl',
      source: { engine: 'verl' },
      startedAt: [first.at, ...found.events.slice(0, 1).map(begunAt)].sort()[0],
      rewards: [{ name: 'score', weight: 1 }],
    }),
    sentences,
    files: [...found.rollouts, ...found.validations, ...found.metrics, ...found.events],
    reports: (meter) => reports(found, meter),
  }
}

function findDumps(path: string): Found {
  const metrics = filesOf(path).filter(({ name, path: file }) => name.endsWith('.jsonl') && isLog(firstEntry(file)))
  const events = [...eventFilesOf(path)]
  const own = dumpsIn(path)
  if (own.length > 0) return { rollouts: own, validations: [], metrics, events }
  const folders = foldersOf(path).filter((folder) => dumpsIn(folder.path).length > 0)
  const isValidation = ({ name }: FolderEntry) => /val/i.test(name)
  const rollouts = folders.filter((folder) => !isValidation(folder))
  const validations = folders.filter(isValidation)
  if (rollouts.length > 1 || validations.length > 1) {
    const many = rollouts.length > 1 ? rollouts : validations
    throw complaint(
      `${path} holds dumps of several runs: ${many.map(({ name }) => name).join(', ')}.`,
      'Give the folder of one of them.',
    )
  }
  const [rollout, validation] = [rollouts[0]?.path, validations[0]?.path]
  return {
    rollouts: rollout ? dumpsIn(rollout) : [],
    validations: validation ? dumpsIn(validation) : [],
    metrics,
    events,
  }
}

function dumpsIn(folder: string): Dump[] {
  const dumps = filesOf(folder)
    .flatMap((file) => {
      const number = /^(\d+)\.jsonl$/.exec(file.name)
      return number && file.bytes > 0 ? [{ ...file, step: Number(number[1]) }] : []
    })
    .sort((a, b) => a.step - b.step)
  const entry = dumps[0] && firstEntry(dumps[0].path)
  return entry && 'input' in entry && 'output' in entry && 'score' in entry ? dumps : []
}

const isLog = (entry: Entry | undefined) =>
  entry !== undefined && typeof entry.step === 'number' && typeof entry.data === 'object' && entry.data !== null

/** Of its first line; undefined where that is no JSON, or longer than a mebibyte. */
function firstEntry(path: string): Entry | undefined {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(1 << 20)
    const text = bytes.toString('utf8', 0, readSync(file, bytes))
    const read = parseLoose(text.split('\n', 1)[0])
    return typeof read === 'object' && read !== null ? (read as Entry) : undefined
  } catch {
    return undefined
  } finally {
    closeSync(file)
  }
}

async function* reports(found: Found, meter: Meter): AsyncGenerator<Report> {
  const scalars = await new Scalars().read(found.events, meter)
  const log = new Map<number, { values: Map<string, number>; at: string | null }>()
  for (const { step, wallTime, values } of scalars.steps()) log.set(step, { values, at: isoOf(wallTime) })
  for (const file of found.metrics) await readLog(file, meter, log)
  const names = ourNames([...new Set([...log.values()].flatMap(({ values }) => [...values.keys()]))])
  const rollouts = new Map(found.rollouts.map((dump) => [dump.step, dump]))
  const validations = new Map(found.validations.map((dump) => [dump.step, dump]))
  const steps = [...new Set([...log.keys(), ...rollouts.keys(), ...validations.keys()])].sort((a, b) => a - b)
  let [last, at] = [0, '']
  for (const step of steps) {
    const [rollout, validation, logged] = [rollouts.get(step), validations.get(step), log.get(step)]
    at = logged?.at ?? rollout?.at ?? validation?.at ?? (at || found.metrics[0].at)
    last = step
    const groups = rollout ? await groupsIn(rollout, meter) : []
    yield* groups
    const { metric, evaluation } = measured(logged?.values ?? new Map(), names)
    const metrics = { ...(!('reward' in metric) && metricsOfGroups(groups)), ...metric }
    if (Object.keys(metrics).length > 0)
      yield { kind: 'step', step, at, seconds: metric['seconds/step'] ?? null, metrics, settings: {} }
    const told = validation ? await measuredIn(validation, meter) : null
    const all: Numbers = { ...told?.metrics, ...evaluation }
    if (Object.keys(all).length > 0)
      yield {
        kind: 'evaluation',
        step,
        at,
        metrics: all,
        accuracy: told?.accuracy ?? accuracyOf(evaluation),
        prompts: told?.prompts ?? null,
      }
  }
  for (const message of scalars.notices) yield { kind: 'event', step: last, at, level: 'warning', message, hint: '' }
  yield { kind: 'status', step: last, at, status: 'finished', message: '' }
}

function measured(values: ReadonlyMap<string, number>, names: ReadonlyMap<string, OurName>) {
  const of: Record<OurName['family'], Numbers> = { metric: {}, evaluation: {} }
  for (const [tag, value] of values) {
    const { family, name } = names.get(tag)!
    of[family][name] = Number.isFinite(value) ? value : null
  }
  return of
}

async function readLog(
  file: FolderEntry,
  meter: Meter,
  log: Map<number, { values: Map<string, number>; at: string | null }>,
): Promise<void> {
  for await (const lines of linesOf(file.path, meter))
    for (const { line, text } of lines) {
      const entry = entryOf(file.path, line, text)
      if (!isLog(entry)) throw wrong(file.path, line, 'has no "step" and "data"')
      const at = log.get(entry.step as number) ?? { values: new Map<string, number>(), at: null }
      log.set(entry.step as number, at)
      for (const [name, value] of Object.entries(entry.data as Entry))
        if (value === null || typeof value === 'number') at.values.set(name, value ?? Number.NaN)
    }
}

const wrong = (path: string, line: number, what: string) =>
  complaint(`Line ${line} of ${path} ${what}.`, 'Correct or remove that line, or take the file away.')

function entryOf(path: string, line: number, text: string): Entry {
  let entry: unknown
  try {
    entry = parseLoose(text)
  } catch {
    throw wrong(path, line, `is no JSON: ${text.slice(0, 60)}${text.length > 60 ? '…' : ''}`)
  }
  if (typeof entry !== 'object' || entry === null) throw wrong(path, line, 'is no JSON object')
  return entry as Entry
}

/** One whole step of a dump: verl balances its batch over its workers, so that the samples of a prompt need not be neighbours. */
async function entriesIn(dump: Dump, meter: Meter): Promise<Entry[]> {
  const entries: Entry[] = []
  for await (const lines of linesOf(dump.path, meter))
    for (const { line, text } of lines) {
      const entry = entryOf(dump.path, line, text)
      const missing = ['input', 'output', 'score'].find((key) => !(key in entry))
      if (missing) throw wrong(dump.path, line, `has no "${missing}"`)
      if (entry.score !== null && typeof entry.score !== 'number')
        throw wrong(dump.path, line, `has a score that is no number: ${JSON.stringify(entry.score)}`)
      entries.push(entry)
    }
  return entries
}

/** What else stands in a line and is no reward. */
const told = new Set(['input', 'output', 'score', 'step', 'gts', 'uid', 'request_id', 'index'])

async function groupsIn(dump: Dump, meter: Meter): Promise<Group[]> {
  const groups = new Map<string, Group>()
  for (const entry of await entriesIn(dump, meter)) {
    // newer versions say which sample of which prompt it is: PROMPT_SAMPLE_TURN
    const uid = typeof entry.uid === 'string' ? entry.uid.replace(/_\d+_\d+$/, '') : ''
    const key = JSON.stringify([uid, entry.input])
    const group = groups.get(key) ?? {
      kind: 'group' as const,
      step: dump.step,
      group: groups.size,
      prompt: plainText(entry.input),
      answer: plainText(entry.gts),
      domain: typeof entry.data_source === 'string' ? entry.data_source.slice(0, 60) : '',
      completions: [],
    }
    groups.set(key, group)
    group.completions.push(completionOf(entry))
  }
  return [...groups.values()]
}

function completionOf(entry: Entry): Completion {
  const score = typeof entry.score === 'number' ? entry.score : null
  const beside = Object.entries(entry).filter(([name]) => !told.has(name) && name !== 'data_source')
  const numbers = beside.flatMap(([name, value]) =>
    typeof value === 'number' || typeof value === 'boolean' ? [[name, Number(value)] as const] : [],
  )
  const texts = beside.flatMap(([name, value]) => (typeof value === 'string' && value ? [`${name}: ${value}`] : []))
  return {
    text: plainText(entry.output),
    tokens: null,
    finishReason: null,
    reward: score,
    parts: {
      score: { value: score, weight: 1, reason: texts.join('; ').slice(0, 20_000) },
      ...Object.fromEntries(numbers.map(([name, value]) => [name, { value, weight: 0, reason: '' }])),
    },
    advantage: null,
  }
}

/** Means over a validation's answers. It is right where `acc` says so; without it where the score is 1, if all scores are 0 or 1. */
async function measuredIn(dump: Dump, meter: Meter) {
  const entries = await entriesIn(dump, meter)
  const column = (name: string) =>
    entries
      .map((entry) => entry[name])
      .filter((value) => typeof value === 'number' || typeof value === 'boolean')
      .map(Number)
  const names = ['score', ...Object.keys(entries[0] ?? {}).filter((name) => !told.has(name))]
  const metrics = Object.fromEntries(
    names
      .map((name) => [name, column(name)] as const)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => [`val/${name}`, mean(values)]),
  )
  const verdicts = [column('acc'), column('score')].find(
    (values) => values.length === entries.length && values.every((value) => value === 0 || value === 1),
  )
  return {
    metrics,
    accuracy: verdicts && verdicts.length > 0 ? mean(verdicts) : null,
    prompts: new Set(entries.map((entry) => entry.input)).size,
  }
}

/** Dumps in the folder itself or in one of its own. */
export const isVerl = (path: string): boolean =>
  dumpsIn(path).length > 0 || foldersOf(path).some((folder) => dumpsIn(folder.path).length > 0)
