/** How often long work reports and lets messages in. */

const BREATH_MS = 40
const REPORT_MS = 100

/** To be awaited between pieces of work: now and then it lets waiting messages be heard. */
export function breather(): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < BREATH_MS) return
    await new Promise((resolve) => setImmediate(resolve))
    last = performance.now()
  }
}

/** Lets everything be heard that has arrived by now: messages come in between two turns of the event loop. */
export async function listen(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Ten reports a second are enough for an eye; the first of each phase always goes. */
export function throttled<P>(send: (phase: P, fraction: number) => void): (phase: P, fraction: number) => void {
  let last = 0
  let current: P | undefined
  return (phase, fraction) => {
    const now = performance.now()
    if (phase === current && now - last < REPORT_MS) return
    last = now
    current = phase
    send(phase, fraction)
  }
}
