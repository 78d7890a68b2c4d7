/** How fast the page answers while training runs: from a click or key to the next paint, by the browser's own event timing. */
import { launchChromium } from './chromium.ts'
import { startHost } from './host-process.ts'
import type { BenchOptions } from './options.ts'

const ROUNDS = 12

/** One interaction, from the event to the next paint: the wait for the page's thread, the page's own code, layout and paint. */
interface Answer {
  event: string
  /** ARIA role of what was acted on. */
  on: string | null
  milliseconds: number
  waiting: number
  handling: number
  painting: number
}

export async function windowAnswers({ backend }: BenchOptions): Promise<unknown> {
  const host = await startHost()
  const browser = await launchChromium()
  try {
    const run = await host.api.runs.launch({ recipe: 'r1-zero-mini', backend: backend ?? null })
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.addInitScript(() => {
      const seen: Answer[] = []
      Object.assign(window, { seen })
      new PerformanceObserver((list) => {
        for (const e of list.getEntries() as PerformanceEventTiming[])
          if (e.interactionId)
            seen.push({
              event: e.name,
              on: (e.target as Element | null)?.closest('[role]')?.getAttribute('role') ?? null,
              milliseconds: e.duration,
              waiting: Math.round(e.processingStart - e.startTime),
              handling: Math.round(e.processingEnd - e.processingStart),
              painting: Math.round(e.startTime + e.duration - e.processingEnd),
            })
      }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit)
    })
    await page.goto(host.address)
    while ((await host.api.runs.get({ runId: run.id })).step < 3) await page.waitForTimeout(500)
    for (let i = 0; i < ROUNDS; i++) {
      await page
        .getByRole('gridcell')
        .nth(i * 3)
        .click()
      await page.waitForTimeout(400)
      await page.keyboard.press('ArrowDown')
      await page.waitForTimeout(400)
      await page.keyboard.press('Escape')
      const knob = page
        .getByRole('textbox', { name: /temperature/i })
        .or(page.getByRole('spinbutton', { name: /temperature/i }))
        .first()
      await knob.click()
      await knob.fill((1 + i / 100).toFixed(2))
      await page.keyboard.press('Escape')
      await page.waitForTimeout(300)
    }
    const seen = await page.evaluate(() => (window as unknown as { seen: Answer[] }).seen)
    seen.sort((a, b) => b.milliseconds - a.milliseconds)
    await host.api.runs.steer({ runId: run.id, kind: 'stop' })
    return {
      /** Interactions faster than 16 ms are not listed by the browser. */
      interactionsOver16Milliseconds: seen.length,
      medianOfThose: seen[Math.floor(seen.length / 2)]?.milliseconds ?? null,
      max: seen[0]?.milliseconds ?? null,
      under100: seen.every((s) => s.milliseconds < 100),
      slowest: seen.slice(0, 8),
    }
  } finally {
    await browser.close()
    await host.end()
  }
}
