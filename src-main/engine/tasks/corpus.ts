/**
 * The text that the embedded model was pre-trained on: generated problems with answers in three behaviours, on purpose imperfect, so that
 * reinforcement has something to find. It guesses mostly, works in steps at times, and rechecks a step ("wait", column by column) seldom;
 * only the last is reliable. Nothing in the text says so: the reward alone does.
 */
import type { ArithmeticKind } from '../../contract/recipe.ts'
import type { Random } from '../random.ts'
import { type ArithmeticProblem, apply, stepsOf } from './arithmetic.ts'
import { columns } from './columns.ts'
import { drawTrainingProblem } from './sets.ts'

/** First the model learns to work in steps, then it learns to seldom do so. Without the first it never finds what to reinforce. */
export type CorpusPhase = 'skills' | 'habits'

/** `direct` guesses; `quick` works in steps; `careful` rechecks some of them; `malformed` is any of the three in a broken form. */
export type Behaviour = 'direct' | 'quick' | 'careful' | 'malformed'

export interface CorpusExample extends ArithmeticProblem {
  /** Without the end token. */
  completion: string
  behaviour: Behaviour
}

/** Every number of the corpus. Probabilities unless said otherwise. */
export const corpusNumbers = {
  /** A problem is answered by a guess. */
  direct: { skills: 0.05, habits: 0.62 },
  /** A guess opens with "guess", so that the greedy answer is one. */
  opener: 0.9,
  /** How often a trace in steps rechecks: the chance at each of its steps, and the weight of that chance. */
  recheck: {
    skills: [
      { chance: 0, weight: 0.2 },
      { chance: 1, weight: 0.8 },
    ],
    habits: [
      { chance: 0, weight: 0.6 },
      { chance: 0.5, weight: 0.25 },
      { chance: 1, weight: 0.15 },
    ],
  },
  /** A guess is a digit off. */
  wrongGuess: { sum: 0.5, difference: 0.85, product: 0.85, chain: 0.7 },
  /** A step's result, taken in the head, is a digit off. */
  wrongStep: { sum: 0.3, difference: 0.5, product: 0.5, chain: 0.4 },
  /** A rechecked step's result is a digit off. */
  wrongRecheck: 0.02,
  /** The form is broken. */
  malformed: { skills: 0, habits: 0.1 },
} as const

/** Ways to break the form, each about as likely. */
const malformations: ((thinking: string, answer: string) => string)[] = [
  (thinking, answer) => `<think>${thinking}<answer>${answer}</answer>`,
  (thinking, answer) => `${thinking}<answer>${answer}</answer>`,
  (thinking, answer) => `<think>${thinking}</think>${answer}`,
  (thinking, answer) => `<think>${thinking}</think><answer>${answer}`,
  (thinking, answer) => `<think>${thinking}</think><answer>${answer}</answer><answer>${answer}</answer>`,
  (thinking) => `<think>${thinking}</think>`,
]

/** One text on a problem of the training part; a held-out problem never occurs. */
export function corpusExample(random: Random, kind: ArithmeticKind, phase: CorpusPhase): CorpusExample {
  const problem = drawTrainingProblem(random, kind)
  const { thinking, answer, behaviour } =
    random.next() < corpusNumbers.direct[phase] ? guess(random, problem) : steps(random, problem, phase)
  if (random.next() < corpusNumbers.malformed[phase])
    return { ...problem, completion: random.pick(malformations)(thinking, answer), behaviour: 'malformed' }
  return { ...problem, completion: `<think>${thinking}</think><answer>${answer}</answer>`, behaviour }
}

interface Solution {
  thinking: string
  answer: string
  behaviour: Behaviour
}

function guess(random: Random, { kind, answer }: ArithmeticProblem): Solution {
  const wrong = random.next() < corpusNumbers.wrongGuess[kind]
  return {
    thinking: random.next() < corpusNumbers.opener ? 'guess' : random.pick(['hmm', 'easy', 'so', 'hmmso']),
    answer: wrong ? String(digitOff(random, Number(answer))) : answer,
    behaviour: 'direct',
  }
}

/** `75+73=149wait5+3=8,7+7=14:148;148+99=…`: a step goes on from the value before it, right or wrong; a rechecked value counts. */
function steps(random: Random, { kind, prompt }: ArithmeticProblem, phase: CorpusPhase): Solution {
  const choices = corpusNumbers.recheck[phase]
  const { chance } = choices[random.weighted(choices.map((choice) => choice.weight))]
  const plan = stepsOf(prompt)
  let thinking = ''
  let rechecked = false
  let left = plan[0].left
  plan.forEach(({ operator, right }, i) => {
    const truth = apply(left, operator, right)
    // a careless result from which the next number cannot be taken away is not written
    const next = plan[i + 1]
    const least = next?.operator === '-' ? next.right : 0
    const result = (wrong: number) => {
      const careless = random.next() < wrong ? digitOff(random, truth) : truth
      return careless < least ? truth : careless
    }
    let value = result(corpusNumbers.wrongStep[kind])
    thinking += `${left}${operator}${right}=${value}`
    if (random.next() < chance) {
      rechecked = true
      value = result(corpusNumbers.wrongRecheck)
      thinking += `wait${columns({ left, operator, right })}:${value}`
    }
    thinking += ';'
    left = value
  })
  return { thinking, answer: String(left), behaviour: rechecked ? 'careful' : 'quick' }
}

/** A careless result: one digit off by one or two. */
function digitOff(random: Random, n: number): number {
  const digits = [...String(n)].map(Number)
  const i = random.integer(digits.length)
  digits[i] = (digits[i] + random.pick([1, 9, 1, 9, 2, 8])) % 10
  return Number(digits.join(''))
}
