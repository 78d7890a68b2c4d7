/** The tables of a run of the paper's size, out of what `npm run bench -- paper` measured. */
import { table } from './markdown.ts'
import { pageRows, timeRows, type UiFigures } from './ui.ts'

interface Figure {
  median: number
  slowest: number
}

export interface PaperFigures extends Pick<UiFigures, 'milliseconds' | 'framesPerSecond' | 'megabytes'> {
  steps: number
  retention: { share: number; newest: number; budget: number | null }
  quarters: {
    secondsPerStep: number
    processorMillisecondsPerStep: number
    megabytesPerStep: number
    residentMegabytes: number
    databaseMegabytes: number
    textMegabytes: number
    answered: Figure & { p99: number }
  }[]
  kept: number
  gone: number
  disk: {
    bytes: Record<'metrics' | 'groups' | 'numbers' | 'texts' | 'other' | 'free', number>
    numbersPerStep: number
    /** Of the newest steps, which have all their texts. */
    wholeStep: { texts: number; payload: number; onDisk: number }
    ratio: number
  }
  questions: Record<string, Figure>
}

/** Seconds: 198 hours for 10,400 steps. */
const publishedPace = (198 * 3600) / 10_400
/** As fast as other people's machines are at most, compared to those of the paper. */
const faster = 50
const alwaysKept = 2

const size = (bytes: number): string =>
  bytes >= 1e12
    ? `${(bytes / 1e12).toFixed(1)} TB`
    : bytes >= 1e9
      ? `${(bytes / 1e9).toFixed(1)} GB`
      : bytes >= 1e6
        ? `${(bytes / 1e6).toFixed(1)} MB`
        : `${Math.round(bytes / 1e3)} kB`

export function paperTables(figures: PaperFigures | undefined): Record<string, string> {
  const missing = table(['what', 'figure'], [['not measured', '']])
  if (!figures) return { 'paper-pace': missing, 'paper-disk': missing, 'paper-cost': missing, 'paper-pages': missing }
  return {
    'paper-pace': pace(figures),
    'paper-disk': disk(figures),
    'paper-cost': cost(figures),
    'paper-pages': pages(figures),
  }
}

function pace({ quarters }: PaperFigures): string {
  const rows: [string, (quarter: PaperFigures['quarters'][number]) => string][] = [
    ['seconds a step', (q) => q.secondsPerStep.toFixed(2)],
    ['times as fast as the paper', (q) => `${Math.round(publishedPace / q.secondsPerStep)} ×`],
    ['processor time of the host a step', (q) => `${Math.round(q.processorMillisecondsPerStep)} ms`],
    ['sent a step', (q) => `${q.megabytesPerStep.toFixed(1)} MB`],
    ['memory of the host', (q) => `${q.residentMegabytes} MB`],
    ['the database', (q) => `${q.databaseMegabytes} MB`],
    ['texts in it, at most', (q) => `${q.textMegabytes} MB`],
    ['a window’s question answered: median', (q) => `${q.answered.median} ms`],
    ['the same: 99 of 100 within', (q) => `${q.answered.p99} ms`],
  ]
  return table(
    ['quarter of the run', ...quarters.map((_, i) => String(i + 1))],
    rows.map(([name, show]) => [name, ...quarters.map(show)]),
  )
}

const partNames: Record<keyof PaperFigures['disk']['bytes'], string> = {
  metrics: 'metrics and steps',
  groups: 'groups and their prompts',
  numbers: 'numbers of completions: rewards, parts, advantages, lengths',
  texts: 'texts, packed',
  other: 'everything else',
  free: 'free, for what comes',
}

function disk({ disk: { bytes, ratio }, kept, gone, steps }: PaperFigures): string {
  const whole = (count: number) => count.toLocaleString('en')
  return table(
    ['part', 'on the disk'],
    [
      ...Object.entries(partNames).map(([part, name]) => [name, size(bytes[part as keyof typeof bytes])]),
      ['steps; texts that are kept; not kept', [steps, kept, gone].map(whole).join('; ')],
      ['how many times smaller a text is packed', ratio.toFixed(2)],
    ],
  )
}

function cost({ disk: { numbersPerStep, wholeStep }, retention: { share } }: PaperFigures): string {
  const all = numbersPerStep + wholeStep.onDisk
  const some = numbersPerStep + wholeStep.onDisk * (share + ((1 - share) * alwaysKept) / wholeStep.texts)
  const row = (name: string, steps: number) => [name, size(all * steps), size(some * steps)]
  const day = 86_400 / publishedPace
  return table(
    ['answers of 10,000 tokens', 'all texts', `${Math.round(100 * share)} % of them`],
    [
      row('a step', 1),
      row('a day at the paper’s pace', day),
      row('a month', 30 * day),
      row('a year', 365 * day),
      row(`a day at ${faster} × that pace`, faster * day),
      row('a month', 30 * faster * day),
      row('a year', 365 * faster * day),
    ],
  )
}

function pages(figures: PaperFigures): string {
  return table(['what', 'median', 'slowest'], [...pageRows(figures), ...timeRows(figures.questions)])
}
