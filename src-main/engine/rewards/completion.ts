/** How an output is taken apart: thinking, answer, and what is shown of it. */

export const tags = ['<think>', '</think>', '<answer>', '</answer>'] as const

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
