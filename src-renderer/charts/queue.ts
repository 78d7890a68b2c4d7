/** Drawings wait here and are done one by one with room for input between them: a step with twelve charts never blocks the window. */
import { inputFirst } from '../stores/input.ts'

const waiting = new Set<() => void>()
const soonMs = 30
let planned = false
/** How many things lie over the charts. */
let covers = 0
let since = 0

/** Waiting twice for the same drawing draws once. */
export function drawSoon(draw: () => void): void {
  waiting.add(draw)
  plan()
}

export function drawNever(draw: () => void): void {
  waiting.delete(draw)
}

/** Nothing is drawn while something lies over the charts. Returns how to take it away. */
export function coverCharts(): () => void {
  covers++
  return () => {
    covers--
    plan()
  }
}

/** The browser asks for no frame of a window that nobody sees: then nothing is drawn either. */
function plan(): void {
  if (planned || covers > 0 || waiting.size === 0) return
  planned = true
  since = performance.now()
  requestAnimationFrame(() => setTimeout(work))
}

/** A task for each drawing, after the frame rather than in it. */
function work(): void {
  if (covers === 0 && inputFirst(since)) {
    setTimeout(work, soonMs)
    return
  }
  const [draw] = waiting
  if (!draw || covers > 0) {
    planned = false
    return
  }
  waiting.delete(draw)
  draw()
  setTimeout(work)
}
