import { expect, test } from './support/fixtures.ts'

test('a reward of one’s own is written, saved, and offered at a launch', async ({ studio }) => {
  await studio.open()
  const { page, window } = studio
  await window.goTo('Rewards')
  await expect(page.getByRole('button', { name: 'Try' })).toBeDisabled()
  await page.getByRole('textbox', { name: 'Name' }).fill('Not a name')
  await expect(page.getByText('must be lower-case letters, digits and dashes')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Save' })).toBeDisabled()
  await page.getByRole('textbox', { name: 'Name' }).fill('mine')
  await page.getByRole('button', { name: 'Save' }).click()
  await expect(page.getByRole('button', { name: 'Saved' })).toBeDisabled()
  await window.openLaunchDialog()
  await page.getByRole('combobox', { name: 'Your reward' }).click()
  await page.getByRole('option', { name: 'mine' }).click()
  await expect(page.getByRole('combobox', { name: 'Your reward' })).toHaveValue('mine')
})
