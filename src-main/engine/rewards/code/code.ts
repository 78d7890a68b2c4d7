/**
 * Whether a program does what it should (Guo et al. 2025, Methods: code is run against predefined test cases). The tests stay outside: a
 * program is given one input at a time, in an interpreter that has seen nothing else, and what it wrote or returned is compared here.
 * So there is nothing in the sandbox to read an expected value from. A verdict depends on the program, its tests and the limits alone; on
 * the machine only where a program comes near the limit of processor time.
 */
import type { ParametersOf } from '../../../contract/rewards.ts'
import type { End, Limits, Outcome } from '../../../sandbox/program.ts'
import { runProgram } from '../../../sandbox/sandbox.ts'
import { excerpt } from '../completion.ts'
import type { Group, Verdict } from '../reward.ts'
import { sameText, sameValue } from './compare.ts'
import type { Fenced } from './fence.ts'
import { programOf } from './frame.ts'
import { type TestCase, testCases } from './tests.ts'

/** A program that met the time limit this often is not run on the tests that are left: they count as failed. */
const patience = 2

/** By group, with the parameters as text: a length reward asks for the same verdicts again. */
const known = new WeakMap<Group, Map<string, Promise<Verdict[]>>>()

export function code(group: Group, parameters: ParametersOf<'code'>): Promise<Verdict[]> {
  const of = known.get(group) ?? new Map<string, Promise<Verdict[]>>()
  const key = JSON.stringify(parameters)
  const verdicts = of.get(key) ?? verdictsOn(group, parameters)
  known.set(group, of.set(key, verdicts))
  return verdicts
}

async function verdictsOn({ problem, completions }: Group, parameters: ParametersOf<'code'>): Promise<Verdict[]> {
  const tests = testCases(problem.data)
  if (typeof tests === 'string') return completions.map(() => ({ value: null, reason: tests }))
  // outputs of a group are often the same program
  const verdicts = new Map<string, Promise<Verdict>>()
  return Promise.all(
    completions.map(({ text }) => {
      const program = programOf(text, problem.data, parameters.language)
      const key = JSON.stringify(program)
      const verdict = verdicts.get(key) ?? judged(program, tests, parameters)
      verdicts.set(key, verdict)
      return verdict
    }),
  )
}

async function judged(program: Fenced, tests: TestCase[], parameters: ParametersOf<'code'>): Promise<Verdict> {
  if (program.problem !== undefined) return { value: 0, reason: program.problem }
  const { seconds, megabytes, outputKilobytes, credit } = parameters
  const limits: Limits = { seconds, megabytes, outputBytes: 1000 * outputKilobytes }
  let [passed, slow] = [0, 0]
  let first: (Failure & { test: number }) | undefined
  for (const [i, test] of tests.entries()) {
    const outcome = await runProgram({ ...program, limits, task: taskOf(test) })
    const failure = failureOf(test, outcome)
    if (!failure) passed++
    else first ??= { ...failure, test: i + 1 }
    if (outcome.end === 'time') slow++
    if (outcome.end === 'syntax' || slow === patience || (first && credit === 'all')) break
  }
  const value = credit === 'all' ? Number(passed === tests.length) : passed / tests.length
  const counted = `${passed} of ${tests.length} tests passed`
  const parts = { passed, tests: tests.length, language: program.language }
  if (!first) return { value, reason: counted, parts }
  const { test, ended, input, expected, got } = first
  if (ended === 'syntax') return { value, reason: got, parts: { ...parts, got } }
  return {
    value,
    reason: `${counted}; test ${test}: ${line(input)} ${
      ended === 'done' ? `gave ${line(got)}, expected ${line(expected)}` : `failed: ${got.slice(0, 100)}`
    }`,
    parts: { ...parts, test, input, expected, got },
  }
}

interface Failure {
  ended: End
  input: string
  expected: string
  got: string
}

/** The expected value is not in it. */
function taskOf(test: TestCase) {
  return test.kind === 'program'
    ? ({ kind: 'program', stdin: test.stdin } as const)
    : ({ kind: 'call', name: test.name, arguments: test.arguments } as const)
}

function failureOf(test: TestCase, outcome: Outcome): Failure | undefined {
  const { end, stdout, message, returned } = outcome
  const fails = (got: string): Failure => ({
    ended: end,
    got: shown(got),
    input: shown(test.kind === 'program' ? test.stdin : `${test.name}(${test.arguments.map(json).join(', ')})`),
    expected: shown(test.kind === 'program' ? test.expected : json(test.expected)),
  })
  if (end !== 'done') return fails(outcome.line === undefined ? message : `${message} (line ${outcome.line})`)
  if (test.kind === 'program') return sameText(stdout, test.expected) ? undefined : fails(stdout.trim() || 'nothing')
  const value = dataOf(returned)
  if (value === undefined) return fails('what is no data')
  const right = sameValue(value, test.expected) || (test.also !== undefined && sameValue(value, test.also))
  return right ? undefined : fails(json(value))
}

/** The sandbox says that it is JSON. */
function dataOf(returned: string | undefined): unknown {
  try {
    return JSON.parse(returned ?? '') as unknown
  } catch {
    return undefined
  }
}

const json = (value: unknown) => JSON.stringify(value) ?? 'nothing'
const shown = (text: string) => (text.length <= 200 ? text : `${text.slice(0, 199)}…`)
const line = (text: string) => excerpt(text.trim().replace(/\s+/g, ' '))
