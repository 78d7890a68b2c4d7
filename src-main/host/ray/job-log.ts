/** The log of a job as a file in its run's folder: it is there when the cluster is not any more. */
import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'
import type { LogHit, LogPage } from '../../contract/ray.ts'

/** What is kept of a log, in bytes. */
export const LOG_BOUND = 64 << 20
/** Of one page, in bytes. */
export const PAGE = 64 << 10
const HITS = 500

export const logFile = (folder: string, attempt: number): string => join(folder, 'jobs', `${attempt}.log`)

const sizeOf = (file: string): number => (existsSync(file) ? statSync(file).size : 0)

/**
 * Ray sends a log from its beginning, whoever asks: what is kept already is passed over.
 * @returns when the log has ended, or the line to it is lost
 */
export function followLog(
  file: string,
  { url, headers }: { url: URL; headers: Record<string, string> },
  signal: AbortSignal,
  grew: () => void,
): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  let known = sizeOf(file)
  let size = known
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { headers, handshakeTimeout: 15_000, followRedirects: false })
    const end = () => {
      signal.removeEventListener('abort', end)
      socket.terminate()
      resolve()
    }
    signal.addEventListener('abort', end)
    socket.on('message', (data) => {
      const bytes = Buffer.from(String(data))
      const fresh = bytes.subarray(Math.min(known, bytes.length))
      known -= bytes.length - fresh.length
      const kept = fresh.subarray(0, Math.max(0, LOG_BOUND - size))
      if (kept.length === 0) return
      try {
        appendFileSync(file, kept)
      } catch {
        // a disk that takes nothing: it is fetched again
        return end()
      }
      size += kept.length
      grew()
    })
    socket.once('close', end).once('error', end)
  })
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
  let at = 0
  const handle = await open(file)
  try {
    for await (const line of createInterface({
      input: handle.createReadStream({ autoClose: false }),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      if (line.toLowerCase().includes(wanted)) hits.push({ at, line: line.slice(0, 500) })
      if (hits.length > HITS) hits.shift()
      at += Buffer.byteLength(line) + 1
    }
  } finally {
    await handle.close()
  }
  return hits.reverse()
}
