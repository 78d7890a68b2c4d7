/** Preferences and labels from files: checked row by row, split by prompt, and balanced by length. */
import { z } from 'zod'
import { StudioError } from '../../contract/errors.ts'
import type { RewardModelKind } from '../../contract/reward-models.ts'
import type { DataRow } from '../../library/data-files.ts'
import { complaintOf, firstOf, readRows } from '../../library/rows.ts'
import { mix } from '../random.ts'

export interface Preference {
  prompt: string
  chosen: string
  rejected: string
}

export interface Labelled {
  prompt: string
  completion: string
  safe: boolean
}

/** `place`: where it is in its file, `line 3`. */
export type Item = { place: string } & (Preference | Labelled)

const text = z.string().min(1).max(1_000_000)
const preference = z
  .object({ prompt: text, chosen: text, rejected: text })
  .refine(({ chosen, rejected }) => chosen !== rejected, 'chosen and rejected are the same')
const labels = { safe: true, unsafe: false, true: true, false: false, 1: true, 0: false } as const
const labelled = z
  .object({ prompt: text, completion: text, label: z.union([z.string(), z.boolean(), z.number()]) })
  .refine(({ label }) => String(label) in labels, 'label must be "safe" or "unsafe" (or true, false, 1, 0)')

const forms: Record<RewardModelKind, string> = {
  helpfulness: '{"prompt":"…","chosen":"…","rejected":"…"}',
  safety: '{"prompt":"…","completion":"…","label":"safe"}',
}

/**
 * @param source what to call it in messages
 * @throws StudioError bad-request naming every row that is wrong (the first ten of them) by its place
 */
export function readItems(kind: RewardModelKind, rows: readonly DataRow[], source: string): Item[] {
  const { read: items, wrong } = readRows(rows, (value, place) => {
    const item = itemOf(kind, value)
    return typeof item === 'string' ? item : { ...item, place }
  })
  const hint = `Give one object a line, like ${forms[kind]}. Nothing was trained.`
  if (wrong.length > 0) throw new StudioError('bad-request', `${source} cannot be used: ${firstOf(wrong)}.`, hint)
  if (items.length === 0) throw new StudioError('bad-request', `${source} has nothing in it.`, hint)
  return items
}

function itemOf(kind: RewardModelKind, json: unknown): Preference | Labelled | string {
  const read = kind === 'helpfulness' ? preference.safeParse(json) : labelled.safeParse(json)
  if (!read.success) return complaintOf(read.error)
  if ('chosen' in read.data) return read.data
  const { prompt, completion, label } = read.data
  return { prompt, completion, safe: labels[String(label) as keyof typeof labels] }
}

/** An item as a file has it. */
export function plainItem(item: Item): Preference | { prompt: string; completion: string; label: string } {
  const { place: _, ...plain } = item
  return 'safe' in plain
    ? { prompt: plain.prompt, completion: plain.completion, label: plain.safe ? 'safe' : 'unsafe' }
    : plain
}

/** Which part an item is in is a property of its prompt, so that no prompt is trained on and measured with. */
export function split<I extends { prompt: string }>(
  items: readonly I[],
  share: number,
): { training: I[]; heldOut: I[] } {
  const isHeldOut = ({ prompt }: I) => (mix(`reward-model/${prompt}`)[0] >>> 0) / 4294967296 < share
  return { training: items.filter((item) => !isHeldOut(item)), heldOut: items.filter(isHeldOut) }
}

/**
 * Pairs of which the preferred answer is as often the longer as the shorter one, for each size of the difference: differences count as alike
 * within a factor of two. Who stays is decided by a hash, not by the order.
 * @param difference length of the preferred answer less that of the other
 */
export function balanced<I extends Preference>(pairs: readonly I[], difference: (pair: I) => number): I[] {
  const sides = new Map<number, { longer: I[]; shorter: I[] }>()
  for (const pair of pairs) {
    const d = difference(pair)
    if (d === 0) continue
    const size = Math.floor(Math.log2(Math.abs(d)))
    const side = sides.get(size) ?? { longer: [], shorter: [] }
    sides.set(size, side)
    side[d > 0 ? 'longer' : 'shorter'].push(pair)
  }
  const rank = ({ prompt, chosen, rejected }: I) => mix(JSON.stringify(['balance', prompt, chosen, rejected]))[0]
  const dropped = new Set<I>()
  for (const { longer, shorter } of sides.values()) {
    const [more, fewer] = longer.length > shorter.length ? [longer, shorter] : [shorter, longer]
    const order = [...more].sort((a, b) => rank(a) - rank(b))
    for (const pair of order.slice(fewer.length)) dropped.add(pair)
  }
  return pairs.filter((pair) => !dropped.has(pair))
}
