/** The log of a job as a file in its run's folder: it is there when the cluster is not any more. */
import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { LogHit, LogPage } from '../../contract/ray.ts'

/** What is kept of a log, in bytes. */
export const LOG_BOUND = 64 << 20
/** Of one page, in bytes. */
export const PAGE = 64 << 10
const HITS = 500

export const logFile = (folder: string, attempt: number): string => join(folder, 'jobs', `${attempt}.log`)

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0)

/** Takes the whole of a log as it is now, and keeps what is new of it. @throws what the disk says */
export function keepLog(file: string, whole: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const size = sizeOf(file)
  const fresh = Buffer.from(whole).subarray(size, LOG_BOUND)
  if (fresh.length > 0) appendFileSync(file, fresh)
}

/** Milliseconds until a log is fetched again, all of which comes each time: soon while somebody reads it, unless it is large. */
export function logPause(file: string, watched: boolean): number {
  const share = Math.ceil(sizeOf(file) / (1 << 20))
  return (watched ? 2000 : 20_000) * Math.max(1, share)
}

/** Ends at the end of a line where it can. @param from bytes; undefined: the last page */
export function readLog(file: string, from?: number, to?: number): LogPage {
  const size = sizeOf(file)
  const cut = size >= LOG_BOUND
  const end = Math.min(size, to ?? (from === undefined ? size : from + PAGE))
  const begin = Math.max(0, from ?? end - PAGE)
  if (end <= begin) return { text: '', from: end, to: end, size, cut }
  const handle = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(end - begin)
    const read = readSync(handle, bytes, 0, bytes.length, begin)
    const [first, last] = wholeLines(
      bytes.subarray(0, read),
      begin === 0 || from !== undefined,
      end === fstatSync(handle).size,
    )
    return { text: bytes.toString('utf8', first, last), from: begin + first, to: begin + last, size, cut }
  } finally {
    closeSync(handle)
  }
}

/** Where the first line begins and the last ends; a line longer than the page is cut. */
function wholeLines(bytes: Buffer, fromLine: boolean, toEnd: boolean): [number, number] {
  const first = fromLine ? 0 : bytes.indexOf(10) + 1
  const last = toEnd ? bytes.length : bytes.lastIndexOf(10) + 1
  return last > first ? [first, last] : [0, bytes.length]
}

/** Lines with this text, upper and lower case alike; the newest first, at most `HITS`. */
export async function searchLog(file: string, text: string): Promise<LogHit[]> {
  if (!existsSync(file)) return []
  const wanted = text.toLowerCase()
  const hits: LogHit[] = []
  const bytes = await readFile(file)
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at)
    const next = end < 0 ? bytes.length : end + 1
    const line = bytes.toString('utf8', at, end < 0 ? next : end)
    if (line.toLowerCase().includes(wanted)) hits.push({ at, line: line.slice(0, 500) })
    if (hits.length > HITS) hits.shift()
    at = next
  }
  return hits.reverse()
}
