import type { Wish } from '../contract/wish.ts'

/** Wishes for the window: those that come before it listens wait for it. */
export class Inbox {
  #waiting: Wish[] = []
  #send: ((wish: Wish) => void) | undefined

  add(wish: Wish): void {
    if (this.#send) this.#send(wish)
    else this.#waiting.push(wish)
  }

  listens(send: (wish: Wish) => void): void {
    this.#send = send
    for (const wish of this.#waiting.splice(0)) send(wish)
  }

  /** It is being loaded anew, or closed. */
  deaf(): void {
    this.#send = undefined
  }
}
