/** A problem's test cases, in the shapes that data sets of programs have them. */

export type TestCase =
  | { kind: 'program'; stdin: string; expected: string }
  /** @param also a second value that is right: data sets put a returned value into a list of one */
  | { kind: 'call'; name: string; arguments: unknown[]; expected: unknown; also?: unknown }

/** Where tests stand: ours, and as APPS and TACO call their column. */
const fields = ['tests', 'input_output'] as const

/**
 * - `{ inputs, outputs, fn_name? }` (APPS, TACO, verl): what stdin is given and stdout must hold; with `fn_name` the arguments of a call, and
 *   what it returns.
 * - `[{ input, output, fn_name? }, …]` (LiveCodeBench, open-r1). The arguments may be lines of JSON, and then what is returned is JSON too.
 *
 * Either may be given as its JSON text.
 * @returns the cases, or what is wrong with them
 */
export function testCases(data: Readonly<Record<string, unknown>> | undefined): TestCase[] | string {
  const field = fields.find((name) => data?.[name] !== undefined)
  if (!field) return 'the problem has no tests'
  try {
    const given = data![field]
    const cases = rowsOf(typeof given === 'string' ? JSON.parse(given) : given).map(caseOf)
    return cases.length > 0 ? cases : 'the problem has no tests'
  } catch (error) {
    return `the problem's tests cannot be read: ${(error as Error).message}`.slice(0, 200)
  }
}

interface Row {
  input: unknown
  output: unknown
  name: unknown
}

function rowsOf(tests: unknown): Row[] {
  if (Array.isArray(tests))
    return tests.map((row: Record<string, unknown>) => {
      if (row?.input === undefined || row.output === undefined) throw new Error('a test has no input or no output')
      return { input: row.input, output: row.output, name: row.fn_name }
    })
  const { inputs, outputs, fn_name: name } = (tests ?? {}) as Record<string, unknown>
  if (!Array.isArray(inputs) || !Array.isArray(outputs)) throw new Error('they have no inputs or no outputs')
  if (inputs.length !== outputs.length) throw new Error(`${inputs.length} inputs, but ${outputs.length} outputs`)
  return inputs.map((input: unknown, i) => ({ input, output: outputs[i] as unknown, name }))
}

function caseOf({ input, output, name }: Row): TestCase {
  if (name === undefined || name === null || name === '')
    return { kind: 'program', stdin: textOf(input), expected: textOf(output) }
  if (typeof name !== 'string') throw new Error('fn_name is no text')
  if (Array.isArray(input)) {
    const listed = Array.isArray(output) && output.length === 1
    return { kind: 'call', name, arguments: input, expected: output, ...(listed && { also: output[0] as unknown }) }
  }
  if (typeof input !== 'string') throw new Error('the arguments are no list')
  const lines = input.split('\n').filter((line) => line.trim() !== '')
  const expected: unknown = typeof output === 'string' ? JSON.parse(output) : output
  return { kind: 'call', name, arguments: lines.map((line) => JSON.parse(line) as unknown), expected }
}

/** Some data sets list the lines. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.map(textOf).join('\n')
  if (typeof value === 'number') return String(value)
  throw new Error('what stdin holds is no text')
}
