/** Preference data: what is refused, the split, and the balance of lengths. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { judgedPart } from '../../src-main/contract/judged-part.ts'
import type { RewardModelKind } from '../../src-main/contract/reward-models.ts'
import { balanced, readItems, split } from '../../src-main/engine/reward-models/data.ts'
import { readDataRows } from '../../src-main/library/data-files.ts'

const pair = (prompt: string, chosen: string, rejected: string) => ({ prompt, chosen, rejected })
const lines = (...values: unknown[]) => values.map((v) => JSON.stringify(v)).join('\n')

const folder = mkdtempSync(join(tmpdir(), 'grpo-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a file of this name with this in it is read as. */
async function read(kind: RewardModelKind, text: string | Buffer, name = 'f.jsonl') {
  const file = join(folder, name)
  writeFileSync(file, text)
  return readItems(kind, (await readDataRows(file, 'reward-model')).rows, 'f')
}

describe('reading', () => {
  it('takes pairs and labels, each with its place', async () => {
    expect(await read('helpfulness', `\n${lines(pair('p', 'a', 'b'))}\n`)).toEqual([
      { ...pair('p', 'a', 'b'), place: 'line 2' },
    ])
    const labels = ['safe', 'unsafe', true, false, 1, 0].map((label) => ({ prompt: 'p', completion: 'c', label }))
    expect((await read('safety', lines(...labels))).map((item) => 'safe' in item && item.safe)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ])
  })

  it('takes CSV, TSV, a JSON array and Parquet too', async () => {
    const csv = 'prompt,chosen,rejected\np,"a, and\nmore",b\nq,c,d\n'
    expect(await read('helpfulness', csv, 'f.csv')).toEqual([
      { ...pair('p', 'a, and\nmore', 'b'), place: 'line 2' },
      { ...pair('q', 'c', 'd'), place: 'line 4' },
    ])
    expect(await read('safety', 'prompt\tcompletion\tlabel\np\tc\tunsafe\n', 'f.tsv')).toEqual([
      { prompt: 'p', completion: 'c', safe: false, place: 'line 2' },
    ])
    expect(await read('helpfulness', JSON.stringify([pair('p', 'a', 'b')]), 'f.json')).toEqual([
      { ...pair('p', 'a', 'b'), place: 'item 1' },
    ])
    // of a data set of problems: it has no preferences, and each row is named
    const parquet = readFileSync(new URL('../fixtures/data/gsm8k-layout.snappy.parquet', import.meta.url))
    await expect(read('helpfulness', parquet, 'f.parquet')).rejects.toThrow(/row 1 has a bad prompt.*row 2/)
  })

  it('says what is wrong with a file that is none', async () => {
    const missing = readDataRows(join(folder, 'none.jsonl'), 'reward-model')
    await expect(missing).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringContaining('There is no'),
    })
    await expect(read('helpfulness', 'PAR', 'f.parquet')).rejects.toMatchObject({ code: 'bad-request' })
  })

  it.each([
    ['helpfulness', '{', 'line 1 is not JSON'],
    ['helpfulness', '[[]]', 'item 1 is wrong: Invalid input: expected object'],
    ['helpfulness', lines({ prompt: 'p', chosen: 'a' }), 'line 1 has a bad rejected'],
    ['helpfulness', lines(pair('', 'a', 'b')), 'line 1 has a bad prompt'],
    ['helpfulness', lines(pair('p', 'a', 'a')), 'line 1 is wrong: chosen and rejected are the same'],
    [
      'safety',
      lines({ prompt: 'p', completion: 'c', label: 'fine' }),
      'line 1 is wrong: label must be "safe" or "unsafe"',
    ],
    ['safety', lines({ prompt: 'p', completion: 'c' }), 'line 1 has a bad label'],
    ['helpfulness', '\n \n', 'f has nothing in it'],
  ] as const)('%s: refuses %s', async (kind, text, message) => {
    await expect(read(kind, text)).rejects.toThrow(message)
  })

  it('names each of several wrong lines, at most ten', async () => {
    const text = [lines(pair('p', 'a', 'b')), ...Array<string>(12).fill('nothing')].join('\n')
    await expect(read('helpfulness', text)).rejects.toThrow(/line 2 is not JSON; .*line 11 is not JSON, and 2 more/)
  })
})

describe('the judged part', () => {
  it.each([
    ['<think>a</think><answer>4</answer>', '<answer>4</answer>'],
    ['an answer', 'an answer'],
    ['<think>a</think>b<think>c</think> d ', 'd'],
    ['<think>never closed', null],
    ['<think>a</think>b<think>again', null],
    ['<think>a</think>  ', null],
  ])('of helpfulness comes after the thinking: %s', (text, expected) => {
    expect(judgedPart('helpfulness', text)).toBe(expected)
  })

  it('of safety is all of it', () => {
    expect(judgedPart('safety', '<think>a</think>b')).toBe('<think>a</think>b')
  })
})

it('a split keeps a prompt on one side, about the share asked for', () => {
  const items = Array.from({ length: 2000 }, (_, i) => ({ prompt: `prompt ${i >> 1}` }))
  const { training, heldOut } = split(items, 0.2)
  expect(training.length + heldOut.length).toBe(2000)
  const trained = new Set(training.map((item) => item.prompt))
  expect(heldOut.some((item) => trained.has(item.prompt))).toBe(false)
  expect(heldOut.length / 2000).toBeCloseTo(0.2, 1)
})

it('balancing leaves as many longer as shorter preferred answers of each size, whatever the order', () => {
  const words = fc.integer({ min: 1, max: 60 }).map((n) => 'x'.repeat(n))
  const pairs = fc.uniqueArray(fc.record({ prompt: fc.string({ minLength: 1 }), chosen: words, rejected: words }), {
    selector: (p) => JSON.stringify(p),
    maxLength: 60,
  })
  const difference = (p: { chosen: string; rejected: string }) => p.chosen.length - p.rejected.length
  fc.assert(
    fc.property(pairs, (all) => {
      const kept = balanced(all, difference)
      for (let size = 0; size < 7; size++) {
        const of = (some: typeof all) =>
          some.map(difference).filter((d) => d !== 0 && Math.floor(Math.log2(Math.abs(d))) === size)
        const [longer, shorter] = [of(kept).filter((d) => d > 0).length, of(kept).filter((d) => d < 0).length]
        expect(longer).toBe(shorter)
        const before = of(all).filter((d) => d > 0).length
        expect(longer).toBe(Math.min(before, of(all).length - before))
      }
      expect(kept.filter((p) => difference(p) === 0)).toEqual(all.filter((p) => difference(p) === 0))
      const again = balanced([...all].reverse(), difference)
      expect(new Set(again.map((p) => JSON.stringify(p)))).toEqual(new Set(kept.map((p) => JSON.stringify(p))))
    }),
  )
})
