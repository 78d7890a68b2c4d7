/** Several reward models on the same items, which none of them has learnt from: their reports, and each two of them item by item. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { StudioError } from '../../contract/errors.ts'
import type { Jobs } from '../../contract/jobs.ts'
import type { PairedAccuracy } from '../../contract/reward-model-work.ts'
import type { RewardModelKind, RewardModelReport } from '../../contract/reward-models.ts'
import { mcNemar, pairedDifference } from '../../evaluation/intervals.ts'
import { readDataRows } from '../../library/data-files.ts'
import { HELD_OUT, readNote } from '../../library/reward-models.ts'
import { type BackendName, openBackend } from '../tensor/index.ts'
import { type Item, plainItem, readItems } from './data.ts'
import { examplesOf, reportOfScores, scoresOfExamples } from './judged.ts'
import { disposeRewardModel, loadRewardModel } from './model.ts'

/** Fewer than that tell nothing apart. */
const LEAST = 10

type CompareJob = Jobs['compare-reward-models']

/** @throws StudioError bad-request for models of different kinds, items that they do not share, a text that one cannot read; bad-model */
export async function compareRewardModels({
  folders,
  data,
  backend,
}: CompareJob['ask']): Promise<CompareJob['answer']> {
  const notes = folders.map(readNote)
  const [{ kind }] = notes
  const other = notes.find((note) => note.kind !== kind)
  if (other)
    throw new StudioError(
      'bad-request',
      `${notes[0].name} judges ${kind} and ${other.name} ${other.kind}: they cannot be compared.`,
      'Name reward models of one kind.',
    )
  const items = data ? await itemsOf(kind, data) : await shared(kind, folders)
  await openBackend(backend as BackendName | undefined)
  const judged: { name: string; report: RewardModelReport; right: number[] }[] = []
  for (const [i, folder] of folders.entries()) {
    const { model, note } = loadRewardModel(folder)
    try {
      const examples = await examplesOf(model, items, data ?? `what ${note.name} is compared on`)
      const scores = await scoresOfExamples(model, examples, note.training.microBatchTokens)
      const right = examples.map((e, n) =>
        Number(e.safe === undefined ? scores[n][0] > scores[n][1] : scores[n][0] > 0 === e.safe),
      )
      judged.push({ name: notes[i].name, right, report: reportOfScores(kind, examples, scores, note.training.seed) })
    } finally {
      disposeRewardModel(model)
    }
  }
  return {
    kind,
    items: items.length,
    data: data ?? null,
    models: judged.map(({ name, report }) => ({ name, report })),
    pairs: judged.flatMap((a, i) => judged.slice(i + 1).map((b) => paired(a, b))),
  }
}

function paired(a: { name: string; right: number[] }, b: { name: string; right: number[] }): PairedAccuracy {
  const alone = (one: number[], other: number[]) => one.filter((right, i) => right > other[i]).length
  const [onlyA, onlyB] = [alone(a.right, b.right), alone(b.right, a.right)]
  const difference = pairedDifference(a.right, b.right)
  return { a: a.name, b: b.name, difference, onlyA, onlyB, p: mcNemar(onlyB, onlyA) }
}

async function itemsOf(kind: RewardModelKind, file: string): Promise<Item[]> {
  return readItems(kind, (await readDataRows(file, 'reward-model')).rows, file)
}

/** What all of them had kept apart. */
async function shared(kind: RewardModelKind, folders: readonly string[]): Promise<Item[]> {
  const hint = 'Name a file that none of them has learnt from (--pairs FILE).'
  const kept: Item[][] = []
  for (const folder of folders) {
    const file = join(folder, HELD_OUT)
    if (!existsSync(file))
      throw new StudioError(
        'bad-request',
        `${folder} was trained by an earlier version, which did not keep what it measured with.`,
        hint,
      )
    kept.push(await itemsOf(kind, file))
  }
  const nameOf = (item: Item) => JSON.stringify(plainItem(item))
  const [first, ...others] = kept
  const known = others.map((items) => new Set(items.map(nameOf)))
  const items = first.filter((item) => known.every((own) => own.has(nameOf(item))))
  if (items.length >= LEAST) return items
  throw new StudioError(
    'bad-request',
    `They have kept ${items.length} of the same items apart, and at least ${LEAST} are needed: they were trained on different data.`,
    hint,
  )
}
