/**
 * On how many cases each reward says what a second way to the verdict says: a plain definition, brute force, programs run elsewhere, another
 * library. Math-Verify's own tests and our held-out cases are files of fixtures; the others are generated, the same in every run.
 */
import { readFileSync } from 'node:fs'
import { parametersOf, type RewardName } from '../../src-main/contract/rewards.ts'
import { defaultSettings } from '../../src-main/contract/settings.ts'
import { type Random, randomAt } from '../../src-main/engine/random.ts'
import { math } from '../../src-main/engine/rewards/math/math.ts'
import { openOwnReward } from '../../src-main/engine/rewards/own.ts'
import type { Group, Question } from '../../src-main/engine/rewards/reward.ts'
import { judge, score } from '../../src-main/engine/rewards/score.ts'
import type { FunctionData } from '../../src-main/engine/tasks/code/functions.ts'
import { drawLevelled } from '../../src-main/engine/tasks/families.ts'
import { isTrue, type KnightsKnaves } from '../../src-main/engine/tasks/logic/knights-knaves.ts'
import { isSatisfied, type Sat } from '../../src-main/engine/tasks/logic/sat.ts'
import { closeSandbox } from '../../src-main/sandbox/sandbox.ts'
import * as second from '../support/second-readings.ts'
import { learntAgreement } from './agreement-learnt.ts'

export interface Agreement {
  cases: number
  agree: number
}

const random = () => randomAt(0, 'agreement')
const four: Question = { prompt: '2+2=', answer: '4' }
const TEXTS = 3000
const LIMIT = 100

export async function agreement(): Promise<unknown> {
  const rewards: Partial<Record<RewardName | 'composite', Agreement>> = {
    accuracy: await onTexts('accuracy', ({ text }) => second.accuracy(text, 4)),
    format: await onTexts('format', ({ text, finished }) => second.format(text, finished)),
    logic: await logic(),
    code: await code(),
    tag_count: await onTexts('tag_count', ({ text }) => second.tagCount(text)),
    cosine_length: await onLengths('cosine_length', (right, tokens) => second.cosineLength(right, tokens, LIMIT)),
    kimi_length: await onLengths('kimi_length', second.kimiLength),
    soft_overlong: await onLengths('soft_overlong', (_, tokens) => second.softOverlong(tokens, LIMIT)),
    repetition: await repetition(),
    language: await language(),
    ...(await learntAgreement()),
    own: await own(),
    composite: await composite(),
  }
  for (const [name, { cases, agree }] of Object.entries(rewards)) console.error(`  ${name}: ${agree} of ${cases}`)
  closeSandbox()
  return { rewards, mathVerify: mathVerify(), mathHeldOut: mathHeldOut() }
}

const tally = (same: boolean[]): Agreement => ({ cases: same.length, agree: same.filter(Boolean).length })
const near = (a: number | null, b: number | null) =>
  a === null || b === null ? a === b : Math.abs(a - b) < 1e-9 * (1 + Math.abs(b))

interface Text {
  text: string
  finished: boolean
  tokens: number
}

/** Mixtures of tags, numbers and blanks, half of them nearly in form. */
function drawText(r: Random): Text {
  const pieces = [
    '<think>',
    '</think>',
    '<answer>',
    '</answer>',
    '4',
    '+4',
    '4.0',
    '04',
    '1,004',
    '5',
    'wait',
    ' ',
    '\n',
  ]
  const some = (most: number) => Array.from({ length: r.integer(most) }, () => r.pick(pieces)).join('')
  const text =
    r.next() < 0.5 ? some(12) : `<think>${some(2)}</think>${some(1)}<answer>${r.pick(pieces)}</answer>${some(2)}`
  return { text, finished: r.next() < 0.8, tokens: 1 + r.integer(120) }
}

async function onTexts(name: RewardName, reading: (one: Text) => number): Promise<Agreement> {
  const r = random()
  const completions = Array.from({ length: TEXTS }, () => drawText(r))
  const verdicts = await judge(name, { problem: four, completions, tokenLimit: LIMIT })
  return tally(verdicts.map(({ value }, i) => near(value, reading(completions[i]))))
}

