/** The part of an output that is judged. */
import type { RewardModelKind } from './reward-models.ts'

/**
 * Of helpfulness what comes after the thinking, of safety all of it.
 * @returns null where there is none: the thinking was never closed, or nothing follows it
 */
export function judgedPart(kind: RewardModelKind, text: string): string | null {
  if (kind === 'safety') return text
  const ends = text.lastIndexOf('</think>')
  if (text.lastIndexOf('<think>') > ends) return null
  const summary = (ends < 0 ? text : text.slice(ends + '</think>'.length)).trim()
  return summary === '' ? null : summary
}
