/**
 * Programming by example: a function of whole numbers from some of its values, as a JavaScript expression in `so` (and `ok`), which are words
 * that the embedded model's vocabulary has. Whether it is right is seen by running it on other arguments.
 */
import { z } from 'zod'
import type { Random } from '../../random.ts'
import type { ProblemFamily } from '../family.ts'
import { listed } from '../logic/family.ts'
import { argumentsOf, type Coefficients, expressionOf, type Form, forms, valueAt } from './polynomials.ts'

const whole = z.number().int().min(-1_000_000).max(1_000_000)
const schema = z.object({
  function: z.enum(['line', 'parabola', 'plane']),
  /** Of the arguments, in their order, and of 1. */
  coefficients: z.tuple([whole, whole, whole]),
  /** Arguments that are shown with their values. */
  examples: z.array(z.array(whole).min(1).max(2)).min(1).max(8),
  /** What the answer is put into. */
  frame: z.object({ language: z.literal('javascript'), before: z.string(), after: z.string() }),
  /** On arguments that are not shown. */
  tests: z.object({ fn_name: z.literal('f'), inputs: z.array(z.array(whole)), outputs: z.array(whole) }),
})
export type FunctionData = z.infer<typeof schema>

/** By level: the form, how large its coefficients may be, and at which arguments it is shown. */
const levels: { form: Form; most: number; constant: number; minus: boolean; start: number; gap: number }[] = [
  { form: 'line', most: 9, constant: 9, minus: false, start: 1, gap: 1 },
  { form: 'line', most: 9, constant: 50, minus: true, start: 5, gap: 1 },
  { form: 'line', most: 12, constant: 99, minus: true, start: 5, gap: 4 },
  { form: 'parabola', most: 9, constant: 50, minus: true, start: 3, gap: 1 },
  { form: 'plane', most: 9, constant: 50, minus: true, start: 1, gap: 1 },
]

/** Where a function is tried: beyond what is shown, on both sides. */
const tried = {
  one: [[-7], [0], [13], [40], [101]],
  two: [
    [0, 0],
    [7, -3],
    [-5, 11],
    [20, 4],
    [6, 60],
  ],
}

export const functions: ProblemFamily<FunctionData> = {
  schema,
  generate(random, level) {
    const { form, most, constant, minus, start, gap } = levels[level - 1]
    for (;;) {
      const [a, b] = [2 + random.integer(most - 1), 2 + random.integer(most - 1)]
      const c = (1 + random.integer(constant)) * (minus && random.next() < 0.5 ? -1 : 1)
      const coefficients: Coefficients = form === 'plane' ? [a, b, c] : [form === 'parabola' ? 1 : 0, a, c]
      const examples = shownAt(random, form, start, gap)
      // the embedded model has hardly seen numbers below 0
      if (examples.some((x) => valueAt(form, coefficients, x) < 0)) continue
      return dataOf(form, coefficients, examples)
    }
  },
  prompt: (data) =>
    `${pairsOf(data)
      .map(([x, y]) => `${x.join()}:${y}`)
      .join(';')}=`,
  question(data) {
    const values = pairsOf(data).map(([x, y]) => `f(${x.join(', ')}) = ${y}`)
    const names = argumentsOf(data.function)
    return (
      `Complete this JavaScript function so that ${listed(values)}:\n${data.frame.before}…${data.frame.after}\n` +
      `Answer with the expression alone, made of ${listed([...names, 'whole numbers', '+', '-', '*'])}.`
    )
  },
  solution: ({ function: form, coefficients }) => expressionOf(form, coefficients),
  reasoning: (data) => forms[data.function].steps(data.coefficients, data.examples).join(', '),
  trace: (_, data) => ({
    thinking: `${forms[data.function].steps(data.coefficients, data.examples).join(';')}ok`,
    answer: functions.solution(data),
  }),
  structure: ({ function: form, coefficients }) => `${form}(${coefficients.join()})`,
}

/** What was shown, with its values. */
const pairsOf = ({ function: form, coefficients, examples }: FunctionData) =>
  examples.map((x) => [x, valueAt(form, coefficients, x)] as const)

function shownAt(random: Random, form: Form, start: number, gap: number): number[][] {
  const first = 1 + random.integer(start)
  if (form === 'plane')
    return [
      [first, first],
      [first + 1, first],
      [first, first + 1],
    ]
  const second = first + (gap === 1 ? 1 : 2 + random.integer(gap - 1))
  const third = second + (gap === 1 ? 1 : 1 + random.integer(gap))
  return [[first], [second], [third]]
}

function dataOf(form: Form, coefficients: Coefficients, examples: number[][]): FunctionData {
  const inputs = form === 'plane' ? tried.two : tried.one
  return {
    function: form,
    coefficients,
    examples,
    frame: { language: 'javascript', before: `function f(${argumentsOf(form).join(', ')}) { return `, after: ' }' },
    tests: { fn_name: 'f', inputs, outputs: inputs.map((x) => valueAt(form, coefficients, x)) },
  }
}
