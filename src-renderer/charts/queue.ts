/** Drawings wait here and are done a few at a time, so that a step with twelve charts never blocks the window. */

const budgetMs = 8
const waiting = new Set<() => void>()
let planned = false

/** Waiting twice for the same drawing draws once. */
export function drawSoon(draw: () => void): void {
  waiting.add(draw)
  if (planned) return
  planned = true
  requestAnimationFrame(work)
}

export function drawNever(draw: () => void): void {
  waiting.delete(draw)
}

function work(): void {
  const end = performance.now() + budgetMs
  for (const draw of waiting) {
    waiting.delete(draw)
    draw()
    if (performance.now() > end) break
  }
  planned = waiting.size > 0
  if (planned) requestAnimationFrame(work)
}
