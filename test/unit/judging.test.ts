/** Judging preference pairs: which pairs, in which order, what a reply says, what verdicts come to. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { AnswerPair, Verdict } from '../../src-main/contract/preferences.ts'
import { readItems } from '../../src-main/engine/reward-models/data.ts'
import { answersOfRows } from '../../src-main/preferences/answers.ts'
import { askAll, type Judge, ordersOf } from '../../src-main/preferences/judge.ts'
import { judgedPairs } from '../../src-main/preferences/judged-pairs.ts'
import { Ledger } from '../../src-main/preferences/ledger.ts'
import { outputItem, safetyScore } from '../../src-main/preferences/output-question.ts'
import { pairInstructions, pairItem, pairScore } from '../../src-main/preferences/pair-question.ts'
import { drawPairs, pairKey } from '../../src-main/preferences/pairs.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

const rows = (...values: unknown[]) => values.map((value, i) => ({ place: `line ${i + 1}`, value }))

describe('prompts with answers', () => {
  it('are several answers, or a preference', () => {
    expect(
      answersOfRows(rows({ prompt: 'p', answers: ['a', 'b', 'c'] }, { prompt: 'q', chosen: 'x', rejected: 'y' }), 'f'),
    ).toEqual([
      { prompt: 'p', answers: ['a', 'b', 'c'] },
      { prompt: 'q', answers: ['x', 'y'], preferred: 0 },
    ])
  })

  it.each([
    [rows(undefined), 'line 1 is not JSON'],
    [rows({ prompt: 'p', answers: ['a'] }), 'line 1 has a bad answers'],
    [rows({ prompt: '', answers: ['a', 'b'] }), 'line 1 has a bad prompt'],
    [rows({ prompt: 'p', chosen: 'a' }), 'line 1 has a bad rejected'],
    [rows(7), 'line 1 is wrong'],
    [rows(...Array(12).fill(undefined)), 'line 10 is not JSON, and 2 more'],
    [[], 'f has nothing in it'],
  ])('%j is refused: %s', (given, message) => {
    expect(() => answersOfRows(given, 'f')).toThrow(message)
  })
})

describe('pairs', () => {
  it('differ in what is judged, and come once', () => {
    const { pairs, without } = drawPairs(
      [
        { prompt: 'p', answers: ['<think>1</think>same', '<think>2</think>same', '<think>open', 'other'] },
        { prompt: 'q', answers: ['<think>1</think>x', 'x'] },
        { prompt: 'p', answers: ['<think>1</think>same', 'other'] },
      ],
      10,
      0,
    )
    expect(pairs).toEqual([
      { prompt: 'p', answers: ['<think>1</think>same', 'other'] },
      { prompt: 'p', answers: ['<think>2</think>same', 'other'] },
    ])
    expect(without).toBe(1)
  })

  it('of many answers are drawn, by the seed', () => {
    const answers = Array.from({ length: 30 }, (_, i) => `${i}`)
    const draw = (seed: number) => drawPairs([{ prompt: 'p', answers }], 3, seed).pairs
    expect(draw(1)).toHaveLength(3)
    expect(draw(1)).toEqual(draw(1))
    expect(draw(1)).not.toEqual(draw(2))
  })
})

describe('the order of the answers', () => {
  it('is drawn by the seed, half of the askings each way', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), fc.integer({ min: 1, max: 9 }), (seed, key, asks) => {
        const orders = ordersOf(seed, key, asks)
        expect(orders).toEqual(ordersOf(seed, key, asks))
        expect(Math.abs(orders.filter(Boolean).length - asks / 2)).toBeLessThanOrEqual(0.5)
      }),
    )
  })

  it('comes out every way about as often', () => {
    const seen = Map.groupBy(
      Array.from({ length: 600 }, (_, i) => ordersOf(7, `pair ${i}`, 4).map(Number).join('')),
      String,
    )
    expect([...seen.keys()].sort()).toEqual(['0011', '0101', '0110', '1001', '1010', '1100'])
    for (const times of seen.values()) expect(times.length).toBeGreaterThan(60)
    const odd = Array.from({ length: 600 }, (_, i) => ordersOf(7, `pair ${i}`, 1)[0]).filter(Boolean).length
    expect(odd).toBeGreaterThan(240)
    expect(odd).toBeLessThan(360)
  })
})

it.each([
  ['Both are fine.\n[[A>>B]]', 2],
  ['[[A>B]]', 1],
  ['[[A=B]]', 0],
  ['[[B=A]]', 0],
  ['[[B>A]]', -1],
  ['[[B>>A]]', -2],
  ['[[A<B]]', -1],
  ['[[A<<B]]', -2],
  ['**[[ A >> B ]]**', 2],
  ['At first [[A>>B]], but on reflection [[B>A]]', -1],
  ['<think>[[A>>B]]</think>I cannot say.', null],
  ['<think>hm</think>[[B>>A]]', -2],
  ['A>>B', null],
  ['[[A>>A]]', null],
  ['[[C]]', null],
  ['', null],
])('the reply %j scores %j', (reply, score) => {
  expect(pairScore(reply)).toBe(score)
})

it('the instruction has the guidelines, and the form of the reply; the second answer comes first when they are swapped', () => {
  expect(pairInstructions('verdict', 'Be kind.\n')).toMatch(/impartial judge.*\n\nBe kind\.\n\n.*\[\[A>>B\]\]/s)
  expect(pairInstructions('letter', '')).toMatch(/one letter and nothing else/)
  expect(pairInstructions('letter', '')).not.toContain('[[')
  const { question } = pairItem({ prompt: 'p', answers: ['<think>x?</think>x', 'y'] })
  expect(question(false).text).toBe(
    '<prompt>\np\n</prompt>\n\n<answer_A>\nx\n</answer_A>\n\n<answer_B>\ny\n</answer_B>',
  )
  expect(question(true).text).toContain('<answer_A>\ny\n')
})

it.each([
  ['By the first rule.\n[[SAFE]]', 2],
  ['[[rather  safe]]', 1],
  ['[[RATHER UNSAFE]]', -1],
  ['**[[ UNSAFE ]]**', -2],
  ['At first [[SAFE]], but [[UNSAFE]]', -2],
  ['<think>[[UNSAFE]]</think>I cannot say.', null],
  ['SAFE', null],
  ['[[UNSURE]]', null],
])('of safety the reply %j scores %j', (reply, score) => {
  expect(safetyScore(reply)).toBe(score)
  const { question } = outputItem({ prompt: 'p', completion: 'c', said: null }, 'verdict')
  expect(question(false).score(reply)).toBe(score)
  // where "unsafe" is named first, what is above 0 is unsafe
  expect(question(true).score(reply)).toBe(score === null ? null : -score)
})

/** Its worth is its number; its length is another matter. */
const worthOf = (answer: string) => Number(/\d+/.exec(answer)![0])
const pairsOfWorth = (n: number): AnswerPair[] =>
  Array.from({ length: n }, (_, i): AnswerPair => {
    const worth = [1 + ((i * 7) % 10), 1 + ((i * 3 + 2) % 10)]
    if (worth[0] === worth[1]) worth[1]++
    // half of the better ones are the longer ones, by up to eight times
    const padding = (better: boolean) => ' word'.repeat(better === (i % 2 === 0) ? 2 + (i % 7) : 1)
    const text = (own: number, other: number) => `<think>${i}</think>${own}${padding(own > other)}`
    return { prompt: `prompt ${i}`, answers: [text(worth[0], worth[1]), text(worth[1], worth[0])] }
  })

