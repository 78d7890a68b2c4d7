import { readFileSync } from 'node:fs'
import { expect, test } from './support/fixtures.ts'

test('completions are searched, filtered, read with the keyboard, opened in their group and saved', async ({
  studio,
}) => {
  const run = await studio.openRecorded()
  const { page, window } = studio
  await window.goTo('Traces')
  const hits = page.getByRole('list', { name: 'Completions' }).getByRole('button')
  const status = page.getByRole('status').filter({ hasText: 'completions' })
  await expect(hits.first()).toBeVisible()
  await expect(status).toContainText(/completions in \d+ (of \d+ )?steps/)

  await page.getByRole('textbox', { name: 'Text in the completion' }).fill('</answer>')
  await expect(hits.first().locator('mark')).toHaveText('</answer>')
  await expect(page).toHaveURL(/traces.*text=/)

  await page.getByRole('button', { name: 'Regular expression' }).click()
  await page.getByRole('textbox', { name: 'Text in the completion' }).fill('(')
  await expect(page.getByRole('alert').filter({ hasText: 'cannot be used as a regular expression' })).toBeVisible()
  await page.getByRole('textbox', { name: 'Text in the completion' }).fill('<answer>\\d')
  await expect(hits.first().locator('mark')).toHaveText(/^<answer>\d$/)
  await page.getByRole('button', { name: 'Clear' }).click()

  await page.getByRole('textbox', { name: 'steps from' }).fill('2')
  await page.getByRole('textbox', { name: 'steps to' }).fill('2')
  await expect(status).toContainText('in 1 steps')
  await page.getByRole('heading', { name: 'Traces' }).click()
  await page.keyboard.press('j')
  await expect(hits.nth(1)).toHaveAttribute('aria-current', 'true')
  const shown = page.getByRole('complementary', { name: 'Completion' })
  await expect(shown).toContainText('step 2')

  await page.keyboard.press('f')
  const dialog = page.getByRole('dialog', { name: /^Step 2, group \d+, sample \d+$/ })
  await dialog
    .getByRole('combobox', { name: 'Label' })
    .or(dialog.getByRole('textbox', { name: 'Label' }))
    .fill('hacking')
  await dialog.getByRole('textbox', { name: 'Note' }).fill('answers without a thought')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(shown).toContainText('hacking answers without a thought')
  await page.getByRole('textbox', { name: 'Label', exact: true }).fill('*')
  await expect(status).toContainText('1 completions')
  await page.reload()
  await expect(shown).toContainText('hacking answers without a thought')
  await shown.getByRole('button', { name: /^Label step 2/ }).click()
  await dialog.getByRole('button', { name: 'Take it away' }).click()
  await expect(shown).not.toContainText('hacking')
  await page.getByRole('textbox', { name: 'Label', exact: true }).fill('')
  await expect(status).not.toContainText('1 completions')

  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('menuitem', { name: 'JSON lines' }).click()
  const lines = readFileSync(await (await saving).path(), 'utf8')
    .trim()
    .split('\n')
  expect(JSON.parse(lines[0])).toMatchObject({ step: 2, text: expect.any(String), parts: expect.any(Object) })

  await shown.getByRole('button', { name: 'Open in its group' }).click()
  await expect(run.reader.samples.first()).toBeVisible()
})
