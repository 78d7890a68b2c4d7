/** Markdown tables, and the regions of a document that hold them. */

/** A figure, or an empty cell. */
export type Cell = string | number | undefined

export function table(head: string[], rows: Cell[][]): string {
  const line = (cells: Cell[]) => `| ${cells.map(cellText).join(' | ')} |`
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}

function cellText(cell: Cell): string {
  if (cell === undefined || cell === '') return '–'
  return (typeof cell === 'number' ? plain(cell) : cell).replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** As it can be typed: 0.001, 2e-4, 131,072 without its commas in a recipe. */
export function plain(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential()
  return value.toLocaleString('en-US', { maximumFractionDigits: 10 })
}

export const code = (text: string) => `\`${text}\``

/** On lines of their own: a sentence may speak of the marks. */
const region = /^(<!-- table:([\w-]+) -->)$([\s\S]*?)^(<!-- \/table -->)$/gm

/** Names of the tables that a document asks for. */
export function regionsOf(text: string): string[] {
  return [...text.matchAll(region)].map((match) => match[2])
}

/**
 * The document with each region between `<!-- table:NAME -->` and `<!-- /table -->` made anew.
 * @throws Error naming the table that nobody makes
 */
export function filled(text: string, tables: Record<string, string>): string {
  return text.replace(region, (_, open: string, name: string, __, close: string) => {
    const made = tables[name]
    if (made === undefined)
      throw new Error(`There is no table "${name}". Tables: ${Object.keys(tables).sort().join(', ')}.`)
    return `${open}\n\n${made}\n\n${close}`
  })
}
