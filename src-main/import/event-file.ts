/** TensorBoard's event files: records with check sums, in each an event with the scalars of a step. */
import { createReadStream } from 'node:fs'
import { unreadable } from './complaint.ts'
import { maskedCrc32c } from './crc32c.ts'
import { fieldsOf } from './protobuf.ts'
import type { Meter } from './source.ts'

export interface ScalarEvent {
  /** Seconds since 1970. */
  wallTime: number
  step: number
  tag: string
  value: number
}

export interface EventFileEnd {
  records: number
  /** What is wrong with it, in words; null: nothing. */
  broken: string | null
}

/** Length and its check sum, 12 bytes; the record; its check sum, 4 bytes. */
const [head, tail] = [12, 4]
/** A longer record is no event: its length is broken. */
const longestRecord = 1 << 30

/**
 * Reads until the end, or until something is broken: a trainer that is killed leaves half a record.
 * @throws StudioError bad-request for a file that cannot be read
 */
export async function readEvents(
  path: string,
  meter: Meter,
  hear: (event: ScalarEvent) => void,
): Promise<EventFileEnd> {
  let [rest, records, at]: [Buffer, number, number] = [Buffer.alloc(0), 0, 0]
  const broken = (what: string) => ({ records, broken: `${what} at byte ${at}` })
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
      const bytes = rest.length > 0 ? Buffer.concat([rest, piece as Buffer]) : (piece as Buffer)
      let from = 0
      while (bytes.length - from >= head) {
        const length = bytes.readUInt32LE(from) + bytes.readUInt32LE(from + 4) * 2 ** 32
        const sound = bytes.readUInt32LE(from + 8) === maskedCrc32c(bytes.subarray(from, from + 8))
        if (!sound || length > longestRecord) return broken('a record is damaged')
        const end = from + head + length
        if (bytes.length < end + tail) break
        const data = bytes.subarray(from + head, end)
        if (bytes.readUInt32LE(end) !== maskedCrc32c(data)) return broken('a record is damaged')
        readEvent(data, hear)
        records++
        at += head + length + tail
        from = end + tail
      }
      rest = bytes.subarray(from)
      meter((piece as Buffer).length)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined && error instanceof Error && error.message.startsWith('a '))
      return broken(error.message)
    throw unreadable(path, error)
  }
  return rest.length > 0 ? broken('it ends inside a record') : { records, broken: null }
}

function readEvent(message: Buffer, hear: (event: ScalarEvent) => void): void {
  let [wallTime, step] = [0, 0]
  const summaries: Buffer[] = []
  for (const { number, value, bytes } of fieldsOf(message)) {
    if (number === 1) wallTime = bytes.readDoubleLE(0)
    else if (number === 2) step = value
    else if (number === 5) summaries.push(bytes)
  }
  for (const summary of summaries)
    for (const { number, bytes } of fieldsOf(summary)) if (number === 1) readValue(bytes, hear, wallTime, step)
}

function readValue(message: Buffer, hear: (event: ScalarEvent) => void, wallTime: number, step: number): void {
  let tag = ''
  let scalar: number | undefined
  for (const { number, bytes } of fieldsOf(message)) {
    if (number === 1) tag = bytes.toString('utf8')
    else if (number === 2) scalar = bytes.readFloatLE(0)
    else if (number === 8) scalar = scalarOf(bytes)
  }
  if (scalar !== undefined && tag !== '') hear({ wallTime, step, tag, value: scalar })
}

/** TensorFlow's numbers of types. */
const [float32, float64, int32, int64] = [1, 2, 3, 9]

/** Of a tensor with one number in it; undefined for any other. */
function scalarOf(tensor: Buffer): number | undefined {
  let [type, size] = [0, 1]
  let found: number | undefined
  let content: Buffer | undefined
  for (const { number, value, bytes } of fieldsOf(tensor)) {
    if (number === 1) type = value
    else if (number === 2) size = sizeOf(bytes)
    else if (number === 4) content = bytes
    else if (number === 5 && bytes.length === 4) found = bytes.readFloatLE(0)
    else if (number === 6 && bytes.length === 8) found = bytes.readDoubleLE(0)
    else if (number === 7 || number === 10) found = bytes.length > 0 ? [...varints(bytes)][0] : value
  }
  if (size !== 1) return undefined
  if (content?.length === 4 && type === float32) return content.readFloatLE(0)
  if (content?.length === 8 && type === float64) return content.readDoubleLE(0)
  if (content?.length === 4 && type === int32) return content.readInt32LE(0)
  if (content?.length === 8 && type === int64) return Number(content.readBigInt64LE(0))
  return [float32, float64, int32, int64].includes(type) ? found : undefined
}

function sizeOf(shape: Buffer): number {
  let size = 1
  for (const { number, bytes } of fieldsOf(shape))
    if (number === 2) for (const dimension of fieldsOf(bytes)) if (dimension.number === 1) size *= dimension.value
  return size
}

/** Packed numbers. */
function* varints(bytes: Buffer): Generator<number> {
  let [value, scale] = [0, 1]
  for (const byte of bytes) {
    value += (byte & 127) * scale
    scale *= 128
    if (byte < 128) {
      yield value
      ;[value, scale] = [0, 1]
    }
  }
}
