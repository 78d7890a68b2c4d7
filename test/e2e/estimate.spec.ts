import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect as soon, test } from './support/fixtures.ts'
import { projectFolder } from './support/shell.ts'

/** The engine's process gives way to all others: on a machine with work to do it is not there at once. */
const expect = soon.configure({ timeout: 90_000 })

/** r1-zero-mini on a model of 65,536 positions, so that token limits as published are refused for their memory alone. */
function longRecipe(folder: string): string {
  const model = join(folder, 'long-model')
  cpSync(join(projectFolder, 'resources', 'model'), model, { recursive: true })
  const config = join(model, 'config.json')
  const json = JSON.parse(readFileSync(config, 'utf8'))
  writeFileSync(config, JSON.stringify({ ...json, max_position_embeddings: 65_536 }))
  const recipe = JSON.parse(readFileSync(join(projectFolder, 'resources', 'recipes', 'r1-zero-mini.json'), 'utf8'))
  const file = join(folder, 'long.json')
  writeFileSync(file, JSON.stringify({ ...recipe, name: 'long', model }))
  return file
}

test('the launch dialog says what a run will take, follows the settings, and names what would fit', async ({
  studio,
}) => {
  test.setTimeout(600_000)
  await studio.open()
  const { launchDialog: dialog, window, dataFolder } = studio
  await window.openLaunchDialog()
  await expect(dialog.estimate).toContainText(/[\d.]+ [MG]iB of memory at the peak/)
  await expect(dialog.estimate.getByRole('img', { name: /^Memory: program \d+ MiB, weights/ })).toBeVisible()

  await test.step('a limit beyond the model is told where it is typed', async () => {
    await dialog.field('token limit').fill('20000')
    await expect(dialog.estimate).toContainText("do not fit into the model's 256 positions")
    await dialog.field('token limit').fill('')
    await expect(dialog.estimate).toContainText('of memory at the peak')
  })

  await test.step('what does not fit can be made to, or started anyway', async () => {
    await dialog.chooseFile(longRecipe(dataFolder))
    await dialog.field('token limit').fill('32768')
    await expect(dialog.estimate.getByRole('alert')).toContainText('It does not fit into the free memory.')
    await expect(dialog.root.getByRole('button', { name: 'Start anyway' })).toBeEnabled()
    await dialog.estimate.getByRole('button', { name: /^Use (this|these) settings?$/ }).click()
    await expect(dialog.estimate.getByRole('alert')).toBeHidden()
    await expect(dialog.launchButton).toBeEnabled()
    await expect(dialog.field('token limit')).not.toHaveValue('32768')
  })

  await test.step('times come when the model was measured', async () => {
    await expect(dialog.estimate).toContainText(/[\d.]+ s a step/, { timeout: 240_000 })
    await expect(dialog.estimate).toContainText('as the model writes now')
  })
})
