import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from './support/fixtures.ts'

test('a model is measured on a file with its fields mapped, and set against itself at another temperature', async ({
  studio,
}, { outputDir }) => {
  await studio.open()
  const { page, window } = studio
  const file = join(outputDir, 'own.csv')
  mkdirSync(outputDir, { recursive: true })
  writeFileSync(file, 'ask,gold\n"1+2=",3\n"2+2=",4\n"3+2=",5\n')
  await window.goTo('Measure')
  await expect(page.getByText('Nothing was measured yet.')).toBeVisible()

  await page.getByText('a file', { exact: true }).click()
  await page.getByRole('textbox', { name: 'File of problems' }).fill(`${file}.gone`)
  await expect(page.getByRole('alert').filter({ hasText: 'There is no data set' })).toBeVisible()
  await page.getByRole('textbox', { name: 'File of problems' }).fill(file)
  await expect(page.getByText('3 of them cannot be read')).toBeVisible()
  for (const [part, field] of [
    ['prompt', 'ask'],
    ['answer', 'gold'],
  ]) {
    await page.getByRole('combobox', { name: part, exact: true }).click()
    await page.getByRole('option', { name: field }).click()
  }
  await expect(page.getByText('1+2=')).toBeVisible()
  await expect(page.getByText('cannot be read')).toBeHidden()

  const button = page.getByRole('button', { name: 'Measure', exact: true })
  await button.click()
  const result = (name: string) => page.getByRole('region', { name: `Evaluation ${name}` })
  await expect(result('e1')).toContainText('pass@4', { timeout: 60_000 })
  await page.getByRole('textbox', { name: 'temperature' }).fill('0')
  await button.click()
  await expect(result('e2')).toContainText('cons@4', { timeout: 60_000 })
  await expect(page).toHaveURL(/#\/measure\/e2$/)

  const against = page.getByRole('region', { name: 'Set against' })
  await against.getByRole('combobox', { name: 'Another evaluation' }).click()
  await page.getByRole('option', { name: /^e1:/ }).click()
  await expect(against.getByRole('row', { name: /^pass@1/ })).toBeVisible()
  await expect(against).toContainText('3 prompts')
})
