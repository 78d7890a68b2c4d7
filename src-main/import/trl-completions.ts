/** `completions/completions_STEP.parquet`: what TRL sampled for a step, with every reward and the advantage. */
import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Report } from '../contract/ingest.ts'
import { complaint } from './complaint.ts'
import { textOfPrompt } from './conversation.ts'
import { type FoundFile, filesOf } from './files.ts'
import { openParquet, type ParquetRow } from './parquet.ts'
import type { Meter } from './source.ts'

export interface CompletionsFile extends FoundFile {
  step: number
}

type Group = Extract<Report, { kind: 'group' }>

/** By step. */
export function completionsIn(folder: string): CompletionsFile[] {
  const nest = basename(folder) === 'completions' ? folder : join(folder, 'completions')
  if (!existsSync(nest)) return []
  return filesOf(nest)
    .flatMap((file) => {
      const number = /^completions_(\d+)\.parquet$/.exec(file.name)
      return number ? [{ ...file, step: Number(number[1]) }] : []
    })
    .sort((a, b) => a.step - b.step)
}

/** @throws StudioError bad-request for a file that is broken, or lacks a column */
export async function rowsOf({ path }: CompletionsFile, meter: Meter): Promise<ParquetRow[]> {
  const file = await openParquet(path)
  const missing = ['prompt', 'completion'].find((name) => !file.columns.includes(name))
  if (missing)
    throw complaint(
      `${path} has no column "${missing}": its columns are ${file.columns.join(', ')}.`,
      'TRL writes step, prompt, completion, a column for each reward, and advantage. Import another table with --as parquet.',
    )
  const rows: ParquetRow[] = []
  for await (const some of file.each(meter)) rows.push(...some)
  return rows
}

const notRewards = new Set(['step', 'prompt', 'completion', 'advantage', 'images', 'image'])

/** Names of its rewards, in their order. @param logged those that the log names, where there is one */
export function rewardsIn(rows: readonly ParquetRow[], logged: ReadonlySet<string>): string[] {
  const isNumber = (name: string) =>
    rows.every((row) => row[name] === null || typeof row[name] === 'number') &&
    rows.some((row) => typeof row[name] === 'number')
  const names = Object.keys(rows[0] ?? {}).filter((name) => !notRewards.has(name))
  return names.filter((name) => (logged.size > 0 ? logged.has(name) : isNumber(name)))
}

/**
 * Neighbours with the same prompt are a group; as many as `size` where that is known.
 * @param weights of the rewards, in their order
 */
export function groupsOf(
  step: number,
  rows: readonly ParquetRow[],
  rewards: readonly string[],
  weights: readonly number[],
  size: number | null,
): Group[] {
  const alike: ParquetRow[][] = []
  let before: string | undefined
  for (const row of rows) {
    const prompt = JSON.stringify(row.prompt)
    if (prompt === before) alike.at(-1)!.push(row)
    else alike.push([row])
    before = prompt
  }
  const length = size ?? alike.map(({ length }) => length).reduce(divisor, 0)
  return alike
    .flatMap((some) =>
      Array.from({ length: Math.ceil(some.length / length) }, (_, i) => some.slice(i * length, (i + 1) * length)),
    )
    .map((group, i) => ({
      kind: 'group',
      step,
      group: i,
      prompt: textOfPrompt(group[0].prompt),
      answer: '',
      domain: '',
      completions: group.map((row) => completionOf(row, rewards, weights)),
    }))
}

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b))
const numberOf = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null)

function completionOf(
  row: ParquetRow,
  rewards: readonly string[],
  weights: readonly number[],
): Group['completions'][number] {
  const values = rewards.map((name) => numberOf(row[name]))
  const judged = values.some((value) => value !== null)
  return {
    text: textOfPrompt(row.completion),
    tokens: null,
    finishReason: null,
    reward: judged ? values.reduce<number>((sum, value, i) => sum + (value ?? 0) * (weights[i] ?? 1), 0) : null,
    parts: Object.fromEntries(
      rewards.map((name, i) => [name, { value: values[i], weight: weights[i] ?? 1, reason: '' }]),
    ),
    advantage: numberOf(row.advantage),
  }
}
