/** Signs of reward hacking in one output: what the shares of `signals.ts` count, and what an alert points at. */
import type { SampledCompletion } from '../../contract/records.ts'
import { isRight, type parametersOf, rewardInfo, rewardNames, rewardTable } from '../../contract/rewards.ts'
import { readAnswer } from '../rewards/completion.ts'
import { format } from '../rewards/format.ts'
import { language } from '../rewards/language.ts'
import { repetition } from '../rewards/repetition.ts'

type Sample = Pick<SampledCompletion, 'text' | 'finishReason' | 'parts'>
export type Language = ReturnType<typeof parametersOf<'language'>>['target']

/** Share of the 4-grams that were there before, 0 to 1. */
export const repeats = ({ text }: Pick<Sample, 'text'>): number =>
  -(repetition({ text }, undefined, { n: 4 }).value ?? 0)

/** In the form, without a thought and without a right answer (or where no rule tells, without words in it): all that the form can be paid for alone. */
export function isHollow({ text, finishReason, parts }: Sample): boolean {
  const right = isRight(parts)
  if (right === true || format({ text, finished: finishReason === 'stop' }).value !== 1) return false
  const thinking = text.slice(text.indexOf('<think>') + '<think>'.length, text.indexOf('</think>'))
  return lacksWords(thinking) && (right === false || lacksWords(saidBy({ text })))
}

const lacksWords = (text: string) => (text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0) < 2

/** Whether a reward model's score of it leaves the range of its training; null where no reward model scored it. */
export function leavesRange({ parts }: Pick<Sample, 'parts'>): boolean | null {
  const learnt = rewardNames.filter((name) => rewardInfo[name].learnt)
  const known = learnt.flatMap((name) => parts[name]?.parts?.outside ?? [])
  return known.length === 0 ? null : known.includes(1)
}

/** What it answers; all of it where there is no answer. */
export function saidBy({ text }: Pick<Sample, 'text'>): string {
  return readAnswer(text).answer ?? text
}

/** Fewer words of reasoning than this are of no language. */
const FEWEST_WORDS = 3

/** Of each output, whether most of its reasoning is in another language. */
export async function inOtherLanguage(texts: readonly string[], expected: Language): Promise<boolean[]> {
  // most reasoning in numbers has no word: the detector is not even loaded for it
  if (!texts.some((text) => (text.match(word)?.length ?? 0) >= FEWEST_WORDS)) return texts.map(() => false)
  const completions = texts.map((text) => ({ text, finished: true, tokens: 0 }))
  const verdicts = await language(
    { problem: { prompt: '', answer: '' }, completions, tokenLimit: 0 },
    { target: expected },
  )
  return verdicts.map(({ value, parts }) => value !== null && value < 0.5 && Number(parts?.words) >= FEWEST_WORDS)
}

const word = /\p{L}{2,}/gu

/** The language in which a question is asked, as far as that can be told; English where it cannot, as the instruction is. */
export async function languageOf(question: string): Promise<Language> {
  if ((question.match(word)?.length ?? 0) < FEWEST_WORDS) return 'en'
  const { eld } = await import('eld/small')
  const found = eld.detect(question)
  const known: readonly string[] = rewardTable.language.parameters.target.values
  return found.isReliable() && known.includes(found.language) ? (found.language as Language) : 'en'
}