/** Groups of right and wrong answers of every length. */
async function onLengths(
  name: RewardName,
  reading: (right: boolean, tokens: number, all: number[]) => number,
): Promise<Agreement> {
  const r = random()
  const same: boolean[] = []
  for (let group = 0; group < 200; group++) {
    const all = Array.from({ length: 8 }, () => 1 + r.integer(LIMIT + 10))
    const right = all.map(() => r.next() < 0.5)
    const completions = all.map((tokens, i) => ({
      text: `<answer>${right[i] ? 4 : 5}</answer>`,
      finished: true,
      tokens,
    }))
    const verdicts = await judge(name, { problem: four, completions, tokenLimit: LIMIT })
    same.push(...verdicts.map(({ value }, i) => near(value, reading(right[i], all[i], all))))
  }
  return tally(same)
}

/** Every assignment of every puzzle, said aloud and judged. */
async function logic(): Promise<Agreement> {
  const r = random()
  const same: boolean[] = []
  for (const kind of ['knights_knaves', 'sat'] as const)
    for (let n = 0; n < 60; n++) {
      const problem = drawLevelled(r, kind, 1 + (n % 4))
      const data = problem.data as unknown as Omit<KnightsKnaves, 'puzzle'> & Omit<Sat, 'puzzle'>
      const names = kind === 'sat' ? data.variables : data.people
      const all = Array.from({ length: 2 ** names.length }, (_, i) => names.map((_, bit) => ((i >> bit) & 1) === 1))
      const words = kind === 'sat' ? ['=true', '=false'] : [' is a knight', ' is a knave']
      const completions = all.map((values) =>
        answered(names.map((name, i) => name + words[values[i] ? 0 : 1]).join(', ')),
      )
      const verdicts = await judge('logic', { problem, completions, tokenLimit: LIMIT })
      const fits = (values: boolean[]) =>
        kind === 'sat'
          ? data.clauses.every((clause) => isSatisfied(clause, values))
          : data.statements.every((said, i) => isTrue(said, values) === values[i])
      same.push(...verdicts.map(({ value }, i) => value === (fits(all[i]) ? 1 : 0)))
    }
  return tally(same)
}

const answered = (answer: string): Text => ({ text: `<answer>${answer}</answer>`, finished: true, tokens: 9 })

/** Functions that are right and that are a little off, run in the sandbox as Python and here as JavaScript. */
async function code(): Promise<Agreement> {
  const r = random()
  const same: boolean[] = []
  for (let n = 0; n < 60; n++) {
    const drawn = drawLevelled(r, 'function', 1 + (n % 5))
    const frame = { language: 'python', before: 'def f(so, ok=0):\n    return ', after: '' }
    const problem = { ...drawn, data: { ...drawn.data, frame } }
    const { inputs, outputs } = (drawn.data as unknown as FunctionData).tests
    const off = ['+0', '+1', '*1', '-so', '*so'].map((more) => `${problem.answer}${more}`)
    const expressions = [problem.answer, ...off, '7', 'so*', 'so+nothing']
    const verdicts = await judge('code', { problem, completions: expressions.map(answered), tokenLimit: LIMIT })
    const share = (expression: string) => {
      try {
        const f = Function('so', 'ok', `return ${expression}`)
        return inputs.filter((x, i) => f(...x) === outputs[i]).length / inputs.length
      } catch {
        return 0
      }
    }
    same.push(...verdicts.map(({ value }, i) => near(value, share(expressions[i]))))
  }
  return tally(same)
}

async function repetition(): Promise<Agreement> {
  const r = random()
  const same: boolean[] = []
  for (const n of [1, 2, 3, 5]) {
    const texts = Array.from({ length: 300 }, () =>
      Array.from({ length: 2 + r.integer(30) }, () => r.pick(['a', 'b', 'we', 'add'])),
    )
    const completions = texts.map((words) => ({ text: words.join(' '), finished: true, tokens: 9 }))
    const group: Group = { problem: four, completions, tokenLimit: LIMIT }
    const verdicts = await judge('repetition', group, { repetition: { n } })
    same.push(...verdicts.map(({ value }, i) => near(value, second.repetition(texts[i], n))))
  }
  return tally(same)
}

/** One sentence in each; judged for each as the target: all of its words, or hardly any. */
const sentences = {
  en: 'First we add the tens of the two numbers, and then we carry the one to the next column.',
  de: 'Zuerst addieren wir die Zehner der beiden Zahlen, und dann übertragen wir die Eins.',
  fr: 'Nous ajoutons d’abord les dizaines des deux nombres, puis nous reportons la retenue.',
  es: 'Primero sumamos las decenas de los dos números y después llevamos el uno a la columna siguiente.',
  it: 'Prima sommiamo le decine dei due numeri e poi riportiamo il resto nella colonna successiva.',
  pt: 'Primeiro somamos as dezenas dos dois números e depois levamos o resto para a coluna seguinte.',
  nl: 'Eerst tellen we de tientallen van de twee getallen op en daarna onthouden we de rest.',
  ru: 'Сначала мы складываем десятки двух чисел, а потом переносим единицу.',
  el: 'Πρώτα προσθέτουμε τις δεκάδες των δύο αριθμών και μετά μεταφέρουμε το υπόλοιπο.',
  zh: '首先我们把两个数的十位相加，然后再进位。',
  ja: 'まず二つの数の十の位を足して、それから繰り上げます。',
  ko: '먼저 두 수의 십의 자리를 더하고 그 다음에 올림을 합니다.',
} as const

