/** An answer in LaTeX or plain text as tokens; what does not change its value is gone. */

export class Unreadable extends Error {}

export type Token =
  | { is: 'number'; text: string; more: boolean }
  | { is: 'word'; text: string }
  | { is: 'command'; text: string }
  | { is: 'text'; text: string }
  | { is: 'mark'; text: string }

/** `0.1\overline{6}` is (16 − 1) / 90. */
function repeating(_: string, start: string, again: string): string {
  const [before, decimals] = start.split('.')
  const all = BigInt(before + decimals + again) - BigInt(before + decimals || '0')
  return `\\frac{${all}}{${'9'.repeat(again.length)}${'0'.repeat(decimals.length)}}`
}

const replaced: [RegExp, string | typeof repeating][] = [
  [/(?<![\d.])(\d{0,40}\.\d{0,40})\\(?:overline|bar|dot)\s*\{(\d{1,40})\}/g, repeating],
  // 6.02e23
  [/(?<![\w.])(\d+(?:\.\d+)?)[eE]([-+]?\d{1,4})(?![\w.])/g, '$1\\cdot 10^{$2}'],
  // double backslashes of text that was escaped twice
  [/\\\\(?=(?:boxed|frac|dfrac|tfrac|left|right|le|ge|leq|geq|sqrt|pi|text|cup|infty|cdot|times)(?![a-zA-Z]))/g, '\\'],
  // a new row of a matrix
  [/\\\\/g, ' \\newrow '],
  [/\\[dtc]frac/g, '\\frac'],
  [/\\[dt]binom/g, '\\binom'],
  [/\\(?:text)?color\s*\{\w+\}|\\(?:under|over)line(?=\s*\{)/g, ''],
  [/\\text\s*\{\s*(?:π|\\pi)\s*\}/g, '\\pi '],
  [/\\mathbb\s*\{?\s*R\s*\}?|ℝ/g, '(-\\infty,\\infty)'],
  [/\\(?:left|right|displaystyle|textstyle|limits|bigl?|bigr?|Bigl?|Bigr?|mathstrut)(?![a-zA-Z])\s*\.?(?=[^.]|$)/g, ''],
  // a thin space between thousands: 12,\!000 and 12{,}000
  [/,\\!\s*/g, ''],
  [/(\d)\{,\}(?=\d)/g, '$1'],
  [/\\quad(?=[a-z])/g, ' '],
  [/\\(?:[!,;:> ]|(?:quad|qquad|hfill|newline)(?![a-zA-Z]))|~|\u00a0|\u2009/g, ' '],
  // the angle of a function; elsewhere degrees are a unit
  [
    /((?<![a-zA-Z])\\?(?:sin|cos|tan|cot|sec|csc))\s*[({]?\s*(\d+(?:\.\d+)?)\s*(?:\^\s*\{?\s*\\circ\s*\}?|°)\s*[)}]?/g,
    '$1(\\frac{$2\\pi}{180})',
  ],
  [/\^\s*\{?\s*\\circ\s*\}?|\\degree|°|\\deg(?![a-zA-Z])/g, ' '],
  [/\\\$|€|£|\\pounds|\\euro/g, ' '],
  [/\\(?:mathrm|mathbf|mathbb|mathit|operatorname|boldsymbol|bm|mathcal)\s*\{(\w+)\}/g, ' $1 '],
  [/\\%|%/g, ' \\% '],
  [/−|–/g, '-'],
  [/×|⋅|·/g, '\\cdot '],
  [/÷/g, '/'],
  [/≤|⩽/g, '\\le '],
  [/≥|⩾/g, '\\ge '],
  [/≠/g, '\\ne '],
  [/≈/g, '\\approx '],
  [/π/g, '\\pi '],
  [/∞/g, '\\infty '],
  [/√/g, '\\sqrt '],
  [/∪/g, '\\cup '],
  [/∈/g, '\\in '],
  [/±/g, '\\pm '],
  [/²/g, '^2'],
  [/³/g, '^3'],
  [/…/g, '\\dots '],
]

const pattern =
  /\s+|\\(?:text|textbf|textit|mbox|textnormal|textrm|mathrm|textsc)\s*\{([^{}]*)\}|\\([a-zA-Z]+)|\\([{}|\\])|((?:\d+(?:\.\d+)?|\.\d+))(\.\.\.|\s*\\[lc]?dots)?|(<=|>=|!=|==|\*\*|\.\.\.)|([a-zA-Z]+)|([^\s])/gy

/** @throws Unreadable for a sign that has no place in an answer */
export function tokensOf(answer: string): Token[] {
  let text = answer
  for (const [from, to] of replaced) text = text.replace(from, to as string)
  const tokens: Token[] = []
  for (const [all, words, command, escaped, number, more, pair, letters, mark] of text.matchAll(pattern)) {
    if (all.trim() === '') continue
    if (words !== undefined) tokens.push({ is: 'text', text: words.trim() })
    else if (command !== undefined) tokens.push({ is: 'command', text: command })
    else if (escaped !== undefined) tokens.push({ is: 'command', text: escaped })
    else if (number !== undefined) tokens.push({ is: 'number', text: number, more: more !== undefined })
    else if (letters !== undefined) tokens.push({ is: 'word', text: letters })
    else tokens.push({ is: 'mark', text: pair ?? mark })
  }
  return tokens
}
