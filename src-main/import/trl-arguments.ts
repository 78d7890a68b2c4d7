/** What a Trainer was told: `training_args.bin` of its checkpoints, which torch saved (a zip file, uncompressed, with a pickle in it). */
import { readFileSync } from 'node:fs'
import { unpickle } from './pickle.ts'

export type TrainingArguments = Readonly<Record<string, unknown>>

/** Undefined where it cannot be read: other things tell most of it. */
export function trainingArguments(path: string): TrainingArguments | undefined {
  try {
    const read = unpickle(pickleIn(readFileSync(path)))
    if (typeof read !== 'object' || read === null || Array.isArray(read)) return undefined
    return Object.fromEntries(Object.entries(read).filter(([name, value]) => !isPrivate(name, value)))
  } catch {
    return undefined
  }
}

/** Nothing that a person would not show, and nothing that only says that it was not given. */
const isPrivate = (name: string, value: unknown) => /token$|^_|^distributed_state$/.test(name) || value === null

const [localHeader, centralHeader, endOfCentral] = [0x04034b50, 0x02014b50, 0x06054b50]

/** @throws Error where there is none, uncompressed */
function pickleIn(zip: Buffer): Buffer {
  const end = zip.lastIndexOf(Buffer.from(Uint32Array.of(endOfCentral).buffer))
  if (end < 0) throw new Error('no zip file')
  let at = zip.readUInt32LE(end + 16)
  while (zip.readUInt32LE(at) === centralHeader) {
    const [method, size, nameLength, extra, comment, local] = [
      zip.readUInt16LE(at + 10),
      zip.readUInt32LE(at + 20),
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
      zip.readUInt32LE(at + 42),
    ]
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    if (name.endsWith('/data.pkl') && method === 0 && zip.readUInt32LE(local) === localHeader) {
      const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
      return zip.subarray(from, from + size)
    }
    at += 46 + nameLength + extra + comment
  }
  throw new Error('no data.pkl')
}
