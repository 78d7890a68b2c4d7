/** The table of how quick the window is with years of use in it, out of what `npm run bench -- ui` measured. */
import { table } from './markdown.ts'

export interface UiFigures {
  runs: number
  points: number
  samples: number
  milliseconds: Record<string, { median: number; slowest: number }>
  framesPerSecond: Record<string, { mean: number; longestFrame: number }>
  megabytes: { heap: number; process: number | null }
}

export function uiFigureTable(figures: UiFigures | undefined): string {
  if (!figures) return table(['what', 'median', 'slowest'], [['not measured', '', '']])
  const { milliseconds, framesPerSecond, megabytes } = figures
  return table(
    ['what', 'median', 'slowest'],
    [
      ...Object.entries(milliseconds).map(([what, { median, slowest }]) => [what, `${median} ms`, `${slowest} ms`]),
      ...Object.entries(framesPerSecond).map(([list, { mean, longestFrame }]) => [
        `scrolling the ${list}`,
        `${mean} frames a second`,
        `${longestFrame} ms for a frame`,
      ]),
      ['memory of the page’s objects', `${megabytes.heap} MB`, ''],
      ['memory of the process that draws it', megabytes.process === null ? '' : `${megabytes.process} MB`, ''],
    ],
  )
}
