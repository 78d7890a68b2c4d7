/** Which of a group's answers are equal, by the notion of the reward that judges them: 14/2 and 7.0 are one answer to `math`. */
import { parametersOf, type RewardName, type RewardParameters } from '../../contract/rewards.ts'
import { puzzleOf } from '../tasks/logic/puzzles.ts'
import { plainInteger } from './accuracy.ts'
import { readAnswer } from './completion.ts'
import { readAssignment } from './logic/assignment.ts'
import { fractionText, plainly, readExpression } from './logic/expression.ts'
import { readTruths, roles } from './logic/logic.ts'
import { readPlaces } from './logic/places.ts'
import { same } from './math/compare.ts'
import { answersIn } from './math/extract.ts'
import { lettersOf, readings } from './math/math.ts'
import type { Group, Question } from './reward.ts'

/**
 * For each completion the place of the first one in the group with an equal answer (its own, if there is none before); null without an
 * answer. Where the reward has no notion of its own, answers are equal when their text is, but for case and spacing.
 */
export function votesOf(group: Group, rule: RewardName, given?: RewardParameters): (number | null)[] {
  const texts = group.completions.map(({ text }) => text)
  if (rule === 'math') return mathVotes(texts, parametersOf('math', given).precision)
  const keys = texts.map((text) => {
    const { answer } = readAnswer(text)
    if (!answer) return null
    const key =
      rule === 'logic' ? puzzleKey(answer, group.problem) : rule === 'accuracy' ? plainInteger(answer) : undefined
    return key ?? `text ${answer.toLowerCase().replace(/\s+/g, ' ')}`
  })
  return keys.map((key) => (key === null ? null : keys.indexOf(key)))
}

function mathVotes(texts: string[], precision: number): (number | null)[] {
  const leaders: { at: number; letters: string; trees: ReturnType<typeof readings> }[] = []
  return texts.map((text, at) => {
    const answers = answersIn(text)
    if (answers.length === 0) return null
    const { answer } = answers.find((found) => readings(found.answer) !== undefined) ?? answers[0]
    const [letters, trees] = [lettersOf(answer), readings(answer)]
    const equal = leaders.find(
      (l) => l.letters === letters || l.trees?.some((a) => trees?.some((b) => same(a, b, { precision }))),
    )
    if (!equal) leaders.push({ at, letters, trees })
    return equal?.at ?? at
  })
}

/** What the verifier reads of the answer; undefined for what it cannot read. */
function puzzleKey(answer: string, problem: Question): string | undefined {
  const puzzle = puzzleOf(problem)
  switch (puzzle?.kind) {
    case 'countdown': {
      const { numbers, target } = puzzle.data as { numbers: number[]; target: number }
      const sides = plainly(answer).split('=')
      const read = readExpression(sides[0] === String(target) && sides[1] ? sides[1] : sides[0], numbers)
      return read.problem === undefined ? fractionText(read.value) : undefined
    }
    case 'knights_knaves':
      return readAssignment(answer, (puzzle.data as { people: string[] }).people, roles).values?.join()
    case 'sat':
      return readTruths(answer, (puzzle.data as { variables: string[] }).variables).values?.join()
    case 'grid':
      return JSON.stringify(readPlaces(answer, puzzle.data as never).places)
  }
}
