/** Partial credit for the form, as open-r1's tag count: what a model that has no form yet can climb. */
import { tags } from './completion.ts'
import type { Completion, Verdict } from './reward.ts'

/** A quarter for each tag that stands exactly once and after the one before it; the last only if nothing follows it. */
export function tagCount({ text }: Pick<Completion, 'text' | 'finished'>): Verdict {
  const missed: string[] = []
  let last = -1
  for (const tag of tags) {
    const at = text.indexOf(tag)
    const once = at >= 0 && text.indexOf(tag, at + 1) < 0
    const hidden = tag === '</answer>' && text.slice(at + tag.length).trim() !== ''
    if (!once) missed.push(at < 0 ? `no ${tag}` : `more than one ${tag}`)
    else if (at < last) missed.push(`${tag} too early`)
    else if (hidden) missed.push(`text after ${tag}`)
    last = Math.max(last, at)
  }
  return { value: (4 - missed.length) / 4, reason: missed.length === 0 ? 'each tag once, in order' : missed.join('; ') }
}
