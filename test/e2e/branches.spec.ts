import { expect, recipes, test } from './support/fixtures.ts'

test('a run is forked from a checkpoint, rolled back, and its branches are compared', async ({ studio }) => {
  test.slow()
  await studio.open()
  const { page, run } = studio
  const launched = await studio.launch(recipes.story)
  await launched.waitForStep(9)
  await run.pause()

  await test.step('a fork begins at the checkpoint with what is asked to differ', async () => {
    await page.getByRole('tab', { name: /Checkpoints/ }).click()
    await page.getByRole('button', { name: 'Fork from step 8' }).click()
    const dialog = page.getByRole('dialog', { name: 'Fork run #1' })
    await expect(dialog.getByText('Run #1 is paused at a checkpoint for it')).toBeVisible()
    await dialog.getByRole('textbox', { name: 'learning rate' }).fill('0.001')
    await dialog.getByRole('textbox', { name: 'More of the recipe' }).fill('nonsense')
    await expect(dialog.getByRole('button', { name: 'Fork' })).toBeDisabled()
    await dialog.getByRole('textbox', { name: 'More of the recipe' }).fill('title=The fork')
    await dialog.getByRole('button', { name: 'Fork' }).click()
    await expect(page.getByRole('heading', { name: 'The fork #2' })).toBeVisible()
    await expect(page.getByText('fork of #1 after step 8')).toBeVisible()
    await run.waitForStep(14)
    await run.pause()
  })

  await test.step('a roll back keeps what it leaves behind', async () => {
    await page.keyboard.press('Shift+B')
    const dialog = page.getByRole('dialog', { name: 'Roll back run #2' })
    await dialog.getByRole('textbox', { name: 'Why' }).fill('too fast')
    await dialog.getByRole('textbox', { name: 'learning rate' }).fill('0.0001')
    await dialog.getByRole('button', { name: /^Abandon \d+ steps? and go on$/ }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByText('abandoned #3')).toBeVisible()
    await expect(page.getByRole('list', { name: 'Legend' })).toContainText('abandoned')
    await run.pause()
    await page.getByRole('tab', { name: /History/ }).click()
    await expect(page.getByRole('list', { name: 'Steering history' })).toContainText(
      /Roll back: steps \d+ to \d+ abandoned \(#3\)/,
    )
    await expect(page.getByRole('list', { name: 'Steering history' })).toContainText('too fast')
  })

  await test.step('the family stands together, and can be compared', async () => {
    await page.keyboard.press('Shift+C')
    await expect(page.getByRole('list', { name: 'Runs compared' }).getByRole('listitem')).toHaveCount(3)
    await expect(page.getByRole('region', { name: 'Settings that differ' })).toContainText('learning rate')
    await studio.window.goTo('Runs')
    await expect(page.getByRole('table', { name: 'Runs' })).toContainText(/abandoned after \d+/)
  })
})
