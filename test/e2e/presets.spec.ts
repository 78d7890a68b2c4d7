import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { fillFolder } from '../support/large-folder.ts'
import { violations } from './support/axe.ts'
import { expect, recipes, test } from './support/fixtures.ts'

/** As a person drops a file from their desktop. */
async function drop(page: Page, name: string, text: string) {
  const transfer = await page.evaluateHandle(
    ([name, text]) => {
      const data = new DataTransfer()
      data.items.add(new File([text], name))
      return data
    },
    [name, text],
  )
  const form = page.getByRole('dialog', { name: 'New run' }).locator('form')
  await form.dispatchEvent('dragover', { dataTransfer: transfer })
  await expect(form).toHaveAttribute('data-over', 'true')
  await form.dispatchEvent('drop', { dataTransfer: transfer })
}

test('a recipe is saved as a preset, exported, imported, dropped and refused with what is wrong', async ({
  studio,
}) => {
  fillFolder(studio.dataFolder, { runs: 1, steps: 4 })
  await studio.open()
  const { page, window, launchDialog, runs } = studio
  const { root } = launchDialog
  const recipe = root.getByRole('combobox', { name: 'Recipe' })
  await window.goTo('Runs')
  await page.getByRole('button', { name: 'New run…' }).first().click()

  await test.step('saved with what was given, and chosen', async () => {
    await launchDialog.field('temperature').fill('0.75')
    await root.getByRole('textbox', { name: 'Seed' }).fill('9')
    await root.getByRole('button', { name: 'Save as preset…' }).click()
    const name = root.getByRole('textbox', { name: 'Name of the preset' })
    await name.fill('!!')
    await expect(root.getByText('A name has a letter from a to z or a digit.')).toBeVisible()
    await name.fill('Cooler runs')
    await name.press('Enter')
    await expect(recipe).toHaveValue('Cooler runs')
    await expect(launchDialog.field('temperature')).toHaveValue('')
    await expect(launchDialog.field('temperature')).toHaveAttribute('placeholder', '0.75')
    await expect(root.getByRole('textbox', { name: 'Seed' })).toHaveAttribute('placeholder', '9')
    expect(readFileSync(join(studio.dataFolder, 'presets', 'cooler-runs.grpo'), 'utf8')).toContain('"Cooler runs"')
    expect(await violations(page)).toEqual([])
  })

  const saving = page.waitForEvent('download')
  await launchDialog.field('temperature').fill('0.5')
  await root.getByRole('button', { name: 'Export' }).click()
  const exported = readFileSync(await (await saving).path(), 'utf8')
  await test.step('exported as it would be launched, and imported again', async () => {
    expect(JSON.parse(exported)).toMatchObject({ name: 'cooler-runs', seed: 9, settings: { temperature: 0.5 } })
    await root.locator('input[type=file]').setInputFiles({
      name: 'mine.grpo',
      mimeType: 'application/json',
      buffer: Buffer.from(exported),
    })
    await expect(recipe).toHaveValue('From mine.grpo: Cooler runs')
    await expect(launchDialog.field('temperature')).toHaveAttribute('placeholder', '0.5')
  })

  await test.step('a dropped one that is wrong names line, field and value; a right one is taken', async () => {
    await drop(page, 'wrong.grpo', exported.replace('"seed": 9', '"seed": -9'))
    const alert = root.getByRole('alert')
    await expect(alert).toContainText(/wrong\.grpo is not a valid recipe: line \d+, seed: .*\(it is -9\)/)
    await expect(recipe).toHaveValue('From mine.grpo: Cooler runs')
    await drop(page, 'large.grpo', 'x'.repeat(1_500_000))
    await expect(alert).toContainText('large.grpo has 2 MB: a recipe has at most 1.')
    await drop(page, 'right.grpo', exported)
    await expect(recipe).toHaveValue('From right.grpo: Cooler runs')
    await expect(alert).toBeHidden()
  })

  await test.step('deleted, and brought back', async () => {
    await recipe.click()
    await page.getByRole('option', { name: 'Cooler runs', exact: true }).click()
    await root.getByRole('button', { name: 'Delete preset' }).click()
    await expect(root.getByRole('button', { name: 'Delete preset' })).toBeHidden()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(root.getByRole('button', { name: 'Delete preset' })).toBeVisible()
    await page.keyboard.press('Escape')
  })

  await test.step('a run’s recipe as it went', async () => {
    const saving = page.waitForEvent('download')
    await runs.menu(1, 'Export its recipe as it went')
    const download = await saving
    expect(download.suggestedFilename()).toBe('0001-countdown.grpo')
    expect(JSON.parse(readFileSync(await download.path(), 'utf8'))).toMatchObject({ name: 'countdown' })
  })
})

test('what the shell around the window wishes: a place, a recipe to look at, something to say', async ({ studio }) => {
  await studio.open()
  const { page, launchDialog } = studio
  const file = join(studio.dataFolder, 'opened.grpo')
  writeFileSync(file, readFileSync(recipes.story))
  await page.addInitScript(() => {
    const shell = window as unknown as Record<string, unknown>
    shell.grpoStudio = { transport: 'none', onWish: (listener: unknown) => (shell.wish = listener) }
  })
  await page.reload()
  const wish = (one: object) =>
    page.evaluate((one) => (window as unknown as { wish(one: object): void }).wish(one), one)
  await expect(page.getByRole('button', { name: 'Launch r1-zero-mini' })).toBeEnabled()

  await wish({ kind: 'go', address: '#/library/data' })
  await expect(page.getByRole('heading', { name: 'Library', level: 1 })).toBeVisible()
  await expect(page).toHaveURL(/#\/library\/data$/)

  await wish({ kind: 'recipe', file })
  await expect(launchDialog.root).toBeVisible()
  await expect(launchDialog.field('Recipe file')).toHaveValue(file)
  expect(await page.evaluate(() => location.hash)).toBe('#/library/data')

  await wish({ kind: 'say', title: 'There is no run {{number}} here.', message: '<b>text</b>', values: { number: 7 } })
  await expect(page.getByText('There is no run 7 here.')).toBeVisible()
  await expect(page.getByText('<b>text</b>')).toBeVisible()
})
