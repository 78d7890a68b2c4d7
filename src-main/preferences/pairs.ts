/** Pairs out of prompts with several answers: those that differ in what is judged. */
import { judgedPart } from '../contract/judged-part.ts'
import type { AnswerPair } from '../contract/preferences.ts'
import { randomAt } from '../engine/random.ts'
import type { Answers } from './answers.ts'
import { itemKey } from './question.ts'

export interface DrawnPairs {
  pairs: AnswerPair[]
  /** Prompts that gave none: their answers are alike after the thinking, or there is nothing after it. */
  without: number
}

/**
 * @param each pairs of a prompt at the most; with more answers, which ones is drawn
 * @returns each pair once
 */
export function drawPairs(all: readonly Answers[], each: number, seed: number): DrawnPairs {
  const seen = new Set<string>()
  const pairs: AnswerPair[] = []
  let without = 0
  for (const given of all) {
    const drawn = pairsOf(given, each, seed)
    if (drawn.length === 0) without++
    for (const pair of drawn) {
      const key = pairKey(pair)
      if (!seen.has(key)) pairs.push(pair)
      seen.add(key)
    }
  }
  return { pairs, without }
}

function pairsOf({ prompt, answers, preferred }: Answers, each: number, seed: number): AnswerPair[] {
  const judged = answers.map((answer) => judgedPart('helpfulness', answer))
  const pairs: AnswerPair[] = []
  judged.forEach((a, i) => {
    if (a === null) return
    for (let j = i + 1; j < answers.length; j++)
      if (judged[j] !== null && judged[j] !== a) pairs.push({ prompt, answers: [answers[i], answers[j]], preferred })
  })
  return pairs.length <= each ? pairs : randomAt(seed, 'pairs', prompt).shuffle(pairs).slice(0, each)
}

/** Tells a pair from all others. */
export const pairKey = ({ prompt, answers }: AnswerPair) => itemKey(prompt, ...answers)
