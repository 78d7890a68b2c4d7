import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ImportDialog } from './pages/ImportDialog.ts'
import { violations } from './support/axe.ts'
import { expect, test } from './support/fixtures.ts'
import { projectFolder } from './support/shell.ts'

const trl = join(projectFolder, 'test', 'fixtures', 'imports', 'trl')

test('runs that lie on the disk come in by the window: recognised, mapped, cancelled, and once', async ({ studio }) => {
  await studio.open()
  const { page, runs } = studio
  const dialog = new ImportDialog(page)

  await test.step('what is none says what was looked for', async () => {
    await page.getByRole('button', { name: 'Import a run…' }).click()
    await dialog.path.fill(join(projectFolder, 'docs'))
    await expect(dialog.problem).toContainText('holds no run that can be imported')
    await expect(dialog.submit).toBeDisabled()
  })

  await test.step('a folder of TRL is recognised, and its run is shown when it is in', async () => {
    await dialog.path.fill(trl)
    await expect(dialog.format).toHaveValue('Folder of TRL’s GRPOTrainer')
    await expect(dialog.root.getByRole('textbox', { name: 'brevity' })).toHaveValue('0.5')
    await page.emulateMedia({ colorScheme: 'dark' })
    expect.soft(await violations(page), 'dialog in dark').toEqual([])
    await dialog.title.fill('Sums')
    await dialog.path.press('Enter')
    await expect(dialog.root).toBeHidden()
    await expect(page.getByRole('heading', { name: 'Sums' })).toBeVisible()
  })

  await test.step('the same again leads to it', async () => {
    await page.keyboard.press('Shift+I')
    await expect(dialog.root.getByText('It was imported before, as run #1, Sums.')).toBeVisible()
    await expect(dialog.submit).toBeDisabled()
    await dialog.root.getByRole('button', { name: 'Open run #1' }).click()
    await expect(dialog.root).toBeHidden()
  })

  const table = join(studio.dataFolder, 'history.csv')
  const lines = Array.from({ length: 12_000 }, (_, i) => `${i + 1},0.5,0.25,a`)
  writeFileSync(table, `epoch,mean_reward,extra,host\n${lines.join('\n')}\n`)
  await test.step('a table without a step asks for it; what was guessed can be changed', async () => {
    await page.keyboard.press('Shift+I')
    await dialog.path.fill(table)
    await expect(dialog.problem).toContainText('No column of')
    await expect(dialog.submit).toBeDisabled()
    await expect(dialog.name('mean_reward')).toHaveValue('reward')
    await expect(dialog.role('host')).toHaveValue('not read')
    await dialog.take('epoch', 'step')
    await expect(dialog.problem).toBeHidden()
    await dialog.name('extra').fill('my/own')
    await expect(dialog.submit).toBeEnabled()
    await page.emulateMedia({ colorScheme: 'light' })
    expect.soft(await violations(page), 'mapping in light').toEqual([])
  })

  await test.step('cancelled it leaves nothing', async () => {
    await dialog.submit.click()
    await expect(dialog.root.getByText(/ of .*, step [1-9]/)).toBeVisible()
    await expect(dialog.progress).toBeVisible()
    await dialog.cancel.click()
    await expect(dialog.root.getByText('The import was cancelled; nothing of it was kept.')).toBeVisible()
    await page.keyboard.press('Escape')
    await studio.window.goTo('Runs')
    await expect(runs.row(1)).toContainText('Sums')
    await expect(runs.row(2)).toBeHidden()
  })
})
