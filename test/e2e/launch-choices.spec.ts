import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PipelinePage } from './pages/PipelinePage.ts'
import { expect, recipes, test } from './support/fixtures.ts'

test('model, problems and rewards are chosen in the dialog of a new run', async ({ studio }) => {
  await studio.open()
  const { page, window, launchDialog } = studio
  const problems = (numbers: number[]) =>
    numbers.map((n) => `${JSON.stringify({ prompt: `${n}+1=`, answer: String(n + 1) })}\n`).join('')
  const [train, held] = ['train', 'held'].map((name) => join(studio.dataFolder, `${name}.jsonl`))
  writeFileSync(train, problems([1, 2, 3, 4, 5, 6, 7, 8]))
  writeFileSync(held, problems([11, 12, 13, 14, 15, 16, 17, 18]))

  await window.openLaunchDialog()
  await launchDialog.chooseFile(recipes.endless)
  await launchDialog.root.getByText('Model, problems, rewards').click()
  await launchDialog.field('Problems to train on').fill(train)
  await expect(launchDialog.root.getByText('Both files are needed.')).toBeVisible()
  await expect(launchDialog.launchButton).toBeDisabled()
  await launchDialog.field('Held-out problems').fill(held)
  await launchDialog.field('format').fill('eleven')
  await expect(launchDialog.root.getByText('A weight is a number from −10 to 10.')).toBeVisible()
  await expect(launchDialog.launchButton).toBeDisabled()
  await launchDialog.field('format').fill('0,5')
  const model = launchDialog.root.getByRole('combobox', { name: 'Model', exact: true })
  await model.fill('embedded')
  await model.press('Tab')
  await expect(launchDialog.root.getByText('3 given')).toBeVisible()
  await launchDialog.launchButton.click()
  await expect(launchDialog.root).toBeHidden({ timeout: 60_000 })

  await studio.run.waitForStep(1)
  await studio.run.pause()
  await expect(studio.run.groups.rows.first()).toContainText(/^\d\+1=/)
  await page.keyboard.press('Shift+P')
  await expect(new PipelinePage(page).stages.first()).toContainText('format × 0.5')
})
