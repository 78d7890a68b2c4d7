/** The rules that go along to a cluster judge as the engine does: one file, run by Node, against the functions themselves. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from 'vitest'
import { defaultSettings, mergeSettings, type PartialSettings } from '../../src-main/contract/settings.ts'
import { randomAt } from '../../src-main/engine/random.ts'
import { flawsOf } from '../../src-main/engine/rewards/flaws.ts'
import { format } from '../../src-main/engine/rewards/format.ts'
import { judged } from '../../src-main/engine/rewards/judged.ts'
import type { Completion } from '../../src-main/engine/rewards/reward.ts'
import { score } from '../../src-main/engine/rewards/score.ts'
import { answered } from '../../src-main/engine/rewards/service.ts'
import type { Problem } from '../../src-main/engine/tasks/problem.ts'
import { trainingSet } from '../../src-main/engine/tasks/sets.ts'
import { rewardsBundle } from '../../src-main/host/ray/rewards-bundle.ts'

const settings: PartialSettings = {
  rewardWeights: {
    accuracy: 1,
    format: 0.1,
    math: 0.5,
    logic: 1,
    tag_count: 0.2,
    kimi_length: 0.3,
    cosine_length: 0.1,
    soft_overlong: 0.2,
    repetition: 0.1,
    language: 0.4,
  },
  rewardParameters: { language: { target: 'de' }, repetition: { n: 2 }, cosine_length: { correctness: 'accuracy' } },
}
const whole = mergeSettings({ ...defaultSettings, rewardWeights: {} }, settings)
const limits = { minLanguage: 0.9, maxParagraph: 120 }
const random = randomAt(7, 'rewards-service')
const problems = trainingSet({ sum: 2, chain: 1, countdown: 1, knights_knaves: 1, grid: 1, sat: 1 }, 60, 3)

/** Right and wrong, well-formed and not, long and short, in one language and in two. */
function completionsOf({ answer }: Problem): Completion[] {
  const thoughts = [
    'let me see. wait, that is wrong',
    'ich rechne das noch einmal nach und prüfe es',
    'ja ja ja ja ja ja',
    '',
    '\u{1f600} und “mehr”\n\nnoch ein Absatz '.repeat(9),
  ]
  return Array.from({ length: 6 }, () => {
    const said = random.next() < 0.5 ? answer : `${answer}1`
    const whole = `<think>${thoughts[random.integer(thoughts.length)]}</think><answer>${said}</answer>${random.next() < 0.3 ? ' so it is' : ''}`
    const text = random.next() < 0.2 ? whole.slice(0, random.integer(whole.length)) : whole
    return { text, finished: random.next() < 0.8, tokens: 1 + random.integer(80) }
  })
}

const groups = problems.map((problem) => ({ problem, completions: completionsOf(problem), tokenLimit: 72 }))
const json = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown

describe('the rules as one file', () => {
  let lines: { id: number }[]
  beforeAll(async () => {
    const child = spawn(process.execPath, [await rewardsBundle()], { cwd: '/' })
    const asked = groups.flatMap((group, i) =>
      ['score', 'evaluate', limits].map((ask, k) => ({ id: 3 * i + k, ...group, settings, ask })),
    )
    child.stdin.end(`${asked.map((one) => JSON.stringify(one)).join('\n')}\nno json\n`)
    lines = (await text(child.stdout))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number })
  }, 60_000)

  it('gives the engine’s values and reasons', async () => {
    for (const [i, group] of groups.entries()) {
      const scores = await score(group, whole)
      const told = { rewards: scores.map(({ reward }) => reward), parts: scores.map(({ parts }) => parts) }
      expect(lines[3 * i]).toEqual({ id: 3 * i, ...(json(told) as object) })
      const { right } = await judged(group, whole)
      const formatted = group.completions.map((one) => format(one).value)
      expect(lines[3 * i + 1]).toEqual({ id: 3 * i + 1, right, formatted })
      const flaws = (await flawsOf(group, whole, limits)).map((flaw) => flaw ?? null)
      expect(lines[3 * i + 2]).toMatchObject({ flaws })
    }
  })

  it('was asked about all sorts of outputs', async () => {
    const flaws = new Set((await Promise.all(groups.map((group) => flawsOf(group, whole, limits)))).flat())
    for (const flaw of ['unfinished', 'wrong', 'malformed', 'mixed_language', 'long_paragraph', undefined])
      expect(flaws).toContain(flaw)
  })

  it('answers what it cannot read with the reason', () => {
    expect(lines.at(-1)).toMatchObject({ id: null, error: expect.stringContaining('JSON') })
    expect(lines).toHaveLength(3 * groups.length + 1)
  })
})

it('names the line that lacks something', async () => {
  expect(JSON.parse(await answered('{"id": 4, "ask": "score"}'))).toMatchObject({
    id: 4,
    error: expect.stringContaining('problem'),
  })
})
