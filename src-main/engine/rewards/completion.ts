/** How an output is taken apart: thinking, answer, and what is shown of it. */

export const tags = ['<think>', '</think>', '<answer>', '</answer>'] as const
export type Tag = (typeof tags)[number]

/** A tag, or what would pass for one with a reader: `</ Think >`, `<thinking>`, `<answer id="2">`. */
const tagLike = /<\s{0,4}(\/?)\s{0,4}(think|answer)(?:ing)?(?:\s[^<>]{0,64})?>/gi

export interface TagsFound {
  /** Of the first. */
  at: number
  /** As it was written, which may be another spelling. */
  written: string
  count: number
}

/** Where each tag stands, in whatever spelling; a second block does not become lawful by a capital letter. */
export function findTags(text: string): Partial<Record<Tag, TagsFound>> {
  const found: Partial<Record<Tag, TagsFound>> = {}
  for (const match of text.matchAll(tagLike)) {
    const tag = `<${match[1]}${match[2].toLowerCase()}>` as Tag
    const known = found[tag]
    if (known) known.count++
    else found[tag] = { at: match.index, written: match[0], count: 1 }
  }
  return found
}

/** The answer that may be read, or why none may be. */
export type Reading = { answer: string; problem?: undefined } | { answer?: undefined; problem: string }

/**
 * The content of the one answer tag outside the thinking. What is written inside `<think>` never counts, and a text that answers twice has
 * no answer.
 */
export function readAnswer(text: string): Reading {
  const thinkingEnds = text.lastIndexOf('</think>')
  if (text.lastIndexOf('<think>') > thinkingEnds) return { problem: 'no closing </think>' }
  const after = thinkingEnds < 0 ? text : text.slice(thinkingEnds + '</think>'.length)
  const from = after.indexOf('<answer>')
  if (from < 0) return { problem: 'no <answer> after the thinking' }
  if (after.indexOf('<answer>', from + 1) >= 0) return { problem: 'more than one <answer>' }
  const start = from + '<answer>'.length
  const to = after.indexOf('</answer>', start)
  if (to < 0) return { problem: 'no closing </answer>' }
  if (after.indexOf('</answer>', to + 1) >= 0) return { problem: 'more than one </answer>' }
  return { answer: after.slice(start, to).trim() }
}

/** A text short enough to be shown in a reason. */
export function excerpt(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`
}
