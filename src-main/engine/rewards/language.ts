/** Language consistency: the share of target-language words in the reasoning (Guo et al. 2025, Methods, "language consistency reward"). */
import type { ParametersOf } from '../../contract/rewards.ts'
import type { Group, Verdict } from './reward.ts'

type Language = ParametersOf<'language'>['target']

/** The scripts of each language, the likeliest language of a script first; those that are not here are written in Latin letters. */
export const scripts: Partial<Record<Language, string[]>> = {
  ru: ['Cyrillic'],
  uk: ['Cyrillic'],
  bg: ['Cyrillic'],
  el: ['Greek'],
  he: ['Hebrew'],
  ar: ['Arabic'],
  fa: ['Arabic'],
  hi: ['Devanagari'],
  th: ['Thai'],
  zh: ['Han'],
  ja: ['Han', 'Hiragana', 'Katakana'],
  ko: ['Hangul', 'Han'],
}

/** LaTeX, tags and addresses are of no language; nor is what stands between these marks. */
const neutral = /\\[a-zA-Z]+|<\/?[a-z]+>|https?:\S+/g
const marks: Record<string, string> = { '```': '```', '`': '`', $$: '$$', $: '$', '\\(': '\\)', '\\[': '\\]' }
const opening = /```|`|\$\$|\$|\\\(|\\\[/g

/** Runs of letters; single Latin or Greek letters are taken for the names of quantities, except the words that they are. */
const word = /\p{L}[\p{L}\p{M}'’]*/gu
const quantity = /^[\p{Script=Latin}\p{Script=Greek}]$/u
const unspaced = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u

/** Stretches that the detector is asked about: sentences, and pieces of those without an end. */
const stretch = /[^.!?;。！？；\n]{1,240}/gu
/** A stretch of fewer words is too short to tell languages of one script apart. */
const FEWEST_WORDS = 3

/**
 * Words count by script. A stretch in which another language of the same script is detected counts for none of its words. Text without
 * spaces has a word for every two characters. No verdict where the reasoning has no word.
 */
export async function language({ completions }: Group, { target }: ParametersOf<'language'>): Promise<Verdict[]> {
  const { eld } = await import('eld/small')
  const inScript = new RegExp(`^[${(scripts[target] ?? ['Latin']).map((s) => `\\p{Script=${s}}`).join('')}]`, 'u')
  return completions.map(({ text }): Verdict => {
    let [all, right] = [0, 0]
    const others = new Map<string, number>()
    for (const [part] of proseOf(text).matchAll(stretch)) {
      const words = wordsIn(part)
      const inTarget = sizeOf(words.filter((w) => inScript.test(w)))
      all += sizeOf(words)
      if (inTarget < FEWEST_WORDS) {
        right += inTarget
        continue
      }
      const found = eld.detect(part)
      if (found.language === target || !found.isReliable()) right += inTarget
      else others.set(found.language, (others.get(found.language) ?? 0) + inTarget)
    }
    if (all === 0) return { value: null, reason: 'no word in the reasoning' }
    const other = [...others].sort((a, b) => b[1] - a[1])[0]?.[0]
    return {
      value: right / all,
      reason: `${right} of ${all} words in ${target}${other ? `, others in ${other}` : ''}`,
      parts: { words: all, target: right },
    }
  })
}

/** The reasoning without tags, formulas and code. */
const proseOf = (text: string): string => withoutFormulas(reasoningOf(text)).replace(neutral, ' ')

/** Names of quantities are none. */
const wordsIn = (prose: string): string[] => (prose.match(word) ?? []).filter((w) => !quantity.test(w))

/** The words of the reasoning, in order. */
export const wordsOf = (text: string): string[] => wordsIn(proseOf(text))

/** What stands inside the thinking; of a text without it, all that comes before the answer. */
function reasoningOf(text: string): string {
  const from = text.indexOf('<think>')
  const start = from < 0 ? 0 : from + '<think>'.length
  const end = text.indexOf('</think>', start)
  if (end >= 0) return text.slice(start, end)
  const answer = from < 0 ? text.indexOf('<answer>') : -1
  return text.slice(start, answer < 0 ? undefined : answer)
}

export function sizeOf(words: string[]): number {
  return words.reduce((sum, w) => sum + (unspaced.test(w) ? Math.ceil([...w].length / 2) : 1), 0)
}

/** Code and formulas become a blank; a mark that is never closed stands for itself. Each character is looked at a few times at most. */
function withoutFormulas(text: string): string {
  const kept: string[] = []
  const unclosed = new Set<string>()
  let at = 0
  opening.lastIndex = 0
  for (let m = opening.exec(text); m; m = opening.exec(text)) {
    const [mark] = m
    const to = unclosed.has(mark) ? -1 : text.indexOf(marks[mark], opening.lastIndex)
    if (to < 0) unclosed.add(mark)
    else if (mark.length > 1 || !text.slice(m.index, to).includes('\n')) {
      kept.push(text.slice(at, m.index))
      at = to + marks[mark].length
      opening.lastIndex = at
    }
  }
  return [...kept, text.slice(at)].join(' ')
}
