/** Repetition penalty of n-grams (Yeo et al. 2025, arXiv:2502.03373, appendix C.2; as open-r1 has it, with a weight in place of a scale). */
import type { ParametersOf } from '../../contract/rewards.ts'
import type { Completion, Verdict } from './reward.ts'

/** Words; of scripts that set no spaces between words, single characters. */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu

/** −(1 − distinct n-grams / all n-grams); 0 for a text of fewer than n words. */
export function repetition({ text }: Pick<Completion, 'text'>, _: unknown, { n }: ParametersOf<'repetition'>): Verdict {
  const words = numbered(text.toLowerCase().match(wordsOf(text)) ?? [])
  const count = words.length - n + 1
  if (count < 1) return { value: 0, reason: `fewer than ${n} words` }
  // n-grams get numbers too, from those that are a word shorter: time grows with text × n, whatever the text
  let grams = words
  for (let length = 2; length <= n; length++) {
    const longer = grams
      .slice(0, words.length - length + 1)
      .map((gram, i) => gram * words.length + words[i + length - 1])
    grams = numbered(longer)
  }
  const distinct = grams.reduce((most, gram) => Math.max(most, gram + 1), 0)
  const value = distinct === count ? 0 : distinct / count - 1
  return { value, reason: `${distinct} of ${count} ${n}-grams are distinct`, parts: { distinct, all: count } }
}

/** A text without any blank is taken by character too, whatever its script. */
const wordsOf = (text: string) => (text.length > 64 && !/\s/.test(text.trim()) ? /./gsu : word)

/** Equal values get equal numbers, from 0 in order of appearance. */
function numbered<T>(values: readonly T[]): number[] {
  const numbers = new Map<T, number>()
  return values.map((value) => {
    const known = numbers.get(value)
    if (known !== undefined) return known
    numbers.set(value, numbers.size)
    return numbers.size - 1
  })
}
