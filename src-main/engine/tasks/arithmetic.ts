/** Arithmetic problems: one generator a kind, and a prompt taken apart into the steps that solve it from left to right. */
import type { ArithmeticKind } from '../../contract/recipe.ts'
import type { Random } from '../random.ts'
import type { Problem } from './problem.ts'

export type Operator = '+' | '-' | '*'

/** One operation of a solution: `left operator right`, with its true value. */
export interface Step {
  left: number
  operator: Operator
  right: number
  value: number
}

/** Shapes of a sum: digits of its numbers, how many numbers, relative weight. */
const sumShapes = [
  { digits: 2, terms: 2, weight: 1 },
  { digits: 2, terms: 3, weight: 2 },
  { digits: 2, terms: 4, weight: 1 },
  { digits: 3, terms: 2, weight: 1 },
] as const
const sumWeights = sumShapes.map((shape) => shape.weight)

/** Signs of a chain; one without a minus would be a sum. */
const chainSigns: [Operator, Operator][] = [
  ['+', '-'],
  ['-', '+'],
  ['-', '-'],
]

export type ArithmeticProblem = Problem & { kind: ArithmeticKind }

const generators: Record<ArithmeticKind, (random: Random) => ArithmeticProblem> = {
  sum(random) {
    const { digits, terms } = sumShapes[random.weighted(sumWeights)]
    const numbers = Array.from({ length: terms }, () => number(random, digits))
    return problem('sum', numbers.join('+'))
  },
  difference(random) {
    const [a, b] = [number(random, 2), number(random, 2)]
    return problem('difference', `${Math.max(a, b)}-${Math.min(a, b)}`)
  },
  product(random) {
    return problem('product', `${10 + random.integer(90)}*${2 + random.integer(8)}`)
  },
  chain(random) {
    const [first, second] = random.pick(chainSigns)
    for (;;) {
      const expression = `${number(random, 2)}${first}${number(random, 2)}${second}${number(random, 2)}`
      if (stepsOf(`${expression}=`).every((step) => step.value >= 0)) return problem('chain', expression)
    }
  },
}

/** A random problem of this kind, from the training or the held-out part alike. */
export function drawArithmetic(random: Random, kind: ArithmeticKind): ArithmeticProblem {
  return generators[kind](random)
}

/** `75+73-12=` as 75+73=148, 148-12=136. Every expression is worked from left to right; a product stands alone. */
export function stepsOf(prompt: string): Step[] {
  const numbers = prompt.match(/\d+/g)?.map(Number) ?? []
  const operators = (prompt.match(/[-+*]/g) ?? []) as Operator[]
  const steps: Step[] = []
  let left = numbers[0]
  operators.forEach((operator, i) => {
    const right = numbers[i + 1]
    const value = apply(left, operator, right)
    steps.push({ left, operator, right, value })
    left = value
  })
  return steps
}

export function apply(left: number, operator: Operator, right: number): number {
  if (operator === '+') return left + right
  return operator === '-' ? left - right : left * right
}

function problem(kind: ArithmeticKind, expression: string): ArithmeticProblem {
  const prompt = `${expression}=`
  return { kind, domain: 'math', prompt, answer: String(stepsOf(prompt).at(-1)!.value) }
}

/** Uniform with so many digits; one in ten may also be shorter. */
function number(random: Random, digits: number): number {
  const least = random.next() < 0.9 ? 10 ** (digits - 1) : 1
  return least + random.integer(10 ** digits - least)
}
