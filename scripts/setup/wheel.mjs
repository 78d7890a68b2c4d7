/** Takes files out of a wheel, which is a zip archive. */
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const LONGEST_TAIL = 22 + 65_535

/**
 * Unpacks the files that `wanted(name)` picks under `folder`.
 * @param {(written: number) => void} onBytes called with the bytes written so far
 * @returns {Promise<number>} how many files
 */
export async function unpackWheel(wheel, folder, wanted, onBytes = () => {}) {
  const file = await open(wheel, 'r')
  let written = 0
  try {
    const entries = (await listEntries(file)).filter((entry) => !entry.name.endsWith('/') && wanted(entry.name))
    for (const entry of entries) {
      const target = path.join(folder, entry.name)
      if (!target.startsWith(folder + path.sep))
        throw new Error(`${wheel} holds a file outside its folder: ${entry.name}`)
      mkdirSync(path.dirname(target), { recursive: true })
      const header = Buffer.alloc(30)
      await file.read(header, 0, 30, entry.offset)
      const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
      let size = 0
      const counter = new Transform({
        transform(chunk, _encoding, next) {
          size += chunk.length
          onBytes(written + size)
          next(null, chunk)
        },
      })
      // An empty file has no bytes to read, and a read stream needs at least one.
      const source = entry.packed ? createReadStream(wheel, { start, end: start + entry.packed - 1 }) : []
      const stages = entry.method === 8 ? [createInflateRaw(), counter] : [counter]
      await pipeline(
        source,
        ...stages,
        createWriteStream(target, { mode: entry.name.includes('/bin/') ? 0o755 : 0o644 }),
      )
      if (size !== entry.size)
        throw new Error(`${wheel}: ${entry.name} has ${size} bytes where ${entry.size} were promised`)
      written += size
    }
    return entries.length
  } finally {
    await file.close()
  }
}

async function listEntries(file) {
  const { size } = await file.stat()
  const tail = Buffer.alloc(Math.min(size, LONGEST_TAIL))
  await file.read(tail, 0, tail.length, size - tail.length)
  let end = tail.length - 22
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--
  if (end < 0) throw new Error('not a zip archive')
  const directory = Buffer.alloc(tail.readUInt32LE(end + 12))
  await file.read(directory, 0, directory.length, tail.readUInt32LE(end + 16))

  const entries = []
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === DIRECTORY_ENTRY; ) {
    const nameLength = directory.readUInt16LE(at + 28)
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      packed: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      offset: directory.readUInt32LE(at + 42),
    })
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}
