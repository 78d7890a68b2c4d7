/** How fast the page answers while training runs: from a click or key to the next paint, by the browser's own event timing. */
import { existsSync } from 'node:fs'
import { chromium } from '@playwright/test'
import { startHost } from './host-process.ts'
import type { BenchOptions } from './options.ts'

const ROUNDS = 12

export async function windowAnswers({ backend }: BenchOptions): Promise<unknown> {
  const executablePath =
    process.env.GRPO_STUDIO_CHROMIUM ??
    ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)
  const host = await startHost()
  const browser = await chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
  try {
    const run = await host.api.runs.launch({ recipe: 'r1-zero-mini', backend: backend ?? null })
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.addInitScript(() => {
      const seen: { name: string; duration: number }[] = []
      Object.assign(window, { seen })
      new PerformanceObserver((list) => {
        for (const e of list.getEntries())
          if ((e as PerformanceEventTiming).interactionId) seen.push({ name: e.name, duration: e.duration })
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
    const seen = (
      await page.evaluate(() => (window as unknown as { seen: { name: string; duration: number }[] }).seen)
    ).map((s) => s.duration)
    seen.sort((a, b) => a - b)
    await host.api.runs.steer({ runId: run.id, kind: 'stop' })
    return {
      /** Interactions faster than 16 ms are not listed by the browser. */
      interactionsOver16Milliseconds: seen.length,
      medianOfThose: seen[Math.floor(seen.length / 2)] ?? null,
      max: seen.at(-1) ?? null,
      under100: seen.every((d) => d < 100),
    }
  } finally {
    await browser.close()
    await host.end()
  }
}
