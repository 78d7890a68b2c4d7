/** The functions that are asked for: lines, parabolas whose leading coefficient is 1, planes; with their way from values to coefficients. */

export type Form = 'line' | 'parabola' | 'plane'
/** Line: 0, a, c for a·so + c. Parabola: 1, a, c for so² + a·so + c. Plane: a, b, c for a·so + b·ok + c. */
export type Coefficients = [number, number, number]

export const argumentsOf = (form: Form): string[] => (form === 'plane' ? ['so', 'ok'] : ['so'])

/** @param x one number, or two of a plane */
export function valueAt(form: Form, [p, q, c]: Coefficients, x: readonly number[]): number {
  return form === 'plane' ? p * x[0] + q * x[1] + c : p * x[0] * x[0] + q * x[0] + c
}

/** `3*so-2`, as Python and JavaScript read it. */
export function expressionOf(form: Form, [p, q, c]: Coefficients): string {
  const first = form === 'plane' ? `${p}*so+${q}*ok` : `${p === 1 ? 'so*so+' : ''}${q}*so`
  return `${first}${signed(c)}`
}

const signed = (c: number) => (c < 0 ? `${c}` : `+${c}`)

/** Column by column as a person would do it, each step true: `8-5=3`. The last one tries the answer on the last example. */
export const forms: Record<Form, { steps(coefficients: Coefficients, examples: readonly number[][]): string[] }> = {
  line: {
    steps: ([, a, c], examples) =>
      lineSteps(
        a,
        c,
        examples.map(([x]) => x),
      ),
  },
  parabola: {
    steps([, a, c], examples) {
      const xs = examples.map(([x]) => x)
      // what is left of each value without the square is a line
      const squares = xs.map((x) => `${x}*${x}=${x * x},${x * x + a * x + c}-${x * x}=${a * x + c}`)
      return [...squares, ...lineSteps(a, c, xs)]
    },
  },
  plane: {
    steps([a, b, c], [[x]]) {
      const at = (u: number, v: number) => a * u + b * v + c
      const both = a * x + b * x
      return [
        `${at(x + 1, x)}-${at(x, x)}=${a}`,
        `${at(x, x + 1)}-${at(x, x)}=${b}`,
        `${a}*${x}=${a * x},${b}*${x}=${b * x},${a * x}+${b * x}=${both}`,
        rest(both, at(x, x)),
      ]
    },
  },
}

/** The slope, what it makes of the first argument, what is left; and the last argument tried. */
function lineSteps(a: number, c: number, [x, y, z]: readonly number[]): string[] {
  const at = (u: number) => a * u + c
  const rise = `${at(y)}-${at(x)}=${at(y) - at(x)}`
  const slope = y - x === 1 ? [rise] : [rise, `${y}-${x}=${y - x}`, `${y - x}*${a}=${at(y) - at(x)}`]
  return [...slope, `${a}*${x}=${a * x}`, rest(a * x, at(x)), `${a}*${z}=${a * z},${a * z}${signed(c)}=${at(z)}`]
}

/** What is between them, the larger one first: numbers below 0 are not written. */
const rest = (product: number, value: number) =>
  value >= product ? `${value}-${product}=${value - product}` : `${product}-${value}=${product - value}`
