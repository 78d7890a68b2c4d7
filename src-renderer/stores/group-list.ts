/** Which prompts the Groups page lists, and in which order; what is asked stands in the address. */
import type { PromptFigures } from './group-figures.ts'

/** As the address has it; empty is what most people want. */
export const emptyGroupList = { view: '', step: '', colour: '', text: '', kind: '', signal: '', sort: '' }
export type GroupList = typeof emptyGroupList

export const groupSignals = ['', 'some', 'none', 'right', 'wrong'] as const
export type GroupSignal = (typeof groupSignals)[number]

export const groupColours = ['mean', 'spread', 'solved'] as const
export type GroupColour = (typeof groupColours)[number]

interface SortColumn {
  value(one: PromptFigures): number | string
  /** Of the first click: the largest on top, or from A to Z. */
  first: 'down' | 'up'
}

const sortColumns = {
  spread: { value: (p) => p.spread, first: 'down' },
  prompt: { value: (p) => p.prompt, first: 'up' },
  solved: { value: (p) => p.solved, first: 'up' },
  mean: { value: (p) => p.mean, first: 'down' },
  silent: { value: (p) => p.silent, first: 'down' },
  tokens: { value: (p) => p.tokens, first: 'down' },
  draws: { value: (p) => p.rows.length, first: 'down' },
  first: { value: (p) => p.first, first: 'up' },
  last: { value: (p) => p.last, first: 'down' },
} satisfies Record<string, SortColumn>
export type GroupSort = keyof typeof sortColumns

/** `solved` as the first click on its column sorts, `-solved` the other way round. Nonsense is the widest spread first. */
export function groupSortOf(text: string): { name: GroupSort; direction: 'up' | 'down' } {
  const name = text.replace(/^-/, '')
  if (!(name in sortColumns)) return { name: 'spread', direction: 'down' }
  const { first } = sortColumns[name as GroupSort] as SortColumn
  const other = first === 'down' ? 'up' : 'down'
  return { name: name as GroupSort, direction: text.startsWith('-') ? other : first }
}

/** What a click on a column makes of it. */
export function nextGroupSort(now: string, name: GroupSort): string {
  const shown = groupSortOf(now)
  return shown.name !== name ? name : now.startsWith('-') ? name : `-${name}`
}

const passes: Record<GroupSignal, (one: PromptFigures) => boolean> = {
  '': () => true,
  some: ({ silent }) => silent < 1,
  none: ({ silent }) => silent === 1,
  right: ({ always }) => always === 'right',
  wrong: ({ always }) => always === 'wrong',
}

/** Numbers that are none come last, whichever way it is sorted. */
export function listed(prompts: readonly PromptFigures[], list: GroupList): PromptFigures[] {
  const wanted = list.text.toLowerCase()
  const signal = groupSignals.find((one) => one === list.signal) ?? ''
  const { name, direction } = groupSortOf(list.sort)
  const { value } = sortColumns[name] as SortColumn
  const sign = direction === 'down' ? -1 : 1
  return prompts
    .filter(
      (one) =>
        passes[signal](one) &&
        (list.kind === '' || one.kind === list.kind) &&
        (wanted === '' || one.prompt.toLowerCase().includes(wanted)),
    )
    .map((one) => ({ one, key: value(one) }))
    .sort((a, b) => compared(a.key, b.key, sign) || a.one.first - b.one.first)
    .map(({ one }) => one)
}

function compared(a: number | string, b: number | string, sign: number): number {
  if (typeof a === 'string' || typeof b === 'string') return a < b ? -sign : a > b ? sign : 0
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
  return sign * (a - b)
}
