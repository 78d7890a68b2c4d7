/** Where in a text its answer stands: the last `\boxed`, the answer tag, or the final statement; never inside the thinking. */

export interface Found {
  answer: string
  /** For a person: where it was found. */
  where: string
}

/** Only so many characters of the text's end are looked through: for a box, and for a final statement where there is none. */
const LONGEST = { box: 20_000, statement: 4000 }
const percentAfter = /^\s*\$?\s*(?:\\?%|percent\b|percentage\b|pct\b)/i

/** @returns what may be the answer, the likeliest first; none if nothing may */
export function answersIn(text: string): Found[] {
  const thinkingEnds = text.lastIndexOf('</think>')
  if (text.lastIndexOf('<think>') > thinkingEnds) return []
  const after = thinkingEnds < 0 ? text : text.slice(thinkingEnds + '</think>'.length)
  const from = after.lastIndexOf('<answer>')
  if (from < 0) return statementIn(after)
  const start = from + '<answer>'.length
  const to = after.indexOf('</answer>', start)
  const inside = after.slice(start, to < 0 ? undefined : to).trim()
  const boxed = lastBoxed(inside.slice(-LONGEST.box))
  if (boxed) return [{ answer: boxed, where: 'box' }]
  return inside === '' ? [] : [{ answer: inside, where: 'answer tag' }, ...statementIn(inside)]
}

/** As `answersIn`, of the reference: a short text is the answer itself. */
export function answersInReference(text: string): Found[] {
  const found = statementIn(text)
  const itself = text.length <= 200 && !/\$|\\\(|\\\[|boxed/.test(text)
  return itself ? [{ answer: text.trim(), where: 'reference' }] : found
}

function statementIn(all: string): Found[] {
  const text = all.slice(-LONGEST.box)
  const boxed = lastBoxed(text)
  const later = text.slice(Math.max(text.lastIndexOf('\\boxed'), 0))
  if (boxed !== undefined && !/\bfinal answer is\b/i.test(later)) return [{ answer: boxed, where: 'box' }]
  const end = text.slice(-LONGEST.statement)
  const whole: Found[] =
    !/[a-z]{4}/i.test(end.replace(/\\[a-z]+|percent\w*|sqrt|infinity/gi, '')) && !/\$|\\[([]/.test(end)
      ? [{ answer: end.trim(), where: 'whole text' }]
      : []
  const at = Math.max(...[...end.matchAll(/\banswer(?:\s+is)?\b\s*:?/gi)].map((m) => m.index + m[0].length), -1)
  const statement = at < 0 ? undefined : end.slice(at).split(/[.!?]\s+(?=[A-Z])|\n/)[0]
  const last = (statement && lastCandidate(statement)) ?? lastCandidate(end) ?? lastChoice(end)
  return last ? [...whole, { answer: last, where: 'final statement' }] : whole
}

/** The letter of the option that a text without numbers ends with: `The correct option is (B).` */
function lastChoice(text: string): string | undefined {
  return [...text.matchAll(/\b(?:answer|option|choice)\b[^.\n]{0,40}?\(?\b([A-Z])\b\)?/g)].at(-1)?.[1]
}

/** The content of the last box, joined with those before it that an "and", a comma or no word at all connects. */
function lastBoxed(text: string): string | undefined {
  const boxes = boxesOf(text)
  if (boxes.length === 0) return undefined
  const joined: string[] = []
  for (let i = boxes.length - 1; i >= 0; i--) {
    joined.unshift(boxes[i].content)
    if (i === 0 || !connects(text.slice(boxes[i - 1].to, boxes[i].from))) break
  }
  const percent = percentAfter.test(text.slice(boxes.at(-1)!.to, boxes.at(-1)!.to + 20)) ? '\\%' : ''
  return joined.join(', ') + percent
}

function connects(between: string): boolean {
  if (between.length > 60) return false
  const words = between.replace(/\\(?:text|mbox|textbf)\b|\\[a-zA-Z]+|\\+[()[\]]/g, ' ')
  return !between.includes('\n\n') && (/\b(?:and|or)\b/i.test(words) || !/[a-z]/i.test(words))
}

interface Box {
  from: number
  to: number
  content: string
}

/** Every `\boxed{…}`, and `\boxed 5`, outermost ones only; the empty one alone if the last is never closed. */
function boxesOf(text: string): Box[] {
  const boxes: Box[] = []
  const closing = closingBraces(text)
  const start = /\\(?:boxed|fbox)\s*(?:(\{)|([^\s${}\\.,]+))/g
  for (let m = start.exec(text); m; m = start.exec(text)) {
    const from = m.index
    if (m[2]) {
      boxes.push({ from, to: start.lastIndex, content: m[2] })
      continue
    }
    // of an output that was cut in its box nobody knows how the answer goes on
    const end = closing.get(start.lastIndex - 1)
    if (end === undefined) return [{ from, to: text.length, content: '' }]
    boxes.push({ from, to: end + 1, content: text.slice(start.lastIndex, end).replaceAll('$', ' ').trim() })
    start.lastIndex = Math.max(start.lastIndex, end)
  }
  return boxes
}

/** Where each brace that is closed closes. */
function closingBraces(text: string): Map<number, number> {
  const closing = new Map<number, number>()
  const open: number[] = []
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') open.push(at)
    else if (text[at] === '}' && open.length > 0) closing.set(open.pop()!, at)
  }
  return closing
}

const formula =
  /\$\$((?:[^$\\]|\\[\s\S])+?)\$\$|\$((?:[^$\\\n]|\\.)+?)\$|\\\(((?:[^\\\n]|\\[^)])+?)\\\)|\\\[((?:[^\\]|\\[^\]])+?)\\\]/g
const number = /(?<![\w.,\\])-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\s\d+\/\d+|\d+(?:[.,]\d+)?(?:\s*\/\s*\d+)?|\.\d+)/g

/** The last formula or bare number; formulas that "and", "or" or a comma connect belong together. */
function lastCandidate(text: string): string | undefined {
  const formulas = [...text.matchAll(formula)].map((m) => ({
    from: m.index,
    to: m.index + m[0].length,
    content: m.slice(1).find((part) => part !== undefined)!,
  }))
  const bare = formulas.reduceRight(
    (rest, f) => rest.slice(0, f.from) + ' '.repeat(f.to - f.from) + rest.slice(f.to),
    text,
  )
  const last = [...bare.matchAll(number)].at(-1)
  const end = formulas.at(-1)
  if (last && (!end || last.index > end.to)) {
    const to = last.index + last[0].length
    return last[0] + (percentAfter.test(text.slice(to, to + 20)) ? '\\%' : '')
  }
  if (!end) return undefined
  const joined: string[] = []
  for (let i = formulas.length - 1; i >= 0; i--) {
    joined.unshift(formulas[i].content)
    if (i === 0 || !/^[\s,;"\\]*(?:,|and|or)[\s,;"\\]*$/i.test(text.slice(formulas[i - 1].to, formulas[i].from))) break
  }
  return joined.join(', ') + (percentAfter.test(text.slice(end.to, end.to + 20)) ? '\\%' : '')
}
