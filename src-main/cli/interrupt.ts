/** Ctrl-C, a closed terminal and a polite kill: the first asks for an orderly end, the second for one at once. */

export interface Interrupt {
  first: Promise<void>
  second: Promise<void>
  /** Aborted by the first. */
  signal: AbortSignal
  happened(): boolean
}

export function onInterrupt(): Interrupt {
  const controller = new AbortController()
  const second = Promise.withResolvers<void>()
  const first = Promise.withResolvers<void>()
  const hear = () => {
    if (controller.signal.aborted) return second.resolve()
    controller.abort()
    first.resolve()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear)
  return {
    first: first.promise,
    second: second.promise,
    signal: controller.signal,
    happened: () => controller.signal.aborted,
  }
}
