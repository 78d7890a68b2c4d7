import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { preferencesOfACoin } from '../support/preference-files.ts'
import { expect, test } from './support/fixtures.ts'

/** The engine's start and a short training, on a machine that does other things too. */
const patience = { timeout: 120_000 }

test('a reward model is trained, opened, tried, asked about before a run uses it, and removed', async ({ studio }) => {
  test.slow()
  await studio.open()
  const { page, window } = studio
  const file = join(studio.dataFolder, 'pairs.jsonl')
  writeFileSync(file, preferencesOfACoin(120))
  await window.goTo('Reward models')
  const form = page.getByRole('region', { name: 'Train a reward model' })
  const train = form.getByRole('button', { name: 'Train', exact: true })
  await expect(train).toBeDisabled()
  await form.getByRole('textbox', { name: 'Name' }).fill('coin-1')

  await test.step('a file that is not there is named', async () => {
    await form.getByRole('textbox', { name: 'File' }).fill('/nowhere/pairs.jsonl')
    await train.click()
    await expect(form.getByRole('alert')).toContainText('There is no file /nowhere/pairs.jsonl')
  })

  await form.getByRole('textbox', { name: 'File' }).fill(file)
  await train.click()
  const progress = page.getByRole('region', { name: 'Training of coin-1' })
  await expect(progress.getByRole('img', { name: /^Loss by step/ })).toBeVisible(patience)
  await expect(progress).toContainText('is trained', patience)
  await progress.getByRole('button', { name: 'Open it' }).click()
  await expect(page).toHaveURL(/#\/reward-models\/coin-1$/)
  const report = page.getByRole('article', { name: 'coin-1' })
  await expect(report.getByRole('note', { name: 'Doubts' })).toContainText('It is not better than chance')
  await expect(report.getByRole('img', { name: /^Reliability diagram/ })).toBeVisible()
  await expect(report.getByRole('img', { name: /^Score by length/ })).toBeVisible()

  await test.step('a text that is typed in is judged as in a run', async () => {
    await report.getByRole('textbox', { name: 'Prompt' }).fill('12+30=')
    await report.getByRole('textbox', { name: 'Answer', exact: true }).fill('<answer>42</answer>')
    await report.getByRole('textbox', { name: 'Another answer (optional)' }).fill('<think>12')
    await report.getByRole('button', { name: 'Score' }).click()
    await expect(report.locator('output').first()).toContainText('held-out texts', patience)
    await expect(report.locator('output').last()).toContainText('nothing after the thinking')
  })

  await test.step('a doubtful one has to be accepted', async () => {
    await report.getByRole('button', { name: 'Use in a new run…' }).click()
    const dialog = page.getByRole('dialog', { name: 'New run' })
    await expect(dialog.getByRole('combobox', { name: 'Reward model' })).toHaveValue(/coin-1/)
    await expect(dialog.getByRole('region', { name: 'Doubts about a reward model' })).toContainText('coin-1')
    const go = dialog.getByRole('button', { name: 'Launch' })
    await expect(go).toBeDisabled()
    await dialog.getByRole('checkbox', { name: /Use it anyway/ }).check()
    await expect(go).toBeEnabled()
    await page.keyboard.press('Escape')
  })

  await report.getByRole('button', { name: 'Remove…' }).click()
  await report.getByRole('button', { name: /^Delete/ }).click()
  await expect(page.getByText('None is here yet.')).toBeVisible()
})
