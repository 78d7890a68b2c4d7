import { beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { RunSummary } from '../../../src-main/contract/records.ts'

let list: typeof import('../../../src-renderer/stores/run-list.ts')
let ticks: typeof import('../../../src-renderer/stores/ticked.ts')

beforeAll(async () => {
  vi.stubGlobal('window', { location: { hash: '' }, localStorage: { getItem: () => null } })
  list = await import('../../../src-renderer/stores/run-list.ts')
  ticks = await import('../../../src-renderer/stores/ticked.ts')
})

const run = (number: number, more: Partial<RunSummary> = {}): RunSummary => ({
  ...({
    id: `r${number}`,
    number,
    name: 'R1-Zero',
    recipe: 'r1-zero-mini',
    parent: null,
    forkStep: null,
  } as RunSummary),
  ...({ status: 'finished', seed: 0, backend: 'tensorflow', createdAt: `2026-01-0${number}`, step: 10 } as RunSummary),
  ...{ trainedSeconds: 1, reward: null, accuracy: null, starred: false, archived: false, tags: [], note: '' },
  ...more,
})
const numbers = (rows: ReturnType<typeof list.listRows>) =>
  rows.map((row) => (row.kind === 'run' ? row.run.number : `${row.name} ${row.count} ${row.best}`))

describe('which runs are listed', () => {
  const runs = [
    run(1, { starred: true, tags: ['base line'] }),
    run(2, { archived: true }),
    run(3, { status: 'failed', seed: 3, note: 'The clip was Open' }),
    run(13, { recipe: 'countdown', starred: true, archived: true }),
  ]
  const found = (shelf: string, text = '') => list.filtered(runs, { shelf, text }).map(({ number }) => number)

  test('of a shelf: what is archived is there and nowhere else', () => {
    expect(found('')).toEqual([1, 3])
    expect(found('starred')).toEqual([1])
    expect(found('archived')).toEqual([2, 13])
  })

  test.each([
    ['#3', [3]],
    ['clip open', [3]],
    ['clip shut', []],
    ['tag:base', [1]],
    ['STATUS:failed seed:3', [3]],
    ['r1-zero', [1, 3]],
  ])('by the words %j', (text, numbers) => {
    expect(found('', text)).toEqual(numbers)
  })
})

describe('their order', () => {
  const runs = [run(1, { accuracy: 0.5 }), run(2), run(3, { accuracy: 0.9 }), run(4, { accuracy: 0.5 })]
  const order = (sort: string) => list.sorted(runs, sort).map(({ number }) => number)

  test('what is not known comes last either way, what is equal the newest first', () => {
    expect(order('accuracy')).toEqual([3, 4, 1, 2])
    expect(order('-accuracy')).toEqual([4, 1, 3, 2])
    expect(order('')).toEqual([4, 3, 2, 1])
    expect(order('nonsense')).toEqual([4, 3, 2, 1])
  })

  test('a column is sorted by a click, the other way round by the next, and then no more', () => {
    expect(['', 'reward', '-reward'].map((now) => list.nextSort(now, 'reward'))).toEqual(['reward', '-reward', ''])
    expect(list.sortOf('name')).toEqual({ name: 'name', direction: 'up' })
    expect(list.sortOf('-reward')).toEqual({ name: 'reward', direction: 'up' })
  })
})

describe('the rows', () => {
  const runs = [
    run(1, { accuracy: 0.5 }),
    run(2, { accuracy: 0.9, recipe: 'countdown', tags: ['a', 'b'] }),
    run(3, { parent: 1, accuracy: 0.95, tags: ['a'] }),
    run(4, { recipe: 'countdown' }),
  ]

  test('a family stays together, and stands where its best does', () => {
    expect(numbers(list.listRows(runs, { group: '', sort: '' }))).toEqual([4, 1, 3, 2])
    expect(numbers(list.listRows(runs, { group: '', sort: 'accuracy' }))).toEqual([1, 3, 2, 4])
    expect(numbers(list.listRows(runs, { group: 'none', sort: 'accuracy' }))).toEqual([3, 2, 1, 4])
  })

  test('a fork whose run is not listed stands by itself', () => {
    expect(numbers(list.listRows(runs.slice(1), { group: '', sort: '' }))).toEqual([4, 3, 2])
  })

  test('groups come in the order of their first run and say how many and how good', () => {
    expect(numbers(list.listRows(runs, { group: 'recipe', sort: '' }))).toEqual([
      'countdown 2 0.9',
      4,
      2,
      'r1-zero-mini 2 0.95',
      3,
      1,
    ])
    const byTag = list.listRows(runs, { group: 'tag', sort: '' })
    expect(numbers(byTag)).toEqual(['no tag 2 0.5', 4, 1, 'a 2 0.95', 3, 2, 'b 1 0.9', 2])
    expect(new Set(byTag.map(({ key }) => key)).size).toBe(byTag.length)
  })

  test('tags in use, the commonest first', () => {
    expect(list.tagsInUse(runs)).toEqual(['a', 'b'])
  })
})

describe('ticks', () => {
  const order = ['a', 'b', 'c', 'd']
  const ticked = () => [...ticks.tickedStore.getState().ticked]
  beforeEach(() => ticks.untick())

  test('come and go by themselves, and go through to another with shift', () => {
    ticks.tick('b', order, false)
    ticks.tick('d', order, true)
    expect(ticked()).toEqual(['b', 'c', 'd'])
    ticks.tick('c', order, false)
    expect(ticked()).toEqual(['b', 'd'])
    ticks.tick('a', order, true)
    expect(ticked().sort()).toEqual(['a', 'b', 'c', 'd'])
  })
})