const judging = { judge: 'j', instructions: 'i', asks: 4, seed: 0 }

async function verdictsOf(score: (a: string, b: string) => number | null, pairs: AnswerPair[], asks = 4) {
  const judge: Judge = {
    name: 'j',
    atOnce: 3,
    async ask({ text }) {
      const [a, b] = ['A', 'B'].map((side) => text.split(`answer_${side}>`)[1].slice(1, -3))
      return { score: score(a, b), said: 'so' }
    },
  }
  const path = join(temporaryFolder(), 'verdicts')
  const ledger = new Ledger<Verdict>(path, { ...judging, asks })
  onTestFinished(() => ledger.close())
  await askAll(judge, pairs.map(pairItem), ledger, { asks, seed: 0 })
  return ledger.lines
}

const settings = { judge: 'j', asks: 4, gap: 1, balance: true }
const byWorth = (a: string, b: string) => Math.max(-2, Math.min(2, worthOf(a) - worthOf(b)))

describe('what verdicts come to', () => {
  it('of an honest judge: clear cases with the better answer chosen, lengths even, no doubts', async () => {
    const pairs = pairsOfWorth(120)
    const { kept, report } = judgedPairs(pairs, await verdictsOf(byWorth, pairs), settings)
    for (const { chosen, rejected, gap, verdicts } of kept) {
      expect(worthOf(chosen.slice(chosen.indexOf('</think>')))).toBeGreaterThan(
        worthOf(rejected.slice(rejected.indexOf('</think>'))),
      )
      expect([gap, verdicts]).toEqual([2, 4])
    }
    expect(report).toMatchObject({ pairs: 120, verdicts: 480, unreadable: 0, unread: 0, longerAfter: 0.5, doubts: [] })
    expect(report.position.first!.value).toBe(0.5)
    expect(report.position.consistent!.value).toBe(1)
    expect(report.position.lean).toBeCloseTo(0, 12)
    expect(report.kept).toBe(kept.length)
    expect(kept.length).toBeGreaterThan(40)
    expect(report.kept + report.leftOut + report.undecided).toBe(120)
    // what training reads
    expect(readItems('helpfulness', rows(...kept), 'kept')).toHaveLength(kept.length)
  })

  it('a judge who takes the first one: found, and nothing is kept', async () => {
    const pairs = pairsOfWorth(60)
    const { kept, report } = judgedPairs(pairs, await verdictsOf(() => 2, pairs), settings)
    expect(kept).toEqual([])
    expect(report.position.first).toEqual({ value: 1, low: expect.any(Number), high: 1 })
    expect(report.position.consistent!.value).toBe(0)
    expect(report.position.lean).toBe(2)
    expect(report.undecided).toBe(60)
    expect(report.doubts.join()).toMatch(/Position bias: in 100\.0 % .* shown first.*No pair is left/)
  })

  it('a judge who leans to the second one, but looks at the answers too: found, and cancelled', async () => {
    const pairs = pairsOfWorth(120)
    const leaning = (a: string, b: string) => Math.max(-2, Math.min(2, worthOf(a) - worthOf(b) - 3))
    const { kept, report } = judgedPairs(pairs, await verdictsOf(leaning, pairs), settings)
    expect(report.position.first!.high).toBeLessThan(0.5)
    expect(report.doubts[0]).toContain('the answer shown second')
    for (const { chosen, rejected } of kept)
      expect(worthOf(chosen.split('>').at(-1)!)).toBeGreaterThan(worthOf(rejected.split('>').at(-1)!))
  })

  it('a judge who counts words: found, and what is kept is balanced', async () => {
    const pairs = pairsOfWorth(120)
    const verdicts = await verdictsOf((a, b) => 2 * Math.sign(a.length - b.length), pairs)
    const { kept, report } = judgedPairs(pairs, verdicts, settings)
    expect(report.length.longer!.value).toBe(1)
    expect(report.length.correlation).toBeGreaterThan(0.8)
    expect(report.doubts.join()).toMatch(/the longer one in 100\.0 %/)
    // every chosen answer is the longer one: none can stay
    expect(report).toMatchObject({ longerBefore: 1, kept: 0, longerAfter: null })
    expect(kept).toEqual([])
    const all = judgedPairs(pairs, verdicts, { ...settings, balance: false })
    expect(all.report).toMatchObject({ longerAfter: 1, leftOut: 0 })
    expect(all.report.meanChosen).toBeGreaterThan(all.report.meanRejected!)
  })

  it('averages what was read, keeps only gaps above the threshold, and passes over pairs with too few verdicts', async () => {
    const pairs = pairsOfWorth(4)
    const verdict = (i: number, ask: number, score: number | null) => ({
      ...{ pair: pairKey(pairs[i]), ask, score, said: '' },
      swapped: ask % 2 === 1,
    })
    const { kept, report } = judgedPairs(
      pairs,
      [
        // of the first answer: 2, 1, 1, none: a mean of 4/3
        ...[verdict(0, 0, 2), verdict(0, 1, -1), verdict(0, 2, 1), verdict(0, 3, null)],
        // a mean of −1 is not beyond 1
        ...[verdict(1, 0, -1), verdict(1, 1, 1), verdict(1, 2, -1), verdict(1, 3, 1)],
        ...[verdict(2, 0, 2), verdict(2, 1, null), verdict(2, 2, null), verdict(2, 3, null)],
        // beyond the four that are asked for
        ...[verdict(3, 0, 0), verdict(3, 1, -2), verdict(3, 4, 2)],
      ],
      { ...settings, balance: false },
    )
    expect(kept.map(({ chosen, gap, verdicts }) => [chosen, gap, verdicts])).toEqual([[pairs[0].answers[0], 4 / 3, 3]])
    expect(report).toMatchObject({ verdicts: 14, unreadable: 4, unread: 1, undecided: 2, kept: 1 })
    expect(report.doubts[0]).toBe('Of 14 replies 4 hold no verdict (28.6 %).')
    // another threshold asks nothing again
    expect(
      judgedPairs(pairs, [verdict(1, 0, -1), verdict(1, 1, 1)], { ...settings, gap: 0.5, balance: false }).kept,
    ).toMatchObject([{ chosen: pairs[1].answers[1], gap: 1 }])
  })
})

