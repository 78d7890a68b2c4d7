/** What a person is shown: pairs with their sides drawn once, or outputs one by one. */
import type { NewLabelItem } from '../contract/labelling.ts'
import { randomAt } from '../engine/random.ts'
import type { Answers } from './answers.ts'
import type { Output } from './outputs.ts'
import { drawPairs } from './pairs.ts'

/** A pair of each prompt, of answers that differ after the thinking. */
export function pairItems(answers: readonly Answers[], seed: number): NewLabelItem[] {
  return drawPairs(answers, 1, seed).pairs.map(({ prompt, answers: [first, second], preferred }, i) => {
    const swapped = randomAt(seed, 'sides', i).integer(2) === 1
    return { prompt, first, second, swapped, said: preferred === undefined ? null : 'first' }
  })
}

export const outputLabelItem = ({ prompt, completion, said }: Output): NewLabelItem => ({
  ...{ prompt, first: completion, second: null, swapped: false, said },
})
