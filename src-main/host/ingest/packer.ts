/** Long texts are packed on a thread of its own before they are stored: it takes about as long as storing them. */
import { Worker } from 'node:worker_threads'
import { type PackedAhead, packedFrom } from '../../store/packing.ts'

/** Less is packed faster than it is handed over; in UTF-16 code units. */
const worthIt = 20_000

type Answer = { id: number; packed: Uint8Array[] }

export class Packer {
  readonly #entry: URL
  readonly #waiting = new Map<number, (packed: Uint8Array[]) => void>()
  #thread: Worker | undefined
  #next = 0

  constructor(entry: URL) {
    this.#entry = entry
  }

  /** What is not in the answer is packed when it is stored. */
  async pack(texts: readonly string[]): Promise<PackedAhead | undefined> {
    const long = texts.filter((text) => text.length >= packedFrom)
    if (long.reduce((sum, { length }) => sum + length, 0) < worthIt) return undefined
    const id = this.#next++
    const packed = await new Promise<Uint8Array[]>((resolve) => {
      this.#waiting.set(id, resolve)
      this.#running().postMessage({ id, texts: long })
    })
    return new Map(packed.map((bytes, i) => [long[i], Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)]))
  }

  close(): void {
    this.#thread?.removeAllListeners()
    void this.#thread?.terminate()
    this.#giveUp()
  }

  #running(): Worker {
    if (!this.#thread) {
      this.#thread = new Worker(this.#entry)
      this.#thread.on('message', ({ id, packed }: Answer) => {
        this.#waiting.get(id)?.(packed)
        this.#waiting.delete(id)
      })
      this.#thread.on('error', (error) => console.error(error))
      this.#thread.on('exit', () => {
        this.#thread = undefined
        this.#giveUp()
      })
    }
    return this.#thread
  }

  #giveUp(): void {
    for (const resolve of this.#waiting.values()) resolve([])
    this.#waiting.clear()
  }
}
