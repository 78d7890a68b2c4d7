/**
 * Countdown (the numbers round of the television game): reach a number from others, each used once at most. There are many right answers, so
 * that a verifier works the expression out.
 */
import { z } from 'zod'
import type { Random } from '../../random.ts'
import type { Trace } from '../family.ts'
import { listed, type PuzzleFamily } from './family.ts'

const schema = z.object({
  puzzle: z.literal('countdown'),
  numbers: z.array(z.number().int().min(1).max(1_000_000)).min(1).max(12),
  target: z.number().int().min(0).max(1_000_000_000),
  /** One expression that reaches it. */
  solution: z.string().optional(),
})
export type Countdown = z.infer<typeof schema>

type Sign = '+' | '-' | '*' | '/'

/** By level: how many numbers there are, how large they may be, and what may be done with them. */
const levels: { count: number; most: number; signs: Sign[]; bare: boolean }[] = [
  // the first two can be solved without brackets and division: the embedded model has no signs for them
  { count: 2, most: 50, signs: ['+', '-', '*'], bare: true },
  { count: 3, most: 50, signs: ['+', '-', '*'], bare: true },
  { count: 4, most: 50, signs: ['+', '-', '*', '/'], bare: false },
  { count: 5, most: 100, signs: ['+', '-', '*', '/'], bare: false },
  { count: 6, most: 100, signs: ['+', '-', '*', '/'], bare: false },
]
const largestTarget = 999

/** A value with the way to it. */
interface Part {
  value: number
  text: string
  /** The sign that was worked out last. */
  sign?: Sign
}

export const countdown: PuzzleFamily<Countdown> = {
  schema,
  generate(random, level) {
    const { count, most, signs, bare } = levels[level - 1]
    for (;;) {
      const numbers = Array.from({ length: count }, () => 1 + random.integer(most))
      const whole = combined(random, numbers, signs)
      if (!whole || whole.value > largestTarget || numbers.includes(whole.value)) continue
      if (bare && /[()/]/.test(whole.text)) continue
      if (count > 2 && reachedByTwo(numbers, whole.value)) continue
      return { puzzle: 'countdown', numbers, target: whole.value, solution: whole.text }
    }
  },
  prompt: ({ numbers, target }) => `${numbers.join(',')}:${target}=`,
  question: ({ numbers, target }) =>
    `Make ${target} from the numbers ${listed(numbers.map(String))}. Each may be used once at most, with +, -, * and /, and ` +
    `brackets where you need them. Answer with the expression alone.`,
  solution: (data) => data.solution ?? search(data).solution ?? '',
  reasoning: (data) => `${countdown.solution(data)} = ${data.target}, and each number is used once at most.`,
  trace,
  structure: ({ numbers, target }) => `${numbers.toSorted((a, b) => a - b).join()}:${target}`,
  work: (data) => search(data).tried,
}

/** The numbers, all of them, put together at random; undefined if a value on the way is not whole, not above 0, or too large. */
function combined(random: Random, numbers: readonly number[], signs: readonly Sign[]): Part | undefined {
  const parts = random.shuffle(numbers.map((value): Part => ({ value, text: String(value) })))
  while (parts.length > 1) {
    const [a, b] = [parts.pop()!, parts.pop()!]
    const part = joined(a, random.pick(signs), b)
    if (!part || part.value > 10_000) return undefined
    parts.splice(random.integer(parts.length + 1), 0, part)
  }
  return parts[0]
}

/** Undefined where the value would not be whole or not above 0. */
function joined(a: Part, sign: Sign, b: Part): Part | undefined {
  const value = { '+': a.value + b.value, '-': a.value - b.value, '*': a.value * b.value, '/': a.value / b.value }[sign]
  if (value <= 0 || !Number.isInteger(value)) return undefined
  const loose = (part: Part) => part.sign === '+' || part.sign === '-'
  const tight = sign === '*' || sign === '/'
  const bracketed = (part: Part, needed: boolean) => (needed ? `(${part.text})` : part.text)
  const left = bracketed(a, tight && loose(a))
  // to the right of - and / everything of the same rank needs brackets
  const right = bracketed(
    b,
    (tight && loose(b)) || (sign === '-' && loose(b)) || (tight && b.sign === '/') || (sign === '/' && b.sign === '*'),
  )
  return { value, text: left + sign + right, sign }
}

/** Of more numbers there are too many ways to try them like that. */
const mostTraced = 3
/** Wrong ways that a trace goes before it finds the right one, at most. */
const mostWrong = 4

/**
 * `38-20=18;38+20=58ok` for 58 of 38 and 20: ways to put all the numbers together, one after another in no order, worked out a step at a time
 * and held against the target (a stream of search, Gandhi et al. 2024). It may start wrong, and ends right.
 */
function trace(random: Random, data: Countdown): Trace | undefined {
  if (data.numbers.length > mostTraced) return undefined
  const ways = waysOf(data.numbers.map((value) => ({ value, text: String(value), steps: [] })))
  const right = random.pick(ways.filter(({ value }) => value === data.target))
  if (!right) return undefined
  const wrong = random.shuffle(ways.filter(({ value }) => value !== data.target))
  const tried = wrong.slice(0, random.integer(Math.min(mostWrong, wrong.length) + 1))
  const thinking = [...tried, right].map(({ steps }) => steps.join()).join(';')
  return { thinking: `${thinking}ok`, answer: right.text }
}

/** With the operations that made it, in order: `["38+20=58", "58-7=51"]`. */
type Way = Part & { steps: string[] }

/** Every expression of all the numbers without brackets and division, each once. */
function waysOf(parts: readonly Way[]): Way[] {
  if (parts.length === 1) return /[()/]/.test(parts[0].text) ? [] : [parts[0]]
  const found = new Map<string, Way>()
  for (const [i, a] of parts.entries())
    for (const [j, b] of parts.entries())
      for (const sign of ['+', '-', '*'] as const) {
        if (i === j || (i > j && sign !== '-')) continue
        const part = joined(a, sign, b)
        if (!part) continue
        const steps = [...a.steps, ...b.steps, `${a.value}${sign}${b.value}=${part.value}`]
        const rest = parts.filter((_, k) => k !== i && k !== j)
        for (const way of waysOf([...rest, { ...part, steps }])) found.set(way.text, way)
      }
  return [...found.values()]
}

function reachedByTwo(numbers: readonly number[], target: number): boolean {
  return numbers.some((a, i) =>
    numbers.some((b, j) => i !== j && (a + b === target || a - b === target || a * b === target || a === b * target)),
  )
}

/** Any two numbers are put together in any way, until the target is there. */
function search({ numbers, target }: Countdown): { solution?: string; tried: number } {
  let tried = 0
  const from = (parts: readonly Part[]): Part | undefined => {
    for (let i = 0; i < parts.length; i++) {
      for (let j = 0; j < parts.length; j++) {
        if (i === j) continue
        const rest = parts.filter((_, k) => k !== i && k !== j)
        for (const sign of ['+', '-', '*', '/'] as const) {
          // sums and products are the same from both sides
          if (i > j && (sign === '+' || sign === '*')) continue
          tried++
          const part = joined(parts[i], sign, parts[j])
          if (!part) continue
          const found = part.value === target ? part : from([...rest, part])
          if (found) return found
        }
      }
    }
    return undefined
  }
  const parts = numbers.map((value): Part => ({ value, text: String(value) }))
  return { solution: (parts.find(({ value }) => value === target) ?? from(parts))?.text, tried }
}
