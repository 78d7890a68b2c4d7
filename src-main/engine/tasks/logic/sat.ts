/** Boolean satisfiability: clauses over named variables, and exactly one assignment that makes all of them true. */
import { z } from 'zod'
import type { Random } from '../../random.ts'
import type { Trace } from '../family.ts'
import { type PuzzleFamily, sentence } from './family.ts'
import { structureOf } from './structure.ts'

const schema = z
  .object({
    puzzle: z.literal('sat'),
    variables: z
      .array(z.string().regex(/^[A-Z]$/))
      .min(1)
      .max(20),
    /** As in DIMACS: 2 is the second variable, −2 its negation. */
    clauses: z.array(z.array(z.number().int()).min(1).max(20)).min(1).max(400),
  })
  .refine(({ variables, clauses }) => clauses.flat().every((v) => v !== 0 && Math.abs(v) <= variables.length))
  .refine(({ variables }) => new Set(variables).size === variables.length)
export type Sat = z.infer<typeof schema>

/** By level. Clauses have two or three literals. */
const levels = [3, 4, 5, 7, 9]
/** Without those that are read as true, false, one or nought. */
const letters = [...'ABCDEGHJKLMNPQRSUVWXYZ']

export const sat: PuzzleFamily<Sat> = {
  schema,
  generate(random, level) {
    const count = levels[level - 1]
    const variables = random
      .shuffle([...letters])
      .slice(0, count)
      .sort()
    const truth = variables.map(() => random.next() < 0.5)
    let left = Array.from({ length: 2 ** count }, (_, i) => variables.map((_, v) => ((i >> v) & 1) === 1))
    const clauses: number[][] = []
    while (left.length > 1) {
      const width = random.next() < 0.3 ? 2 : 3
      const chosen = random.shuffle(variables.map((_, v) => v)).slice(0, width)
      const clause = chosen.map((v) => (random.next() < 0.5 ? v + 1 : -v - 1)).sort((a, b) => Math.abs(a) - Math.abs(b))
      if (!isSatisfied(clause, truth)) continue
      const fitting = left.filter((values) => isSatisfied(clause, values))
      // one that says nothing new would only be longer to read
      if (fitting.length < left.length) clauses.push(clause)
      left = fitting
    }
    return { puzzle: 'sat', variables, clauses: random.shuffle(clauses) }
  },
  // as in DIMACS; the embedded model has the signs for it
  prompt: ({ clauses }) => `${clauses.map((clause) => clause.join()).join(';')}=`,
  question,
  solution(data) {
    const [values] = assignmentsOf(data, 1)
    return data.variables.map((name, i) => `${name}=${values[i]}`).join(', ')
  },
  reasoning(data) {
    const [values] = assignmentsOf(data, 1)
    const literal = (v: number) => values[Math.abs(v) - 1] === v > 0
    return data.clauses
      .map((clause) => {
        const v = Math.abs(clause.find(literal)!) - 1
        return sentence(`${clauseText(data, clause)}: ${data.variables[v]} is ${values[v]}`)
      })
      .join(' ')
  },
  trace,
  structure(data) {
    // a variable and its negation may change places: what counts is whether a literal is true in the one solution
    const [values] = assignmentsOf(data, 1)
    const relations = data.clauses.flatMap((clause, c) =>
      clause.map((v) => ({
        label: String(values[Math.abs(v) - 1] === v > 0),
        of: [data.variables.length + c, Math.abs(v) - 1],
      })),
    )
    const colours = [...data.variables.map(() => 'variable'), ...data.clauses.map(() => 'clause')]
    return structureOf(colours, relations)
  },
  work: (data) => search(data, 1).tried,
}

/** A trace is made of so many variables at most, goes wrong so often, and has so many characters: the embedded model has 256 positions. */
const traced = { variables: 4, flips: 3, characters: 130 }

/**
 * `1,-2:1;2?1,2:1;2ok` for (1 or not 2) and (2): an assignment, held against the clauses in order, each up to its first literal that is true;
 * where there is none, a variable of that clause changes, and so on (WalkSAT, Selman et al. 1994).
 */
function trace(random: Random, data: Sat): Trace | undefined {
  const { variables, clauses } = data
  if (variables.length > traced.variables) return undefined
  for (;;) {
    const values = variables.map(() => random.next() < 0.5)
    let thinking = ''
    for (let flips = 0; flips <= traced.flips; flips++) {
      const answer = values.map((value, v) => (value ? v + 1 : -v - 1)).join()
      const firstTrue = clauses.map((clause) => clause.findIndex((v) => values[Math.abs(v) - 1] === v > 0))
      const broken = firstTrue.indexOf(-1)
      const seen = clauses.slice(0, broken < 0 ? undefined : broken + 1)
      const looks = seen.map((clause, i) => clause.slice(0, i === broken ? undefined : firstTrue[i] + 1).join())
      thinking += `${answer}:${looks.join(';')}${broken < 0 ? 'ok' : '?'}`
      if (thinking.length > traced.characters) break
      if (broken < 0) return { thinking, answer }
      const flipped = Math.abs(random.pick(clauses[broken])) - 1
      values[flipped] = !values[flipped]
    }
  }
}

/** Every satisfying assignment, at most `most` of them. */
export const assignmentsOf = (data: Sat, most: number): boolean[][] => search(data, most).found

/** Whether the clause is true. Variables that have no value yet make no literal true. */
export const isSatisfied = (clause: readonly number[], values: readonly (boolean | undefined)[]): boolean =>
  clause.some((v) => values[Math.abs(v) - 1] === v > 0)

/** `A or not B or C`. */
export const clauseText = ({ variables }: Pick<Sat, 'variables'>, clause: readonly number[]): string =>
  clause.map((v) => (v > 0 ? '' : 'not ') + variables[Math.abs(v) - 1]).join(' or ')

function question(data: Sat): string {
  const { variables, clauses } = data
  const lines = clauses.map((clause, i) => `${i + 1}. ${clauseText(data, clause)}`)
  return (
    `Each of ${variables.join(', ')} is true or false. All of these statements hold:\n${lines.join('\n')}\n` +
    `Which are true, which are false? Answer for each, like "${variables[0]}=…, ${variables.at(-1)}=…".`
  )
}

/** Variables in order, true before false; a clause is looked at as soon as its last variable has a value. */
function search({ variables, clauses }: Sat, most: number): { found: boolean[][]; tried: number } {
  const ready = variables.map((_, v) => clauses.filter((c) => Math.max(...c.map(Math.abs)) === v + 1))
  const values: boolean[] = []
  const found: boolean[][] = []
  let tried = 0
  const place = (v: number): void => {
    if (v === variables.length) {
      found.push([...values])
      return
    }
    for (const value of [true, false]) {
      if (found.length >= most) return
      values[v] = value
      tried++
      if (ready[v].every((clause) => isSatisfied(clause, values))) place(v + 1)
      values.length = v
    }
  }
  place(0)
  return { found, tried }
}
