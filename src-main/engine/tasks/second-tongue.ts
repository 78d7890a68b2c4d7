/**
 * A second language for the embedded model's reasoning: words of another script in place of those that connect its steps. It is to the miniature
 * what Chinese amid English was to R1-Zero: as right, and harder to read.
 */
import type { Random } from '../random.ts'

/** What stands in place of what. The model lacks these words: a recipe gives them by `addTokens`. */
export const secondTongue = { wait: '等', ':': '得' } as const

/** A word changes with this chance. */
const CHANCE = 0.6

/** A text that changes between the languages, at one place at least. */
export function mixedTongues(random: Random, text: string): string {
  if (!text.includes('wait')) return text
  for (;;) {
    const mixed = text.replace(/wait|:/g, (word) =>
      random.next() < CHANCE ? secondTongue[word as keyof typeof secondTongue] : word,
    )
    if (mixed !== text) return mixed
  }
}
