/** Whether a puzzle is solved: the answer is read and held against each clue, so that every right answer counts, however it is written. */
import type { PuzzleKind } from '../../../contract/recipe.ts'
import type { Countdown } from '../../tasks/logic/countdown.ts'
import { clueText, type Grid, holds } from '../../tasks/logic/grid.ts'
import { isTrue, type KnightsKnaves, roleOf, tell } from '../../tasks/logic/knights-knaves.ts'
import { puzzleOf } from '../../tasks/logic/puzzles.ts'
import { clauseText, isSatisfied, type Sat } from '../../tasks/logic/sat.ts'
import { excerpt, readAnswer } from '../completion.ts'
import type { Group, Verdict } from '../reward.ts'
import { type Assignment, readAssignment, readLiterals } from './assignment.ts'
import { fractionText, plainly, readExpression } from './expression.ts'
import { readPlaces } from './places.ts'

/** The longest answer that is read: the right ones of the largest puzzles stay far below. */
const MOST_CHARACTERS = 4000

interface Finding {
  right: boolean
  /** Why; the clue that does not hold. */
  reason: string
  /** Clues that hold, of how many. */
  clues?: readonly [number, number]
}

/** 1 for an answer that fits every clue, else 0; no verdict on what is no puzzle. */
export function logic({ problem, completions }: Group): Verdict[] {
  const puzzle = puzzleOf(problem)
  return completions.map(({ text }): Verdict => {
    if (!puzzle) return { value: null, reason: 'the problem has no puzzle that can be read' }
    const { answer, problem: wrong } = readAnswer(text)
    if (wrong !== undefined) return { value: 0, reason: wrong }
    if (answer.length > MOST_CHARACTERS)
      return { value: 0, reason: `the answer is longer than ${MOST_CHARACTERS.toLocaleString('en')} characters` }
    const { right, reason, clues } = verifiers[puzzle.kind](answer, puzzle.data as never)
    const counted = clues && { holding: clues[0], clues: clues[1] }
    return { value: right ? 1 : 0, reason, parts: { answer: excerpt(answer), ...counted } }
  })
}

const verifiers: { [K in PuzzleKind]: (answer: string, puzzle: never) => Finding } = {
  countdown: verifyCountdown,
  knights_knaves: verifyKnightsKnaves,
  grid: verifyGrid,
  sat: verifySat,
}

function verifyCountdown(answer: string, { numbers, target }: Countdown): Finding {
  const sides = plainly(answer).split('=')
  // "22 = 3*5+7" and "3*5+7 = 22" say the same
  if (sides.length === 2 && sides[0] === String(target)) sides.reverse()
  const [text, said = String(target)] = sides
  const wrong = (reason: string): Finding => ({ right: false, reason: `${excerpt(answer)}: ${reason}` })
  if (sides.length > 2) return wrong('there is more than one equals sign')
  const read = readExpression(text, numbers)
  if (read.problem !== undefined) return wrong(read.problem)
  const { top, bottom } = read.value
  const value = fractionText(read.value)
  if (top !== BigInt(target) * bottom) return { right: false, reason: `${excerpt(text)} = ${value}, not ${target}` }
  if (said !== String(target)) return wrong(`it says ${excerpt(said)}, but is ${value}`)
  return { right: true, reason: `${excerpt(text)} = ${value}, as asked` }
}

export const roles = {
  knight: true,
  knights: true,
  truthteller: true,
  truthtellers: true,
  knave: false,
  knaves: false,
  liar: false,
  liars: false,
}

function verifyKnightsKnaves(answer: string, puzzle: KnightsKnaves): Finding {
  const { people, statements } = puzzle
  const read = readAssignment(answer.replace(/truth-teller/gi, 'truthteller'), people, roles)
  if (read.problem !== undefined) return { right: false, reason: read.problem }
  const fits = statements.map((s, i) => isTrue(s, read.values) === read.values[i])
  return found(fits, (i) => {
    const role = roleOf(read.values[i])
    return `${people[i]}, called a ${role}, says: "${tell(puzzle, i)}" That would be ${read.values[i] ? 'false' : 'true'}.`
  })
}

const truths = { true: true, t: true, 1: true, yes: true, false: false, f: false, 0: false, no: false }

export const readTruths = (answer: string, variables: readonly string[]): Assignment =>
  readLiterals(answer, variables.length) ?? readAssignment(answer, variables, truths, true)

function verifySat(answer: string, puzzle: Sat): Finding {
  const read = readTruths(answer, puzzle.variables)
  if (read.problem !== undefined) return { right: false, reason: read.problem }
  const fits = puzzle.clauses.map((clause) => isSatisfied(clause, read.values))
  return found(fits, (i) => `statement ${i + 1} is false: ${clauseText(puzzle, puzzle.clauses[i])}`)
}

function verifyGrid(answer: string, puzzle: Grid): Finding {
  const read = readPlaces(answer, puzzle)
  if (read.problem !== undefined) return { right: false, reason: read.problem }
  const fits = puzzle.clues.map((clue) => holds(clue, read.places))
  return found(fits, (i) => `clue ${i + 1} does not hold: ${clueText(puzzle, puzzle.clues[i])}`)
}

function found(fits: readonly boolean[], why: (i: number) => string): Finding {
  const broken = fits.indexOf(false)
  const clues = [fits.filter(Boolean).length, fits.length] as const
  return { right: broken < 0, reason: broken < 0 ? `all ${fits.length} clues hold` : why(broken), clues }
}
