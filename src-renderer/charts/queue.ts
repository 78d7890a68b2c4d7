/** Drawings wait here and are done with room for input between them: a step with twelve charts never blocks the window. */
import { inputFirst } from '../stores/input.ts'

/** What the person asked for: it is the answer to their input. */
const asked = new Set<() => void>()
/** What came in: it waits for the next round. */
const waiting = new Set<() => void>()
/** The round that is being drawn, as far as it is left; it gives way to what is asked for. */
const round = new Set<() => void>()
const soonMs = 30
/** Drawn at a stretch before input has its turn. */
const sliceMs = 10
/** Steps may come faster than charts are worth drawing: what came in is drawn so often at most, milliseconds, and takes no more than this share of the time. */
const roundMs = 250
const roundShare = 1 / 8
let planned = false
let resting: ReturnType<typeof setTimeout> | null = null
/** When the last round of what came in began. */
let lastRound = Number.NEGATIVE_INFINITY
/** How long its drawings took together, milliseconds. */
let roundCost = 0
/** How many things lie over the charts. */
let covers = 0
let since = 0

/** Waiting twice for the same drawing draws once. */
export function drawSoon(draw: () => void): void {
  if (asked.has(draw)) return
  waiting.add(draw)
  plan()
}

export function drawNext(draw: () => void): void {
  waiting.delete(draw)
  round.delete(draw)
  asked.add(draw)
  plan()
}

export function drawNever(draw: () => void): void {
  for (const drawings of [asked, waiting, round]) drawings.delete(draw)
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
  if (covers > 0 || asked.size + waiting.size + round.size === 0) return
  if (resting && asked.size > 0) {
    clearTimeout(resting)
    begin()
  }
  if (planned) return
  planned = true
  since = performance.now()
  const rest = asked.size + round.size > 0 ? 0 : lastRound + Math.max(roundMs, roundCost / roundShare) - since
  if (rest > 0) resting = setTimeout(begin, rest)
  else begin()
}

function begin(): void {
  resting = null
  requestAnimationFrame(() =>
    setTimeout(() => {
      if (asked.size + round.size === 0) beginRound()
      work()
    }),
  )
}

/** What comes in while it is drawn is for the next one. */
function beginRound(): void {
  for (const draw of waiting) round.add(draw)
  waiting.clear()
  lastRound = since = performance.now()
  roundCost = 0
}

/** In tasks of their own, after the frame rather than in it. */
function work(): void {
  const began = performance.now()
  while (covers === 0 && asked.size > 0 && performance.now() - began < sliceMs) take(asked)
  if (covers === 0 && asked.size === 0 && round.size > 0) {
    if (inputFirst(since)) {
      setTimeout(work, soonMs)
      return
    }
    const before = performance.now()
    take(round)
    roundCost += performance.now() - before
  }
  if (covers === 0 && asked.size + round.size > 0) {
    setTimeout(work)
    return
  }
  planned = false
  plan()
}

function take(drawings: Set<() => void>): void {
  const [draw] = drawings
  drawings.delete(draw)
  draw()
}