describe('asking', () => {
  it('writes each verdict before the next, and asks nothing twice', async () => {
    const pairs = pairsOfWorth(5)
    const path = join(temporaryFolder(), 'verdicts')
    const written: number[] = []
    let asked = 0
    const judge: Judge = {
      name: 'j',
      atOnce: 1,
      async ask() {
        written.push(readFileSync(path, 'utf8').split('\n').filter(Boolean).length - 1)
        if (++asked === 8) throw new Error('the power went')
        return { score: 1, said: 'A' }
      },
    }
    const first = new Ledger<Verdict>(path, judging)
    await expect(askAll(judge, pairs.map(pairItem), first, { asks: 4, seed: 0 })).rejects.toThrow('the power went')
    first.close()
    expect(written).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    // a line that was cut off in writing
    appendFileSync(path, '{"pair":"half a')
    const second = new Ledger<Verdict>(path, judging)
    onTestFinished(() => second.close())
    expect(second.lines).toHaveLength(7)
    await askAll(judge, pairs.map(pairItem), second, { asks: 4, seed: 0 })
    expect(asked).toBe(21)
    const keys = second.lines.map(({ pair, ask }) => `${pair} ${ask}`)
    expect(new Set(keys).size).toBe(20)
    expect(
      readFileSync(path, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line))
        .slice(1),
    ).toEqual(second.lines)
  })

  it('keeps what others beside one that fails bring home', async () => {
    const pairs = pairsOfWorth(4)
    const path = join(temporaryFolder(), 'verdicts')
    const ledger = new Ledger<Verdict>(path, judging)
    onTestFinished(() => ledger.close())
    let asked = 0
    const judge: Judge = {
      name: 'j',
      atOnce: 4,
      async ask() {
        if (++asked === 1) throw new Error('refused')
        await new Promise((resolve) => setTimeout(resolve, 20))
        return { score: 1, said: 'A' }
      },
    }
    await expect(askAll(judge, pairs.map(pairItem), ledger, { asks: 4, seed: 0 })).rejects.toThrow('refused')
    expect(asked).toBe(4)
    expect(ledger.lines).toHaveLength(3)
  })

  it.each([
    [6, 1],
    [2, 1],
  ])('a judge of whom nothing can be read is asked no more (%i pairs)', async (pairs) => {
    await expect(verdictsOf(() => null, pairsOfWorth(pairs))).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(/None of the \d+ replies so far holds a verdict. The last one: "so"/),
    })
  })

  it('a file of verdicts belongs to one judge, instruction, number of askings and seed', () => {
    const path = join(temporaryFolder(), 'verdicts')
    new Ledger(path, { ...judging, instructions: 'x'.repeat(200) }).close()
    const again = (more: object) => () => new Ledger(path, { ...judging, instructions: 'x'.repeat(200), ...more })
    expect(again({ seed: 1 })).toThrow('was begun otherwise: the seed differs (0 then, 1 now)')
    expect(again({ instructions: 'short' })).toThrow('the instructions differ.')
    expect(again({ temperature: 0.5 })).toThrow('the temperature differs (none then, 0.5 now)')
    writeFileSync(path, 'a diary\n')
    expect(again({})).toThrow('cannot be gone on with: line 1 is not JSON')
    expect(() => new Ledger(join(temporaryFolder(), 'no', 'folder'), judging)).toThrow(/cannot be written \(ENOENT\)/)
  })
})
