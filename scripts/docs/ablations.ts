/** The table of the ablations that come along, out of what `npm run bench -- ablations` measured. */
import type { CellResult } from '../../src-main/contract/sweep.ts'
import { table } from './markdown.ts'

/** As test/bench/ablations.ts prints it, by the name of the sweep. */
export type AblationFigures = Record<
  string,
  {
    title: string
    seeds: number[]
    /** Position of the cell that the others are held against. */
    reference: number
    minutes: number
    cells: Omit<CellResult, 'heldOut' | 'reward' | 'runs'>[]
  }
>

export function ablationTable(figures: AblationFigures | undefined): string {
  const head = [
    'ablation',
    'cell',
    'accuracy at the end (95 % interval)',
    'less the reference, points',
    'tokens each',
    'other language',
    's/step',
    'memory',
  ]
  if (!figures) return table(head, [['not measured', '', '', '', '', '', '', '']])
  return table(
    head,
    Object.values(figures).flatMap(({ title, seeds, reference, minutes, cells }) => {
      // where no cell has a word of it there is no other language, and nothing to be told of it
      const mixes = cells.some(({ languageMixing }) => languageMixing && languageMixing.value > 0)
      return cells.map((cell, i) => {
        const { label, accuracy, difference, meanLength, languageMixing, secondsPerStep, memory } = cell
        return [
          i === 0 ? `**${title}**, ${seeds.length} seeds, ${minutes.toFixed(0)} minutes` : '',
          label,
          accuracy ? interval(accuracy) : '–',
          i === reference ? 'reference' : difference ? interval(difference, true) : '–',
          meanLength ? meanLength.mean.toFixed(1) : '–',
          languageMixing && mixes ? interval(languageMixing) : '–',
          secondsPerStep ? secondsPerStep.mean.toFixed(2) : '–',
          memory ? `${memory.max.toFixed(0)} MiB` : '–',
        ]
      })
    }),
  )
}

function interval({ value, low, high }: { value: number; low: number; high: number }, points = false): string {
  const show = (share: number) => `${points && share > 0 ? '+' : ''}${(100 * share).toFixed(1)}${points ? '' : ' %'}`
  const clear = points && (low > 0 || high < 0)
  const shown = `${show(value)} (${show(low)} to ${show(high)})`
  return clear ? `**${shown}**` : shown
}
