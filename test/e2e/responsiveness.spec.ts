import type { Page } from '@playwright/test'
import { expect, recipes, test } from './support/fixtures.ts'

/** The product's promise is 100 ms, which the bench measures on an idle machine; a test must not fail for a busy one. */
const bound = 500

/** Milliseconds from the input to the frame that shows its effect, as the browser itself measures them (Event Timing). */
async function whileListening(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const durations: number[] = []
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) durations.push(entry.duration)
    })
    // 16 ms is the least that the browser tells; what is quicker is not listed.
    observer.observe({ type: 'event', durationThreshold: 16, buffered: false } as PerformanceObserverInit)
    Object.assign(window, { eventTimes: { durations, observer } })
  })
  await act()
  return page.evaluate(async () => {
    const { durations, observer } = (
      window as unknown as { eventTimes: { durations: number[]; observer: PerformanceObserver } }
    ).eventTimes
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
    for (const entry of observer.takeRecords()) durations.push(entry.duration)
    observer.disconnect()
    return durations
  })
}

test('the page answers while training runs', async ({ studio }) => {
  await studio.open()
  const { page, window } = studio
  const run = await studio.launch(recipes.endless)
  await run.waitForStep(3)
  const before = await run.step()

  const durations = await whileListening(page, async () => {
    for (let round = 0; round < 2; round++) {
      for (const tab of ['Alerts', 'History']) await run.steer.root.getByRole('tab', { name: tab }).click()
      for (const chart of ['reward', 'entropy']) {
        await page.getByRole('button', { name: `Enlarge ${chart}` }).click()
        await page.getByRole('button', { name: 'Back to all charts' }).click()
      }
      await run.steer.knob('temperature').fill('1.1')
      await run.steer.knob('temperature').press('Escape')
      await run.groups.cells(run.groups.rows.first()).first().click()
      await expect(run.reader.samples.first()).toBeVisible()
      await run.reader.close()
      await window.goTo('Runs')
      await expect(studio.runs.row(1)).toBeVisible()
      await window.goTo('Live')
      await expect(run.status).toHaveText('running')
    }
  })

  expect(await run.step(), 'training goes on meanwhile').toBeGreaterThan(before)
  const worst = Math.max(0, ...durations)
  test.info().annotations.push({ type: 'slowest answer', description: `${worst} ms of ${durations.length} over 16 ms` })
  expect(worst).toBeLessThan(bound)
})
