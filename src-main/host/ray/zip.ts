/** A folder as a ZIP archive (PKWARE's APPNOTE 6.3.3), in memory: what Ray takes as a working directory. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { crc32, deflateRaw } from 'node:zlib'

const deflate = promisify(deflateRaw)

export interface ZipEntry {
  /** With slashes, relative. */
  name: string
  content: Uint8Array
}

/** Names are UTF-8. */
const UTF8 = 0x0800
const DEFLATED = 8
/** 1 January 1980: the same files are the same archive whenever it is made. */
const DATE = 0x0021
/** Made by Unix, so that the mode counts; a regular file that its owner may write. */
const UNIX = 3 << 8
const MODE = (0o100644 << 16) >>> 0

/** Fewer than 65,536 files, and less than 4 GiB of them, as no more is asked for here. */
export async function zipOf(entries: readonly ZipEntry[]): Promise<Buffer> {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let offset = 0
  for (const { name, content } of entries) {
    const written = Buffer.from(name)
    const packed = await deflate(content)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(UTF8, 2)
    common.writeUInt16LE(DEFLATED, 4)
    common.writeUInt16LE(DATE, 8)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(written.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, written, packed])
    directory.push(centralHeader(common, offset, written))
    parts.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  return Buffer.concat([...parts, central, endOf(entries.length, central.length, offset)])
}

function centralHeader(common: Buffer, offset: number, name: Buffer): Buffer {
  const header = Buffer.alloc(46)
  header.write('PK\x01\x02', 0, 'latin1')
  header.writeUInt16LE(UNIX | 20, 4)
  common.copy(header, 6)
  header.writeUInt32LE(MODE, 38)
  header.writeUInt32LE(offset, 42)
  return Buffer.concat([header, name])
}

function endOf(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 0, 'latin1')
  end.writeUInt16LE(count, 8)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(size, 12)
  end.writeUInt32LE(offset, 16)
  return end
}

/** All files below it, in the order of their names. */
export function entriesOf(folder: string): ZipEntry[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => ({ name: name.replaceAll('\\', '/'), content: readFileSync(join(folder, name)) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
