/** Deleting runs: what goes along, what is refused, taking back, and emptying the bin. */
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { StudioError } from '../../src-main/contract/errors.ts'
import type { Host } from '../../src-main/host/host.ts'
import { runFolder } from '../../src-main/store/folder.ts'
import { lookInto } from '../../src-main/store/reader.ts'
import { run } from './support/command-line.ts'
import { openHost, scripted, tinyRecipe, Watch, withOneRun } from './support/hosts.ts'
import { recipeOf } from './support/records.ts'

const numbers = async (host: Host) => (await host.ask.runs()).map(({ number }) => number)
const refusal = async (work: () => unknown): Promise<StudioError> => {
  try {
    await work()
  } catch (error) {
    return error as StudioError
  }
  throw new Error('It was not refused.')
}

async function withTwoRuns(): Promise<Host> {
  const host = openHost({ startEngine: scripted({ steps: 3 }) })
  for (const title of ['first', 'second']) {
    await host.launch(recipeOf({ title }))
    await host.idle()
  }
  return host
}

test('a deleted run is nowhere listed, can be taken back with all it had, and is gone for good when the bin is emptied', async () => {
  const host = await withTwoRuns()
  const watch = new Watch(host)
  const before = await host.ask.metrics('1', undefined, 0)
  const [id] = host.bin.remove(['1'])
  await watch.for((e) => e.type === 'deleted' && e.runIds.includes(id))
  expect(await numbers(host)).toEqual([2])
  expect((await host.ask.evaluationEntries()).map(({ name }) => name)).toEqual(['2@0'])
  expect(await refusal(() => host.ask.run('1'))).toMatchObject({
    code: 'not-found',
    message: 'Run #1 was deleted.',
    hint: expect.stringContaining('grpo-studio restore 1'),
  })
  expect(await host.bin.list()).toMatchObject([{ id, number: 1, name: 'first' }])
  expect((await host.bin.list())[0].bytes).toBeGreaterThan(100)

  expect(host.bin.restore(['1'])).toMatchObject([{ number: 1 }])
  await watch.for((e) => e.type === 'run' && e.run.id === id)
  expect(await host.ask.metrics('1', undefined, 0)).toEqual(before)
  expect(await host.bin.list()).toEqual([])

  host.bin.remove(['1'])
  expect(await host.bin.empty()).toBe(1)
  expect(await host.bin.list()).toEqual([])
  expect(existsSync(runFolder(host.dataFolder, id))).toBe(false)
  expect((await refusal(() => host.bin.restore(['1']))).message).toBe('Run #1 was deleted for good.')
  const rows = lookInto(host.dataFolder, (db) =>
    ['steps', 'metrics', 'groups', 'completions', 'evaluations', 'stages'].map((table) =>
      db.prepare(`SELECT count(*) FROM ${table} WHERE run = 1`).pluck().get(),
    ),
  )
  expect(rows).toEqual([0, 0, 0, 0, 0, 0])
  expect((await host.ask.metrics('2', undefined, 0)).steps).toEqual([1, 2, 3])
})

test('the number of a run that is gone for good is not given again, also by a host that is opened later', async () => {
  const host = await withTwoRuns()
  host.bin.remove(['2'])
  await host.bin.empty()
  await host.close()
  const again = openHost({ dataFolder: host.dataFolder, startEngine: scripted({ steps: 1 }) })
  expect((await again.launch(recipeOf())).number).toBe(3)
  await again.idle()
})

test('emptying that was cut off is gone on with at the next opening', async () => {
  const host = await withTwoRuns()
  host.bin.remove(['1'])
  const emptied = host.bin.empty()
  host.bin.close()
  await emptied
  await host.close()
  const left = () =>
    lookInto(host.dataFolder, (db) => db.prepare('SELECT count(*) FROM stages WHERE run = 1').pluck().get())
  expect(left()).toBeGreaterThan(0)
  openHost({ dataFolder: host.dataFolder, startEngine: scripted({}) })
  await expect.poll(left).toBe(0)
})

test('a run that trains is not deleted', async () => {
  const host = openHost({ startEngine: scripted({ steps: 1, ending: 'stay' }) })
  await host.launch(recipeOf())
  expect(await refusal(() => host.bin.remove(['1']))).toMatchObject({
    code: 'busy',
    message: 'Run #1 is active.',
    hint: 'Stop it first, or wait until it has finished.',
  })
  expect(await numbers(host)).toEqual([1])
})

