import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { coverCharts, drawNever, drawNext, drawSoon } from '../../../src-renderer/charts/queue.ts'
import { inputFirst, watchInput } from '../../../src-renderer/stores/input.ts'

const page = new EventTarget()
watchInput(page)
const act = () => page.dispatchEvent(new Event('keydown'))

beforeAll(() => {
  vi.useFakeTimers()
  vi.stubGlobal('requestAnimationFrame', (frame: () => void) => setTimeout(frame, 16))
})

/** Long after the last input. */
afterEach(() => vi.advanceTimersByTime(10_000))

afterAll(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('input first', () => {
  it('what comes in waits for the answer to an input, and no longer', () => {
    const since = performance.now()
    expect(inputFirst(since)).toBe(false)
    act()
    expect(inputFirst(since)).toBe(true)
    vi.advanceTimersByTime(119)
    expect(inputFirst(since)).toBe(true)
    vi.advanceTimersByTime(1)
    expect(inputFirst(since)).toBe(false)
  })

  it('whoever types without a pause holds nothing up for more than half a second', () => {
    const since = performance.now()
    let waited = 0
    for (act(); inputFirst(since); act()) {
      vi.advanceTimersByTime(50)
      waited += 50
    }
    expect(waited).toBe(500)
  })
})

describe('drawings', () => {
  it('each is a task of its own, and is done once however often it was asked for', () => {
    const done: string[] = []
    const [one, two] = ['one', 'two'].map((name) => () => void done.push(name))
    for (const draw of [one, two, one]) drawSoon(draw)
    expect(done).toEqual([])
    vi.advanceTimersToNextTimer() // the frame
    vi.advanceTimersToNextTimer()
    expect(done).toEqual(['one'])
    vi.advanceTimersToNextTimer()
    expect(done).toEqual(['one', 'two'])
    vi.runAllTimers()
    expect(done).toEqual(['one', 'two'])
  })

  it('wait for the answer to an input', () => {
    const draw = vi.fn()
    act()
    drawSoon(draw)
    vi.advanceTimersByTime(100)
    expect(draw).not.toHaveBeenCalled()
    vi.advanceTimersByTime(100)
    expect(draw).toHaveBeenCalledOnce()
  })

  it('of what comes in are done in rounds, however fast it comes; what is asked for waits for no round', () => {
    let drawn = 0
    const draw = () => void drawn++
    for (let i = 0; i < 50; i++) {
      drawSoon(draw)
      vi.advanceTimersByTime(20)
    }
    expect(drawn).toBeGreaterThan(3)
    expect(drawn).toBeLessThan(8)
    vi.advanceTimersByTime(1000)
    drawSoon(draw)
    vi.advanceTimersByTime(40)
    const before = drawn
    drawSoon(draw)
    const asked = vi.fn()
    vi.advanceTimersByTime(10)
    drawNext(asked)
    vi.advanceTimersByTime(20)
    expect(asked).toHaveBeenCalledOnce()
    vi.advanceTimersByTime(1000)
    expect(drawn).toBe(before + 1)
  })

  it('of many charts are done once a round each, although more comes in before the round is over', () => {
    const charts = Array.from({ length: 12 }, () => vi.fn(() => vi.advanceTimersByTime(2)))
    for (let i = 0; i < 200; i++) {
      for (const draw of charts) drawSoon(draw)
      vi.advanceTimersByTime(5)
    }
    // a round takes 24 ms, and an eighth of the time
    for (const draw of charts) expect(draw.mock.calls.length).toBeGreaterThan(2)
    for (const draw of charts) expect(draw.mock.calls.length).toBeLessThan(9)
  })

  it('are done at once, and at a stretch, when the person asked for them', () => {
    const done: string[] = []
    const [came, one, two] = ['came', 'one', 'two'].map((name) => () => void done.push(name))
    act()
    drawSoon(came)
    for (const draw of [one, two]) drawNext(draw)
    drawSoon(one)
    vi.advanceTimersByTime(20)
    expect(done).toEqual(['one', 'two'])
    vi.advanceTimersByTime(200)
    expect(done).toEqual(['one', 'two', 'came'])
  })

  it('wait while something lies over the charts, also one that came in between', () => {
    const [early, late, gone] = [vi.fn(), vi.fn(), vi.fn()]
    drawSoon(early)
    const uncover = coverCharts()
    vi.advanceTimersByTime(1000)
    drawSoon(late)
    drawSoon(gone)
    vi.advanceTimersByTime(1000)
    expect(early).not.toHaveBeenCalled()
    drawNever(gone)
    uncover()
    vi.advanceTimersByTime(1000)
    expect(early).toHaveBeenCalledOnce()
    expect(late).toHaveBeenCalledOnce()
    expect(gone).not.toHaveBeenCalled()
  })
})
