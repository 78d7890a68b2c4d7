/**
 * Time and chance as programs see them: the same in every run, so that a verdict does not depend on when or where a program ran. The clock
 * begins at the same moment for each program and goes on by a millisecond whenever it is read.
 */

const beginning = Date.UTC(2025, 0, 1)
let reads = 0
let state = 0

/** Processor time of this thread, in seconds; not of the program's clock. */
export const processorSeconds = cpuClock()

function cpuClock(): () => number {
  // taken now: it is not to be had once the process has locked itself in
  const { threadCpuUsage } = process
  const host = process
  return () => {
    const { user, system } = threadCpuUsage.call(host)
    return (user + system) / 1e6
  }
}

/** Before each program. */
export function rewindClock(): void {
  reads = 0
  state = 0x9e3779b9
}

/** Puts the program's clock and chance in the place of the host's. */
export function installClock(): void {
  rewindClock()
  const now = () => beginning + ++reads
  Date.now = now
  Math.random = () => next() / 4294967296
  const performance = { now: () => ++reads, timeOrigin: beginning }
  Object.defineProperty(globalThis, 'performance', { value: performance, configurable: true })
}

/** What a program takes for the operating system's chance. */
export function fillRandom(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) bytes[i] = next()
}

/** xorshift32 (Marsaglia 2003). */
function next(): number {
  state ^= state << 13
  state ^= state >>> 17
  state ^= state << 5
  return state >>> 0
}
