/** Whether the output keeps the form: R1's format reward (Guo et al. 2025, Methods). */
import { excerpt, findTags, tags } from './completion.ts'
import type { Completion, Verdict } from './reward.ts'

/**
 * 1 for exactly `<think>…</think><answer>…</answer>`, ended by the model itself; space around the tags is allowed, any other text, another
 * tag or an empty answer is not. Else 0, with the first rule that was broken.
 */
export function format({ text, finished }: Pick<Completion, 'text' | 'finished'>): Verdict {
  if (!finished) return { value: 0, reason: 'cut at the token limit' }
  const broken = brokenRule(text)
  return broken ? { value: 0, reason: broken } : { value: 1, reason: 'thinking, then one answer' }
}

function brokenRule(text: string): string | undefined {
  const found = findTags(text)
  for (const tag of tags) {
    const one = found[tag]
    if (!one) return tag.startsWith('</') ? `no closing ${tag}` : `no ${tag}`
    if (one.count > 1) return `more than one ${tag}`
    if (one.written !== tag) return `${excerpt(one.written)} in place of ${tag}`
  }
  const [think, thinkEnd, answer, answerEnd] = tags.map((tag) => found[tag]!.at)
  if (!(think < thinkEnd && thinkEnd < answer && answer < answerEnd)) return 'tags out of order'
  if (text.slice(0, think).trim() !== '') return 'text before <think>'
  if (text.slice(thinkEnd + '</think>'.length, answer).trim() !== '') return 'text between </think> and <answer>'
  if (text.slice(answerEnd + '</answer>'.length).trim() !== '') return 'text after </answer>'
  if (text.slice(answer + '<answer>'.length, answerEnd).trim() === '') return 'empty answer'
  return undefined
}
