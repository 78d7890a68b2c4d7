import { expect, recipes, test } from './support/fixtures.ts'

test('runs wait their turn: queued, moved, removed and put back, and the next starts when the active one is stopped', async ({
  studio,
}) => {
  test.slow()
  await studio.open()
  const { page, window, launchDialog } = studio
  await studio.launch(recipes.endless)
  const queue = page.getByRole('region', { name: 'Queue' })
  const entries = queue.getByRole('listitem')

  for (let i = 0; i < 3; i++) {
    await window.openLaunchDialog()
    await launchDialog.chooseFile(i === 2 ? recipes.endless : recipes.story)
    await launchDialog.root.getByRole('button', { name: 'Queue', exact: true }).click()
    await expect(launchDialog.root).toBeHidden()
  }
  await window.goTo('Runs')
  await expect(entries).toHaveCount(3)
  await expect(queue).toContainText('3 runs wait')

  await test.step('the last is moved to the front', async () => {
    await queue.getByRole('button', { name: 'Move q3 up' }).click()
    await expect(entries.nth(1)).toContainText('q3')
    await queue.getByRole('button', { name: 'Move q3 up' }).click()
    await expect(entries.nth(0)).toContainText('q3')
    await expect(queue.getByRole('button', { name: 'Move q3 up' })).toBeDisabled()
  })

  await test.step('one is removed, and put back where it was', async () => {
    await queue.getByRole('button', { name: 'Remove q1' }).click()
    await expect(entries).toHaveCount(2)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(entries).toHaveCount(3)
    await expect(entries.nth(1)).toContainText('q1')
  })

  await test.step('it outlives a reload of the window', async () => {
    await page.reload()
    await expect(entries.nth(0)).toContainText('q3')
  })

  await test.step('a held queue starts nothing when the run before it was stopped', async () => {
    await queue.getByRole('button', { name: 'Hold the queue' }).click()
    await expect(queue).toContainText('the queue is held')
    await window.goTo('Live')
    await expect(studio.run.status).toHaveText('running')
    await page.keyboard.press('x')
    await page
      .getByRole('dialog', { name: /^Stop run/ })
      .getByRole('button', { name: 'Stop' })
      .click()
    await expect(studio.run.status).toHaveText('stopped', { timeout: 60_000 })
    await window.goTo('Runs')
    await expect(studio.runs.row(2)).toHaveCount(0)
    await queue.getByRole('button', { name: 'Start the queue' }).click()
    await expect(studio.runs.row(2)).toContainText('No end in sight', { timeout: 60_000 })
    await expect(entries).toHaveCount(2)
  })
})

test('a sweep is planned, refused with the nearest setting, queued, and watched', async ({ studio }) => {
  test.slow()
  await studio.open()
  const { page, window } = studio
  await studio.launch(recipes.endless)
  await page.keyboard.press('Shift+S')
  const dialog = page.getByRole('dialog', { name: 'New sweep' })
  await dialog.getByLabel('Setting 1', { exact: true }).fill('betta')
  await dialog.getByLabel('Values of setting 1').fill('0, 0.1')
  await expect(dialog).toContainText('Did you mean beta?')
  await expect(dialog.getByRole('button', { name: 'Queue', exact: true })).toBeDisabled()
  await dialog.getByLabel('Setting 1', { exact: true }).fill('beta')
  await dialog.getByLabel('Setting 1', { exact: true }).press('Tab')
  await expect(dialog).toContainText('2 cells × 2 seeds: 4 runs')
  await dialog.getByRole('button', { name: 'Queue 4 runs' }).click()
  await expect(dialog).toBeHidden()

  await expect(page).toHaveURL(/#\/sweeps\/r1-zero-mini-beta$/)
  const cells = page.getByRole('region', { name: 'Cells' })
  await expect(cells.getByRole('row')).toHaveCount(3)
  await expect(cells).toContainText('beta=0.1')
  await expect(page.getByText('0 of 4 runs finished, 4 wait')).toBeVisible()
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save report' }).click()
  expect((await saved).suggestedFilename()).toBe('sweep-r1-zero-mini-beta.html')
  await window.goTo('Runs')
  await expect(page.getByRole('region', { name: 'Queue' }).getByRole('listitem')).toHaveCount(4)
})
