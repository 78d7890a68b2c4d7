/** The program of an answer: its last fenced block outside the thinking. */
import type { ProgramLanguage } from '../../../sandbox/program.ts'

export type Fenced = { code: string; language: ProgramLanguage; problem?: undefined } | { problem: string }

const languages: Readonly<Record<string, ProgramLanguage>> = {
  ...{ python: 'python', py: 'python', python3: 'python' },
  ...{ javascript: 'javascript', js: 'javascript', node: 'javascript', mjs: 'javascript' },
  ...{ typescript: 'typescript', ts: 'typescript' },
}

/** @param untagged language of a fence without a tag */
export function fencedProgram(text: string, untagged: ProgramLanguage): Fenced {
  const thinkingEnds = text.lastIndexOf('</think>')
  if (text.lastIndexOf('<think>') > thinkingEnds) return { problem: 'no closing </think>' }
  let open: { marks: string; tag: string; lines: string[] } | undefined
  let last: { tag: string; code: string } | undefined
  for (const line of text.slice(Math.max(0, thinkingEnds)).split('\n')) {
    const mark = /^\s*(?:<\/think>|<answer>)*\s*(`{3,}|~{3,})\s*([^\s`]*)[^`]*$/.exec(line)
    if (!open) {
      if (mark) open = { marks: mark[1], tag: mark[2], lines: [] }
    } else if (line.trimStart().startsWith(open.marks) && /^\s*[`~]+\s*(<\/answer>)?\s*$/.test(line)) {
      last = { tag: open.tag, code: open.lines.join('\n') }
      open = undefined
    } else open.lines.push(line)
  }
  if (open) return { problem: 'the last fence is not closed' }
  if (!last) return { problem: 'no fenced program after the thinking' }
  const language = last.tag === '' ? untagged : languages[last.tag.toLowerCase()]
  if (!language) return { problem: `${last.tag.slice(0, 20)} is not run here` }
  return last.code.trim() === '' ? { problem: 'the fence is empty' } : { code: last.code, language }
}
