/** The table of how quick the window is with years of use in it, out of what `npm run bench -- ui` measured. */
import { table } from './markdown.ts'

export interface UiFigures {
  runs: number
  points: number
  samples: number
  milliseconds: Record<string, { median: number; slowest: number }>
  framesPerSecond: Record<string, { mean: number; longestFrame: number }>
  megabytes: { heap: number; process: number | null }
  live?: { stepsPerSecond: number; mean: number; over33: number; over50: number; longest: number }
  day?: { steps: number; looks: Held[]; fresh: Held }
}

interface Held {
  step: number
  heap: number
  nodes: number
}

export const timeRows = (times: Record<string, { median: number; slowest: number }>): string[][] =>
  Object.entries(times).map(([what, { median, slowest }]) => [what, `${median} ms`, `${slowest} ms`])

/** Of pages over a folder: a row each for what, median and slowest. */
export function pageRows({
  milliseconds,
  framesPerSecond,
  megabytes,
}: Pick<UiFigures, 'milliseconds' | 'framesPerSecond' | 'megabytes'>): string[][] {
  return [
    ...timeRows(milliseconds),
    ...Object.entries(framesPerSecond).map(([list, { mean, longestFrame }]) => [
      `scrolling the ${list}`,
      `${mean} frames a second`,
      `${longestFrame} ms for a frame`,
    ]),
    ['memory of the page’s objects', `${megabytes.heap} MB`, ''],
    ['memory of the process that draws it', megabytes.process === null ? '' : `${megabytes.process} MB`, ''],
  ]
}

export function uiFigureTable(figures: UiFigures | undefined): string {
  if (!figures) return table(['what', 'median', 'slowest'], [['not measured', '', '']])
  const { live, day } = figures
  return table(
    ['what', 'median', 'slowest'],
    [
      ...pageRows(figures),
      ...(live
        ? [
            [
              `a run of ${live.stepsPerSecond} steps a second`,
              `${live.mean} frames a second`,
              `${live.longest} ms for a frame`,
            ],
          ]
        : []),
      ...(day ? dayRows(day) : []),
    ],
  )
}

/** Of the looks the last, and a page opened anew at the same step, which holds nothing from before. */
function dayRows({ steps, looks, fresh }: NonNullable<UiFigures['day']>): string[][] {
  const last = looks[looks.length - 1]
  const words = ({ heap, nodes }: Held) => `${heap} MB, ${nodes} nodes`
  return [
    [`the page after ${steps} steps, a day of one each three seconds`, words(last), ''],
    ['the same, opened anew', words(fresh), ''],
  ]
}
