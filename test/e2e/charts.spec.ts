import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, recipes, test } from './support/fixtures.ts'

async function saved(page: Page, chart: string, what: string): Promise<Buffer> {
  await page.getByRole('figure').filter({ hasText: chart }).hover()
  await page.getByRole('button', { name: `Save ${chart}` }).click()
  const saving = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: what }).click()
  return readFileSync(await (await saving).path())
}

test('a chart is looked at by powers of ten, and saved as a picture, a drawing and its values', async ({ studio }) => {
  await studio.open()
  const { page } = studio
  const run = await studio.launch(recipes.endless)
  await run.waitForStep(3)
  await run.pause()

  await page.keyboard.press('y')
  await expect(page.getByRole('button', { name: 'Heights in equal steps' })).toHaveAttribute('aria-pressed', 'true')

  const png = await saved(page, 'gradient norm', 'Picture, PNG')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2880, 1440])

  const svg = (await saved(page, 'gradient norm', 'Drawing, SVG')).toString()
  expect(svg).toMatch(/^<svg /)
  expect(svg).toContain('gradient norm')

  await page.screenshot({ path: 'test-results/charts-log.png' })
  const lines = (await saved(page, 'gradient norm', 'Every value, CSV')).toString().trim().split('\r\n')
  expect(lines[0]).toBe('step,seconds,grad_norm')
  expect(lines.at(-1)).toMatch(/^\d+,[\d.]+,[\d.]+$/)
  expect(lines.length - 1).toBe(await run.step())
})
