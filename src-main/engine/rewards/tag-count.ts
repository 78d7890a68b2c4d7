/** Partial credit for the form, as open-r1's tag count: what a model that has no form yet can climb. */
import { excerpt, findTags, tags } from './completion.ts'
import type { Completion, Verdict } from './reward.ts'

/** A quarter for each tag that stands exactly once and after the one before it; the last only if nothing follows it. */
export function tagCount({ text }: Pick<Completion, 'text' | 'finished'>): Verdict {
  const found = findTags(text)
  const missed: string[] = []
  let last = -1
  for (const tag of tags) {
    const one = found[tag]
    if (!one) missed.push(`no ${tag}`)
    else if (one.count > 1) missed.push(`more than one ${tag}`)
    else if (one.written !== tag) missed.push(`${excerpt(one.written)} in place of ${tag}`)
    else if (one.at < last) missed.push(`${tag} too early`)
    else if (tag === '</answer>' && text.slice(one.at + tag.length).trim() !== '') missed.push(`text after ${tag}`)
    last = Math.max(last, one?.at ?? -1)
  }
  return { value: (4 - missed.length) / 4, reason: missed.length === 0 ? 'each tag once, in order' : missed.join('; ') }
}
