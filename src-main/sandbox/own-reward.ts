/** A person's own reward, run in the sandbox: its verdicts on a group, or why it has none. It is believed to be no better than a program. */
import type { Limits, Outcome } from './program.ts'
import { runProgram } from './sandbox.ts'

/** What the function is given. */
export interface JudgedGroup {
  prompt: string
  answer: string
  data?: Readonly<Record<string, unknown>>
  tokenLimit: number
  completions: readonly { text: string; finished: boolean; tokens: number }[]
}

export interface OwnVerdict {
  value: number | null
  reason: string
  parts?: Record<string, number | string>
  /** Line of the file where it failed. */
  line?: number
}

/** Values beyond these are a mistake. */
export const ownRange = [-1000, 1000] as const

/** One for each completion. It does not throw for anything that the code does. @throws StudioError internal if the sandbox does not start */
export async function ownVerdicts(
  reward: { name: string; code: string },
  group: JudgedGroup,
  limits: Limits,
): Promise<OwnVerdict[]> {
  const outcome = await runProgram({
    language: /\.[mc]?js$/.test(reward.name) ? 'javascript' : 'typescript',
    code: reward.code,
    task: { kind: 'export', arguments: [group] },
    limits,
  })
  const given = valuesOf(outcome, group.completions.length)
  return typeof given === 'string'
    ? group.completions.map(() => ({ value: null, reason: given, ...(outcome.line && { line: outcome.line }) }))
    : given.map(verdictOf)
}

function valuesOf({ end, message, line, returned }: Outcome, count: number): unknown[] | string {
  if (end !== 'done') return line === undefined ? message : `${message} (line ${line})`
  let given: unknown
  try {
    given = JSON.parse(returned ?? 'null')
  } catch {
    given = null
  }
  if (!Array.isArray(given)) return 'it returned no list'
  return given.length === count ? given : `it returned ${given.length} values for ${count} completions`
}

/** A number, null, or an object with them. */
function verdictOf(given: unknown): OwnVerdict {
  if (typeof given !== 'object' || given === null) return verdict(given, given === null ? 'no verdict' : '')
  const { value = null, reason, parts } = given as { value?: unknown; reason?: unknown; parts?: unknown }
  const named = partsOf(parts)
  return { ...verdict(value, typeof reason === 'string' ? reason.slice(0, 300) : ''), ...(named && { parts: named }) }
}

function verdict(value: unknown, reason: string): OwnVerdict {
  if (value === null) return { value, reason: reason || 'no verdict' }
  if (typeof value === 'boolean') return { value: Number(value), reason }
  if (typeof value !== 'number')
    return { value: null, reason: `it returned a value that is no number: ${shown(value)}` }
  if (value < ownRange[0] || value > ownRange[1])
    return { value: null, reason: `it returned ${value}, which is not between ${ownRange[0]} and ${ownRange[1]}` }
  return { value, reason }
}

const shown = (value: unknown) => JSON.stringify(value).slice(0, 60)

function partsOf(parts: unknown): Record<string, number | string> | undefined {
  if (typeof parts !== 'object' || parts === null) return undefined
  const named = Object.entries(parts)
    .filter((entry): entry is [string, number | string] => ['number', 'string'].includes(typeof entry[1]))
    .slice(0, 20)
    .map(([name, value]) => [name.slice(0, 60), typeof value === 'string' ? value.slice(0, 200) : value])
  return named.length > 0 ? Object.fromEntries(named) : undefined
}
