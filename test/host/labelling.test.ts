/** Labels by a person: what is shown, in which order, what is kept, taken back, measured and exported. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type LabelItem, type LabelState, type LabelValue, newLabelSet } from '../../src-main/contract/labelling.ts'
import { readItems } from '../../src-main/engine/reward-models/data.ts'
import type { Host } from '../../src-main/host/host.ts'
import { createLabelSet, label, removeSet, undo } from '../../src-main/host/labelling.ts'
import { run } from './support/command-line.ts'
import { openHost, withOneRun } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

function fileOf(...rows: unknown[]): string {
  const file = join(temporaryFolder(), 'rows.jsonl')
  writeFileSync(file, rows.map((row) => JSON.stringify(row)).join('\n'))
  return file
}

const pairsFile = (n: number) =>
  fileOf(...Array.from({ length: n }, (_, i) => ({ prompt: `prompt ${i}`, chosen: `good ${i}`, rejected: `bad ${i}` })))

const order = (more: object) => newLabelSet.parse({ kind: 'helpfulness', name: 'mine', ...more })

/** Labels until all is done, or so many were. */
async function labelAll(host: Host, set: number, decide: (item: LabelItem) => LabelValue, most = 1000) {
  let state: LabelState = await host.ask.labelState(set)
  const shown: LabelItem[] = []
  while (state.item && shown.length < most) {
    const { item } = state
    shown.push(item)
    state = label(host, { set, position: item.position, repeat: item.repeat, value: decide(item) })
  }
  return { state, shown }
}

const better = ({ left }: LabelItem): LabelValue => (left.startsWith('good') ? 'left' : 'right')

