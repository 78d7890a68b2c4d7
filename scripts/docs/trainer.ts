/** The table of the trainer beside TRL's and a tight torch loop, out of what `npm run bench -- trainer` measured. */
import { table } from './markdown.ts'

interface Spread {
  median: number
  min: number
  max: number
}

interface Party {
  steps: number
  secondsPerStep: Spread
  peakMiB: number
}

interface Ratio {
  seconds: Spread
  peak: number
}

/** As test/bench/trainer.ts prints it. */
export interface TrainerFigures {
  rows: ({ row: string; skipped: string } | MeasuredRow)[]
}

interface MeasuredRow {
  row: string
  parties: { ours: Party; trl?: Party; torch?: Party }
  oursOver_trl?: Ratio
  oursOver_torch?: Ratio
}

export function trainerFigureTable(figures: TrainerFigures | undefined): string {
  const seconds = (party: Party | undefined) =>
    party ? `${party.secondsPerStep.median.toFixed(2)} s, ${Math.round(party.peakMiB)} MiB` : 'not measured'
  const ratio = (r: Ratio | undefined) =>
    r ? `**${r.seconds.median.toFixed(2)}** (${r.seconds.min.toFixed(2)} to ${r.seconds.max.toFixed(2)})` : ''
  const measured = (figures?.rows ?? []).filter((row) => 'parties' in row)
  return table(
    ['row', 'steps each', 'ours', 'TRL', 'tight torch', 'ours / TRL', 'ours / torch', 'memory, ours / TRL'],
    measured.map(({ row, parties, oursOver_trl: trl, oursOver_torch: torch }) => [
      row,
      parties.ours.steps,
      seconds(parties.ours),
      seconds(parties.trl),
      seconds(parties.torch),
      ratio(trl),
      ratio(torch),
      trl ? trl.peak.toFixed(2) : '',
    ]),
  )
}
