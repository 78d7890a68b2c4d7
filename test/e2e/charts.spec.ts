import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, test } from './support/fixtures.ts'

async function saved(page: Page, chart: string, what: string): Promise<Buffer> {
  await page.getByRole('figure').filter({ hasText: chart }).hover()
  await page.getByRole('button', { name: `Save ${chart}` }).click()
  const saving = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: what }).click()
  return readFileSync(await (await saving).path())
}

test('a chart is looked at by powers of ten, and saved as a picture, a drawing and its values', async ({ studio }) => {
  const run = await studio.openRecorded()
  const { page } = studio
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

test('charts are chosen, arranged and kept, and another run is laid over them', async ({ studio }) => {
  await studio.openRecorded()
  const { page } = studio
  const metrics = page.getByRole('region', { name: 'Metrics' })
  const titles = () =>
    metrics.getByRole('figure').evaluateAll((all) => all.map((x) => (x as HTMLElement).dataset.metric))
  const before = await titles()
  expect(before.slice(0, 2)).toEqual(['reward', 'accuracy'])

  await page.keyboard.press('Shift+E')
  const choice = page.getByRole('region', { name: 'Charts', exact: true })
  await choice.getByRole('textbox', { name: 'Search the charts' }).fill('seconds per step')
  await choice.getByRole('checkbox', { name: 'seconds per step' }).check()
  await choice.getByRole('textbox', { name: 'Search the charts' }).fill('')
  await choice.getByRole('checkbox', { name: 'loss', exact: true }).uncheck()
  await choice.getByRole('checkbox', { name: 'accuracy', exact: true }).focus()
  await page.keyboard.press('Alt+ArrowUp')
  await choice.getByText('2', { exact: true }).click()
  await page.keyboard.press('Escape')
  await expect(choice).toBeHidden()

  const expected = ['accuracy', 'reward', ...before.slice(2).filter((id) => id !== 'loss')]
  await expect.poll(async () => (await titles()).slice(0, 2)).toEqual(['accuracy', 'reward'])
  expect((await titles()).sort()).toEqual([...expected, 'seconds/step'].sort())
  const left = (chart: string) =>
    metrics.locator(`[data-metric="${chart}"]`).evaluate((x) => x.getBoundingClientRect().left)
  const third = (await titles())[2] as string
  expect(await left(third)).toBe(await left('accuracy'))

  await metrics
    .locator('[data-metric="kl"] figcaption span')
    .first()
    .dragTo(metrics.locator('[data-metric="accuracy"]'))
  await expect.poll(async () => (await titles())[0]).toBe('kl')

  await page.reload()
  await expect.poll(async () => (await titles()).slice(0, 3)).toEqual(['kl', 'accuracy', 'reward'])
  await page.keyboard.press('Shift+E')
  await choice.getByRole('button', { name: 'As they were at first' }).click()
  await page.keyboard.press('Escape')
  await expect.poll(titles).toEqual(before)

  await metrics.getByRole('button', { name: 'Lay another run over this one' }).click()
  await page.getByRole('combobox', { name: 'Run to lay over this one' }).click()
  await page.getByRole('option', { name: /^#1 / }).click()
  await expect(page).toHaveURL(/beside=1/)
  const blue = () =>
    metrics.locator('[data-metric="entropy"] canvas').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      let found = 0
      for (let i = 0; i < data.length; i += 4) if (data[i + 2] > data[i] + 60 && data[i + 3] > 120) found++
      return found
    })
  await expect.poll(blue).toBeGreaterThan(10)
  await metrics.getByRole('button', { name: 'Leave run 1 out' }).click()
  await expect.poll(blue).toBe(0)
})
