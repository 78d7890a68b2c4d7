/**
 * Lanes: a batch's rows are computed as a few independent parts of one graph, which TensorFlow runs beside one another, one thread each.
 * An operation of a small model is too short to be shared between threads: handing out its pieces costs more than they do.
 */
import os from 'node:os'
import { tf } from './tf.ts'

/** More lanes cost more nodes, and each would have few rows; from here on threads share operations. */
const MOST_LANES = 4

const threads = () => Number(process.env.TF_NUM_INTEROP_THREADS) || os.availableParallelism()

/** Threads that one operation may use beside those of other lanes. */
export function threadsOfALane(): number {
  return Math.max(1, Math.floor(threads() / MOST_LANES))
}

/** Lanes for so many rows. One where operations do not run beside one another. */
export function laneCount(rows: number): number {
  const most = tf.getBackend() === 'tensorflow' && !onGpu() ? Math.min(MOST_LANES, threads()) : 1
  return Math.max(1, Math.min(most, rows))
}

/** The next number of rows that lanes share evenly. */
export function alike(rows: number): number {
  const count = laneCount(rows)
  return Math.ceil(rows / count) * count
}

/** Where rows are cut: [from, count] of each lane. */
export function lanes(rows: number, count = laneCount(rows)): [from: number, count: number][] {
  const start = (lane: number) => Math.floor((lane * rows) / count)
  return Array.from({ length: count }, (_, lane) => [start(lane), start(lane + 1) - start(lane)])
}

const onGpu = () => (tf.backend() as unknown as { isUsingGpuDevice: boolean }).isUsingGpuDevice