test('what lies with a run goes and comes with it: what it abandoned by itself, a fork only when it is named too', async () => {
  const host = openHost()
  await host.launch(recipeOf(tinyRecipe()))
  await host.idle()
  await host.fork('1', 6)
  await host.idle()
  await host.rollBack('1', 6)
  await host.idle()
  expect(await numbers(host)).toEqual([3, 2, 1])
  expect(await refusal(() => host.bin.remove(['1']))).toMatchObject({
    code: 'bad-request',
    message: 'Run #2 was forked from run #1, and its first steps lie with it.',
    hint: 'Delete #2 as well, or archive #1.',
  })
  expect(host.bin.remove(['1', '2'])).toHaveLength(3)
  expect(await numbers(host)).toEqual([])
  expect(host.bin.restore(['2']).map(({ number }) => number)).toEqual([1, 2])
  expect(await numbers(host)).toEqual([2, 1])
  expect((await refusal(() => host.bin.restore(['2']))).message).toBe('Run #2 does not lie in the bin.')
  expect((await refusal(() => host.bin.restore(['9']))).message).toBe('There is no run "9".')
})

test('by the command line, of a folder that nobody has open: mark, delete, restore, empty', async () => {
  const data = await withOneRun()
  const marked = await run(
    ['mark', 'last', '--star', '--tag', 'base line', '--tag', 'b', '--untag', 'b', '--note', 'good'],
    {
      data,
    },
  )
  expect(marked.out).toBe('#1 A test: starred, base line, “good”\n')
  expect((await run(['runs'], { data })).out).toMatch(/★ base line/)
  await run(['mark', '1', '--archive', '--no-star', '--note', ''], { data })
  expect(JSON.parse((await run(['runs', '--json'], { data })).out)).toEqual([])
  expect(JSON.parse((await run(['runs', '--json', '--archived'], { data })).out)).toMatchObject([
    { number: 1, starred: false, archived: true, tags: ['base line'], note: '' },
  ])
  const long = await run(['mark', '1', '--tag', 'x'.repeat(41)], { data })
  expect(long.status).toBe(1)
  expect(long.err).toMatch(/addTags\.0: a tag has at most 40 characters/)
  expect((await run(['delete', '1'], { data })).out).toMatch(/^In the bin: 0001-/)
  expect((await run(['runs', '--bin'], { data })).out).toMatch(/#1 +A test/)
  expect((await run(['restore', '#1'], { data })).out).toMatch(/^Restored: #1/)
  await run(['delete', '1'], { data })
  expect((await run(['empty-bin'], { data })).out).toBe('1 run deleted for good.\n')
  expect((await run(['empty-bin'], { data })).out).toBe('The bin is empty.\n')
}, 60_000)

test('marks are announced, kept, and refused beyond twenty tags', async () => {
  const host = await withTwoRuns()
  const watch = new Watch(host)
  host.mark(['1', '2'], { addTags: ['a', 'b'], starred: true })
  await watch.for((e) => e.type === 'run' && e.run.number === 2 && e.run.tags.length === 2)
  host.mark(['1'], { addTags: ['b', 'c'], removeTags: ['a'], note: 'why' })
  expect((await host.ask.runs()).map(({ tags, starred, note }) => ({ tags, starred, note }))).toEqual([
    { tags: ['a', 'b'], starred: true, note: '' },
    { tags: ['b', 'c'], starred: true, note: 'why' },
  ])
  const many = Array.from({ length: 20 }, (_, i) => `t${i}`)
  expect((await refusal(() => host.mark(['2'], { addTags: many }))).message).toBe(
    'Run #2 would have 22 tags, and a run takes 20.',
  )
})

test('every run has its reward in a few points', async () => {
  const host = openHost({ startEngine: scripted({ steps: 40 }) })
  await host.launch(recipeOf({ stages: [{ kind: 'grpo', name: 'one', steps: 40 }] }))
  await host.idle()
  const { series } = await host.ask.metrics('1', ['reward'], 0)
  const { [(await host.ask.run('1')).id]: line } = await host.ask.sparklines(8)
  expect(line).toHaveLength(8)
  const mean = (values: (number | null)[]) => values.reduce<number>((sum, v) => sum + (v ?? 0), 0) / values.length
  expect(line[1]).toBeCloseTo(mean(series.reward.slice(5, 10)), 10)
})