describe('pairs of a file', () => {
  test('sides are drawn once and kept; labels follow the answer, not the side; some come again, turned round', async () => {
    const host = openHost()
    const { number, source, items } = await createLabelSet(host, order({ source: { file: pairsFile(40) } }), 7)
    expect([items, source]).toEqual([40, expect.stringContaining('rows.jsonl')])
    const { item } = await host.ask.labelState(number)
    expect((await host.ask.labelState(number)).item).toEqual(item)
    const { state, shown } = await labelAll(host, number, better)
    expect(state.item).toBeNull()
    const fresh = shown.filter(({ repeat }) => !repeat)
    expect(fresh.map(({ position }) => position)).toEqual(Array.from({ length: 40 }, (_, i) => i))
    const onLeft = fresh.filter(({ left }) => left.startsWith('good')).length
    expect(onLeft).toBeGreaterThan(10)
    expect(onLeft).toBeLessThan(30)
    const again = shown.filter(({ repeat }) => repeat)
    expect(again.map(({ position }) => position)).toEqual([0, 1, 2, 3])
    for (const { position, left, right } of again) {
      expect([fresh[position].right, fresh[position].left]).toEqual([left, right])
    }
    expect(shown.findIndex(({ repeat }) => repeat)).toBe(10)
    expect(state.set).toMatchObject({
      done: 40,
      counts: { first: 40, second: 0, tie: 0, skip: 0 },
      agreement: { value: 1 },
      repeats: { value: 1 },
      left: { value: onLeft / 40 },
    })
    const lines = await host.ask.labelledLines(number)
    expect(lines).toHaveLength(40)
    expect(lines[3]).toEqual({ prompt: 'prompt 3', chosen: 'good 3', rejected: 'bad 3' })
    readItems(
      'helpfulness',
      lines.map((value, i) => ({ place: `line ${i}`, value })),
      'export',
    )
  })

  test('who always takes the left one is found, by the share and by what comes again', async () => {
    const host = openHost()
    const { number } = await createLabelSet(host, order({ source: { file: pairsFile(60) } }), 1)
    const { state } = await labelAll(host, number, () => 'left')
    expect(state.set.left!.value).toBe(1)
    expect(state.set.left!.low).toBeGreaterThan(0.5)
    expect(state.set.repeats!.value).toBe(0)
    expect(state.set.agreement!.low).toBeLessThan(0.5)
    // what was contradicted is not learned from
    expect(await host.ask.labelledLines(number)).toHaveLength(54)
  })

  test('ties and skipped ones are kept and not exported; none comes again unless asked for', async () => {
    const host = openHost()
    const { number } = await createLabelSet(host, order({ source: { file: pairsFile(24) }, repeats: false }), 1)
    const values: LabelValue[] = ['tie', 'skip', 'right']
    const { state, shown } = await labelAll(host, number, ({ position }) => values[position % 3])
    expect(shown).toHaveLength(24)
    expect(state.set.counts).toMatchObject({ tie: 8, skip: 8 })
    expect(state.set).toMatchObject({ done: 24, repeats: null })
    expect(await host.ask.labelledLines(number)).toHaveLength(8)
  })

  test('undo brings each item back, one after another, repeated ones too', async () => {
    const host = openHost()
    const { number } = await createLabelSet(host, order({ source: { file: pairsFile(30) } }), 3)
    const { shown } = await labelAll(host, number, better, 12)
    for (const item of shown.toReversed()) expect(undo(host, number).item).toEqual(item)
    const none = await host.ask.labelState(number)
    expect(none).toMatchObject({ undo: false, set: { done: 0 } })
    expect(undo(host, number)).toEqual(none)
  })

  test('what cannot be is refused', async () => {
    const host = openHost()
    const { number } = await createLabelSet(host, order({ source: { file: pairsFile(3) } }), 3)
    const given = { set: number, position: 0, repeat: false, value: 'left' as const }
    label(host, given)
    expect(() => label(host, given)).toThrow('Item 1 of mine is labelled already')
    expect(() => label(host, { ...given, position: 1, value: 'safe' })).toThrow(
      'safe is no label of a set for helpfulness',
    )
    expect(() => label(host, { ...given, position: 99 })).toThrow('The set mine has no item 100')
    expect(() => label(host, { ...given, set: 99 })).toThrow('There is no set 99')
    removeSet(host, number)
    await expect(host.ask.labelState(number)).rejects.toMatchObject({ code: 'not-found' })
    const alike = order({ source: { file: fileOf({ prompt: 'p', answers: ['<think>1</think>a', 'a'] }) } })
    await expect(createLabelSet(host, alike)).rejects.toThrow('There is nothing to label')
    await expect(createLabelSet(host, order({ source: { file: '/nowhere.jsonl' } }))).rejects.toMatchObject({
      code: 'bad-request',
    })
    await expect(createLabelSet(host, order({ source: { runId: 'last' } }))).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})

describe('outputs', () => {
  test('of a file are labelled one by one, by guidelines', async () => {
    const host = openHost()
    const file = fileOf(
      { prompt: 'p', completion: 'kind', label: 'safe' },
      { prompt: 'q', completion: 'rude', label: 'unsafe' },
      { prompt: 'r', completion: 'odd' },
    )
    const set = order({ kind: 'safety', source: { file }, guidelines: 'Rude is unsafe.' })
    const { number, guidelines } = await createLabelSet(host, set)
    expect(guidelines).toBe('Rude is unsafe.')
    const { state, shown } = await labelAll(host, number, ({ left }) => (left === 'odd' ? 'skip' : 'safe'))
    expect(shown[0]).toEqual({ position: 0, repeat: false, prompt: 'p', left: 'kind', right: null })
    expect(state.set).toMatchObject({ counts: { safe: 2, skip: 1 }, agreement: { value: 0.5 }, left: null })
    const lines = await host.ask.labelledLines(number)
    expect(lines).toEqual([
      { prompt: 'p', completion: 'kind', label: 'safe' },
      { prompt: 'q', completion: 'rude', label: 'safe' },
    ])
    readItems(
      'safety',
      lines.map((value, i) => ({ place: `line ${i}`, value })),
      'export',
    )
    expect(() => label(host, { set: number, position: 2, repeat: false, value: 'left' })).toThrow(
      'no label of a set for safety',
    )
    const wrong = order({ kind: 'safety', source: { file: fileOf({ prompt: 'p' }) } })
    await expect(createLabelSet(host, wrong)).rejects.toThrow('line 1 is no output')
  })
})

test('pairs and outputs come from stored samples, survive the app, and are exported by the command line', async () => {
  const data = await withOneRun({ steps: 3, different: true })
  const host = openHost({ dataFolder: data })
  const pairs = await createLabelSet(
    host,
    order({ name: 'of a run', source: { runId: '1', fromStep: 2 }, limit: 3 }),
    1,
  )
  expect(pairs).toMatchObject({ items: 3, source: '#1 A test, steps 2 to the last' })
  const outputs = await createLabelSet(host, order({ kind: 'safety', source: { runId: '1' } }), 1)
  expect(outputs).toMatchObject({ items: 6, source: '#1 A test' })
  await labelAll(host, pairs.number, () => 'right', 2)
  const { item } = await host.ask.labelState(pairs.number)
  expect(item).toMatchObject({ left: expect.stringMatching(/^<think>[23]<\/think>answer/), position: 2 })
  await host.close()

  const listed = await run(['preferences', 'list', '--json'], { data })
  expect(JSON.parse(listed.out)).toMatchObject([{ name: 'mine' }, { name: 'of a run', done: 2 }])
  expect((await run(['preferences', 'list'], { data })).out).toContain('2 of 3')
  const file = join(temporaryFolder(), 'pairs.jsonl')
  const exported = await run(['preferences', 'export', 'of a run', '--out', file], { data })
  expect(exported.err).toContain('2 labels')
  expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2)
  expect((await run(['preferences', 'export', '1'], { data })).out).toBe(readFileSync(file, 'utf8'))
  const missing = await run(['preferences', 'export', 'other'], { data })
  expect(missing.err).toMatch(/There is no set other.*\n.*2 \(mine\), 1 \(of a run\)/)
})
