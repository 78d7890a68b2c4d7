/** The language in which each output reasons, kept with it so that outputs can be found by it. */
import type { SampledGroup } from '../../contract/records.ts'
import type { Settings } from '../../contract/settings.ts'
import { scripts, sizeOf, wordsOf } from '../rewards/language.ts'
import { expectedLanguage } from './signals.ts'
import type { Language } from './signs.ts'

/** Words of an output that are looked at: the rest of a long one says nothing new. */
const MOST_WORDS = 300
/** Languages without blanks have long ones. */
const MOST_CHARACTERS = 3000
/** Fewer are of no language. */
const FEWEST_WORDS = 3

/** @param questions of the groups, in their order, in words */
export async function withLanguages(
  groups: readonly SampledGroup[],
  questions: readonly string[],
  settings: Pick<Settings, 'rewardWeights' | 'rewardParameters'>,
): Promise<SampledGroup[]> {
  return Promise.all(
    groups.map(async (group, i) => {
      const expected = await expectedLanguage(questions[i], settings)
      const completions = await Promise.all(
        group.completions.map(async (one) => ({ ...one, language: await tongueOf(one.text, expected) })),
      )
      return { ...group, completions }
    }),
  )
}

/** As it is detected, else the expected one if most of its words are in that script, else the likeliest of their script. `und`: cannot be told. */
export async function tongueOf(text: string, expected: Language): Promise<string> {
  const words = wordsOf(text).slice(0, MOST_WORDS)
  if (sizeOf(words) < FEWEST_WORDS) return 'und'
  const { eld } = await import('eld/small')
  const found = eld.detect(words.join(' ').slice(0, MOST_CHARACTERS))
  if (found.isReliable()) return found.language
  const mostly = (names: readonly string[]) => {
    const start = new RegExp(`^[${names.map((name) => `\\p{Script=${name}}`).join('')}]`, 'u')
    return words.filter((one) => start.test(one)).length > words.length / 2
  }
  if (mostly(scripts[expected] ?? ['Latin'])) return expected
  return Object.entries(scripts).find(([, names]) => mostly(names))?.[0] ?? 'und'
}
