/** Announces what happened to all who subscribe; one who reads slowly holds up nobody. */
import type { HostEvent } from '../contract/api.ts'
import { StudioError } from '../contract/errors.ts'

/** Announcements that wait for one subscriber before it is let go. */
const bound = 2000

export class Hub {
  readonly #subscriptions = new Set<Subscription>()
  readonly #heard: (event: HostEvent) => void

  /** @param heard is told of everything */
  constructor(heard: (event: HostEvent) => void = () => {}) {
    this.#heard = heard
  }

  publish(event: HostEvent): void {
    this.#heard(event)
    for (const subscription of this.#subscriptions) subscription.push(event)
  }

  /**
   * Everything from this call on, after `first`.
   * @throws StudioError busy (from the iterator) when the subscriber fell too far behind: it subscribes again and reloads
   */
  subscribe(first: HostEvent[], signal?: AbortSignal): AsyncGenerator<HostEvent, void, void> {
    const subscription = new Subscription(first)
    this.#subscriptions.add(subscription)
    const leave = () => {
      this.#subscriptions.delete(subscription)
      subscription.end()
    }
    signal?.addEventListener('abort', leave, { once: true })
    return drain(subscription, () => {
      leave()
      signal?.removeEventListener('abort', leave)
    })
  }

  get subscribers(): number {
    return this.#subscriptions.size
  }
}

async function* drain(from: Subscription, leave: () => void): AsyncGenerator<HostEvent, void, void> {
  try {
    for (;;) {
      const event = await from.next()
      if (!event) return
      yield event
    }
  } finally {
    leave()
  }
}

class Subscription {
  #queue: HostEvent[]
  #wake: (() => void) | undefined
  #ended = false
  #overrun = false

  constructor(first: HostEvent[]) {
    this.#queue = [...first]
  }

  push(event: HostEvent): void {
    if (this.#ended || this.#overrun) return
    // Only the newest of these says anything: an older one that still waits is dropped.
    if (supersedes(event)) {
      const about = subject(event)
      const waiting = this.#queue.findIndex((e) => e.type === event.type && supersedes(e) && subject(e) === about)
      if (waiting >= 0) this.#queue.splice(waiting, 1)
    }
    if (this.#queue.length >= bound) {
      this.#overrun = true
      this.#queue = []
    } else this.#queue.push(event)
    this.#wake?.()
  }

  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  async next(): Promise<HostEvent | undefined> {
    while (this.#queue.length === 0) {
      if (this.#overrun) {
        throw new StudioError('busy', `This window fell ${bound} events behind.`, 'Reload it to catch up.')
      }
      if (this.#ended) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#queue.shift()
  }
}

type Superseding = Extract<HostEvent, { type: 'phase' | 'run' | 'queue' | 'disk' | 'seen' }>

const supersedes = (event: HostEvent): event is Superseding =>
  ['phase', 'run', 'queue', 'disk', 'seen'].includes(event.type)

function subject(event: Superseding): string {
  if (event.type === 'run') return event.run.id
  return event.type === 'phase' ? event.runId : event.type
}
