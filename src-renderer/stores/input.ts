/** Input first: what is not an answer to the person waits until theirs is on the screen. */

/** From an input until others may take the page's time again, milliseconds: the answer is painted by then. */
const answerMs = 120
/** Whoever types or drags without a pause still sees what comes in, so often at least. */
const longestMs = 500

let last = Number.NEGATIVE_INFINITY

export function watchInput(target: EventTarget): void {
  const note = () => {
    last = performance.now()
  }
  for (const type of ['pointerdown', 'keydown', 'input', 'wheel'])
    target.addEventListener(type, note, { capture: true, passive: true })
}

/** Should work that could have begun at `since` (performance.now) wait for a person's answer? */
export function inputFirst(since: number): boolean {
  const now = performance.now()
  return now - last < answerMs && now - since < longestMs
}
