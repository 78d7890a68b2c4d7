import { expect, recipes, test } from './support/fixtures.ts'

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

test('a reward of one’s own is tried on samples: its values, its reasons, and the line where it fails', async ({
  studio,
}) => {
  test.slow()
  await studio.open()
  const { page, window } = studio
  await window.openLaunchDialog()
  await studio.launchDialog.launchFile(recipes.puzzles)
  await expect(studio.run.status).toHaveText('finished', { timeout: 60_000 })
  await window.goTo('Rewards')
  const editor = page.getByRole('textbox', { name: 'Code of the reward' })
  const write = async (code: string) => {
    await editor.click()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.insertText(code)
  }

  await test.step('it sees the facts of the problem', async () => {
    await write(`export default ({ data, completions }) =>
  completions.map(({ tokens }, i) => ({ value: i === 0 ? data.numbers.length : 0, reason: data.puzzle, parts: { tokens } }))`)
    await page.getByRole('button', { name: 'Try' }).click()
    await expect(page.getByRole('status').filter({ hasText: '16 samples in' })).toContainText('mean 0.5, from 0 to 2')
    const sample = page.getByRole('listitem').filter({ hasText: 'step 2, group 1, sample 1' })
    await expect(sample).toContainText(/^2\d+,\d+:\d+=/)
    await expect(sample).toContainText(/: countdown \(tokens \d+\)/)
    await expect(page.getByRole('img', { name: /^Distribution: 12 from 0 to/ })).toBeVisible()
  })

  await test.step('an error is told with its line, and marked there', async () => {
    await write(`export default (group) => {
  const first = group.completions[0]
  return first.words.map(() => 1)
}`)
    await page.getByRole('textbox', { name: 'Code of the reward' }).press('ControlOrMeta+Enter')
    await expect(page.getByRole('alert')).toContainText(/No verdict on 16 samples: TypeError.*\(line 3\)/)
    await expect(page.locator('.cm-lintRange-error')).toContainText('first.words')
    await expect(page.getByRole('listitem').first()).toContainText('none')
  })
})