async function language(): Promise<Agreement> {
  const same: boolean[] = []
  const all = Object.keys(sentences) as (keyof typeof sentences)[]
  const completions = all.map((name) => ({ text: `<think>${sentences[name]}</think>`, finished: true, tokens: 9 }))
  for (const target of all) {
    const group: Group = { problem: four, completions, tokenLimit: LIMIT }
    const verdicts = await judge('language', group, { language: { target } })
    same.push(...verdicts.map(({ value }, i) => (all[i] === target ? value === 1 : value! < 0.1)))
  }
  return tally(same)
}

async function own(): Promise<Agreement> {
  const r = random()
  openOwnReward({
    name: 'bench.js',
    code: 'export default (g) => g.completions.map(({ text, tokens }) => text.length / 100 - tokens / g.tokenLimit)',
  })
  const completions = Array.from({ length: 200 }, () => drawText(r))
  const verdicts = await judge('own', { problem: four, completions, tokenLimit: LIMIT })
  openOwnReward(undefined)
  return tally(
    verdicts.map(({ value }, i) => near(value, completions[i].text.length / 100 - completions[i].tokens / LIMIT)),
  )
}

/** The total of an output is the sum of what its rewards say, each with its weight and that of its side. */
async function composite(): Promise<Agreement> {
  const r = random()
  const same: boolean[] = []
  for (const domain of ['math', 'code', 'logic', 'general'] as const)
    for (let n = 0; n < 50; n++) {
      const completions = Array.from({ length: 8 }, () => drawText(r))
      const group: Group = { problem: { ...four, domain }, completions, tokenLimit: LIMIT }
      const rewardWeights = { accuracy: 1, format: 0.1 * r.integer(10), repetition: 0.5, language: 0.2 }
      const sideWeights = {
        ...defaultSettings.sideWeights,
        [domain]: { reasoning: r.next(), general: 1, language: r.next() },
      }
      const scores = await score(group, { ...defaultSettings, rewardWeights, sideWeights })
      const [values, sides] = [await allOf(group, Object.keys(rewardWeights) as RewardName[]), sideWeights[domain]]
      const totals = completions.map((_, i) => {
        const { accuracy, format, repetition: again, language: spoken } = values[i]
        const reasoning = accuracy! + rewardWeights.format * format! + 0.5 * again!
        return sides.reasoning * reasoning + sides.language * 0.2 * (spoken ?? 0)
      })
      same.push(...scores.map(({ reward }, i) => near(reward, totals[i])))
    }
  return tally(same)
}

async function allOf(group: Group, names: RewardName[]): Promise<Partial<Record<RewardName, number | null>>[]> {
  const of = await Promise.all(names.map((name) => judge(name, group)))
  return group.completions.map((_, i) => Object.fromEntries(names.map((name, k) => [name, of[k][i].value])))
}

interface FixtureCase {
  gold: string
  pred: string
  precision?: number
  right: boolean
  mathVerify?: boolean
  first?: boolean
}

const fixture = (folder: string) =>
  JSON.parse(readFileSync(new URL(`../fixtures/${folder}/cases.json`, import.meta.url), 'utf8')) as FixtureCase[]
const ours = ({ gold, pred, precision = parametersOf('math').precision }: FixtureCase) =>
  math({ text: pred, finished: true }, { answer: gold }, { precision }).value === 1

function mathVerify(): Agreement {
  return tally(fixture('math-verify').map((one) => ours(one) === one.right))
}

/** Who says what a person would say: ours when it was asked for the first time, ours as it is, Math-Verify. */
function mathHeldOut(): Record<'first' | 'now' | 'mathVerify', Agreement> {
  const cases = fixture('math-held-out')
  return {
    first: tally(cases.map((one) => one.first === one.right)),
    now: tally(cases.map((one) => ours(one) === one.right)),
    mathVerify: tally(cases.map((one) => one.mathVerify === one.right)),
  }
}
