/** Which runs the list shows, in which order and in which groups. */
import { familyTree } from '../../src-main/contract/family.ts'
import type { RunSummary } from '../../src-main/contract/records.ts'
import { t } from '../text/t.ts'
import { emptyRunList, type RunList, routeStore } from './route.ts'

export const shelves = ['', 'starred', 'archived', 'bin'] as const
export const groupings = ['', 'recipe', 'status', 'tag', 'none'] as const

interface SortColumn {
  value(run: RunSummary): number | string | null
  /** Of the first click: the largest on top, or from A to Z. */
  first: 'down' | 'up'
}

const sortColumns = {
  number: { value: (run) => run.number, first: 'down' },
  name: { value: (run) => run.name.toLowerCase(), first: 'up' },
  status: { value: (run) => run.status, first: 'up' },
  step: { value: (run) => run.step, first: 'down' },
  accuracy: { value: (run) => run.accuracy, first: 'down' },
  reward: { value: (run) => run.reward, first: 'down' },
  trained: { value: (run) => run.trainedSeconds, first: 'down' },
  seed: { value: (run) => run.seed, first: 'up' },
  backend: { value: (run) => run.backend, first: 'up' },
  started: { value: (run) => run.createdAt, first: 'down' },
} satisfies Record<string, SortColumn>
export type SortName = keyof typeof sortColumns

/** `accuracy` as its column is sorted by the first click, `-accuracy` the other way round. Nonsense is the newest first. */
export function sortOf(text: string): { name: SortName; direction: 'up' | 'down' } {
  const name = text.replace(/^-/, '')
  if (!(name in sortColumns)) return { name: 'number', direction: 'down' }
  const { first } = sortColumns[name as SortName] as SortColumn
  const other = first === 'down' ? 'up' : 'down'
  return { name: name as SortName, direction: text.startsWith('-') ? other : first }
}

/** What a click on a column makes of it: sorted, the other way round, as before. */
export const nextSort = (now: string, name: SortName): string =>
  now === name ? `-${name}` : now === `-${name}` ? '' : name

/** Everything that a word of the search may mean: plain, or as `tag:x`, `status:failed`, `recipe:r1-mini`, `seed:3`. */
function words(run: RunSummary): string {
  const { number, name, recipe, status, seed, backend, source, tags, note } = run
  const named = [
    `recipe:${recipe}`,
    `status:${status}`,
    `seed:${seed}`,
    `backend:${source?.engine ?? backend}`,
    ...tags.map((t) => `tag:${t}`),
  ]
  return [`#${number}`, name, note, ...named].join('\n').toLowerCase()
}

/** Those of a shelf in which every word of the text occurs. */
export function filtered(runs: readonly RunSummary[], { shelf, text }: Pick<RunList, 'shelf' | 'text'>): RunSummary[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean)
  return runs.filter(
    (run) =>
      run.archived === (shelf === 'archived') &&
      (shelf !== 'starred' || run.starred) &&
      wanted.every((word) => words(run).includes(word)),
  )
}

/** What is nowhere known comes last, whichever way it is sorted; what is equal, the newest first. */
export function sorted(runs: readonly RunSummary[], sort: string): RunSummary[] {
  const { name, direction } = sortOf(sort)
  const { value }: SortColumn = sortColumns[name]
  const sign = direction === 'down' ? -1 : 1
  return runs.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)]
    if (x === y) return b.number - a.number
    if (x === null || y === null) return x === null ? 1 : -1
    return x < y ? -sign : sign
  })
}

export type ListRow =
  | { kind: 'run'; key: string; run: RunSummary; depth: number }
  | { kind: 'group'; key: string; name: string; count: number; best: number | null }

/** The rows of the list, from top to bottom. A run with several tags stands in the group of each. */
export function listRows(runs: readonly RunSummary[], { group, sort }: Pick<RunList, 'group' | 'sort'>): ListRow[] {
  const inOrder = sorted(runs, sort)
  const flat = (of: readonly RunSummary[], under = ''): ListRow[] =>
    of.map((run) => ({ kind: 'run', key: `${under}/${run.id}`, run, depth: 0 }))
  if (group === 'none') return flat(inOrder)
  if (group === '') return inFamilies(inOrder)
  const names = (run: RunSummary): string[] => {
    if (group === 'tag') return run.tags.length > 0 ? [...run.tags] : [t('no tag')]
    return [group === 'status' ? run.status : run.recipe]
  }
  const groups = new Map<string, RunSummary[]>()
  for (const run of inOrder) for (const name of names(run)) groups.set(name, [...(groups.get(name) ?? []), run])
  return [...groups].flatMap(([name, members]) => {
    const known = members.flatMap(({ accuracy }) => accuracy ?? [])
    const best = known.length > 0 ? Math.max(...known) : null
    return [{ kind: 'group', key: `group/${name}`, name, count: members.length, best }, ...flat(members, name)]
  })
}

/** A family stands where its first member in this order would. */
function inFamilies(inOrder: readonly RunSummary[]): ListRow[] {
  const rank = new Map(inOrder.map(({ id }, i) => [id, i]))
  const families: { rows: ListRow[]; rank: number }[] = []
  for (const { run, depth } of familyTree(inOrder)) {
    if (depth === 0) families.push({ rows: [], rank: Number.POSITIVE_INFINITY })
    const family = families.at(-1)!
    family.rows.push({ kind: 'run', key: `/${run.id}`, run, depth })
    family.rank = Math.min(family.rank, rank.get(run.id)!)
  }
  return families.sort((a, b) => a.rank - b.rank).flatMap(({ rows }) => rows)
}

/** Every tag that is in use, the commonest first. */
export function tagsInUse(runs: readonly RunSummary[]): string[] {
  const counts = new Map<string, number>()
  for (const { tags } of runs) for (const name of tags) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name)
}

const storageKey = 'grpo-studio.runs'

/** How the list was looked at last, also before the window was closed. A search is not kept: it would hide new runs. */
export function lastRunList(): RunList {
  try {
    const { group, sort } = JSON.parse(window.localStorage.getItem(storageKey) ?? '{}') as Partial<RunList>
    const known = groupings.find((name) => name === group) ?? ''
    return { ...emptyRunList, group: known, sort: typeof sort === 'string' ? sort : '' }
  } catch {
    return emptyRunList
  }
}

export function rememberRunList(): void {
  routeStore.subscribe((route) => {
    if (route.page === 'runs')
      window.localStorage.setItem(storageKey, JSON.stringify({ group: route.list.group, sort: route.list.sort }))
  })
}
