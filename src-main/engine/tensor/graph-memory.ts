/**
 * Buffers for what graphs compute on the way. All graphs share them, as one runs after the other and leaves nothing there: together they take what
 * the largest of them needs.
 */
import { STORAGE, webGpuBackend } from './webgpu-backend.ts'

export interface Shared {
  buffer: GPUBuffer
  /** Graphs that were made with it. */
  users: number
}

/** By size. */
const pool = new Map<number, Shared[]>()

/** Bytes of all of them. */
export function graphBytes(): number {
  return [...pool].reduce((sum, [size, { length }]) => sum + size * length, 0)
}

/** What one graph takes of them while it is made; no buffer is in two hands at once. */
export class Taken {
  private readonly free = new Map<number, Shared[]>()
  private readonly taken = new Set<Shared>()

  take(bytes: number): Shared {
    const size = roundedUp(bytes)
    if (!this.free.has(size)) this.free.set(size, [...(pool.get(size) ?? [])])
    const shared = this.free.get(size)!.pop() ?? made(size)
    if (!this.taken.has(shared)) shared.users++
    this.taken.add(shared)
    return shared
  }

  /** What is taken next may be the same. */
  giveBack(shared: Shared): void {
    this.free.get(shared.buffer.size)!.push(shared)
  }

  /** When the graph is gone: destroys what no other was made with. */
  dispose(): void {
    for (const shared of this.taken) {
      if (--shared.users > 0) continue
      const { size } = shared.buffer
      pool.set(
        size,
        pool.get(size)!.filter((other) => other !== shared),
      )
      shared.buffer.destroy()
    }
  }
}

function made(size: number): Shared {
  const shared = { buffer: webGpuBackend().device.createBuffer({ size, usage: STORAGE() }), users: 0 }
  pool.set(size, [...(pool.get(size) ?? []), shared])
  return shared
}

/** Few sizes, so that graphs of different shapes share: four from each power of two to the next. */
function roundedUp(bytes: number): number {
  const step = Math.max(64, 2 ** (Math.floor(Math.log2(bytes)) - 2))
  return Math.ceil(bytes / step) * step
}
