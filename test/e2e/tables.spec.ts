import { readFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { parquetReadObjects } from 'hyparquet'
import { fillSamples } from '../bench/traces.ts'
import { fillFolder } from '../support/large-folder.ts'
import { expect, test } from './support/fixtures.ts'

async function saved(page: Page, format: string, open = page.getByRole('button', { name: 'Save', exact: true })) {
  const saving = page.waitForEvent('download')
  await open.click()
  await page.getByRole('menuitem', { name: format, exact: true }).click()
  const download = await saving
  return { name: download.suggestedFilename(), file: readFileSync(await download.path()) }
}

const rowsOf = (file: Buffer) =>
  parquetReadObjects({ file: new Uint8Array(file).buffer as ArrayBuffer }) as Promise<Record<string, unknown>[]>

test('completions, runs, metrics and comparisons are saved as CSV, JSON lines and Parquet', async ({ studio }) => {
  fillFolder(studio.dataFolder, { runs: 3, steps: 40 })
  fillSamples(studio.dataFolder, 4, '0004-samples', 1280)
  await studio.open()
  const { page, window } = studio
  const goTo = (hash: string) =>
    page.evaluate((to) => {
      location.hash = to
    }, hash)

  await test.step('all completions that are found, beyond those in the list', async () => {
    await goTo('#/traces/0004-samples')
    const hits = page.getByRole('list', { name: 'Completions' }).getByRole('button')
    await expect(hits.first()).toBeVisible()
    const { name, file } = await saved(page, 'Parquet')
    expect(name).toBe('0004-samples-traces.parquet')
    const rows = await rowsOf(file)
    expect(rows).toHaveLength(1280)
    expect(rows[0]).toMatchObject({ run: '0004-samples', step: expect.any(BigInt), text: expect.any(String) })
    const csv = (await saved(page, 'CSV')).file.toString()
    expect(csv.split('\r\n')[0].split(',')).toEqual(Object.keys(rows[0]))
    const json = (await saved(page, 'JSON lines')).file.toString().trim().split('\n')
    expect(json).toHaveLength(1280)
  })

  await test.step('the runs listed', async () => {
    await window.goTo('Runs')
    await page.getByRole('textbox', { name: 'Find runs' }).fill('recipe:countdown')
    await expect(page.getByRole('heading', { name: 'Runs', level: 1 }).locator('xpath=..')).toContainText('1 run')
    const { file } = await saved(page, 'Parquet')
    expect(await rowsOf(file)).toMatchObject([
      { number: 1n, recipe: 'countdown', step: 40n, createdAt: expect.any(Date) },
    ])
  })

  await test.step('a comparison, every metric of every run', async () => {
    await goTo('#/compare/1,2')
    await expect(page.getByRole('region', { name: 'Curves' })).toBeVisible()
    const rows = await rowsOf((await saved(page, 'Parquet')).file)
    expect(rows).toHaveLength(80)
    expect(rows[79]).toMatchObject({ run: 2n, step: 40n, reward: expect.any(Number) })
  })

  await test.step('all metrics of a run, from any chart', async () => {
    await goTo('#/live/0001-countdown')
    const { name, file } = await saved(page, 'Parquet', page.getByRole('button', { name: 'Save reward' }))
    expect(name).toBe('0001-countdown-metrics.parquet')
    expect(await rowsOf(file)).toHaveLength(40)
  })
})
