import { join } from 'node:path'
import { Store } from '../../src-main/store/store.ts'
import { addCheckpoint } from '../support/checkpoint-files.ts'
import { fillFolder } from '../support/large-folder.ts'
import { putRewardModel } from '../support/reward-model-folder.ts'
import { LibraryPage } from './pages/LibraryPage.ts'
import { violations } from './support/axe.ts'
import { expect, recipes, test } from './support/fixtures.ts'

test('the library tells what takes room, and clears it without hurting what somebody needs', async ({ studio }) => {
  test.slow()
  fillFolder(studio.dataFolder, { runs: 3, steps: 12 })
  const store = new Store(studio.dataFolder)
  store.write((db) => {
    for (const run of [
      { number: 1, id: '0001-countdown' },
      { number: 2, id: '0002-logic' },
    ])
      for (const step of [4, 8, 12]) addCheckpoint(db, studio.dataFolder, run, step, 1_000_000)
  })
  store.close()
  putRewardModel(join(studio.dataFolder, 'reward-models'), 'helpful-1', 2_000_000)
  await studio.open()
  const { page, window, runs } = studio
  const library = new LibraryPage(page)

  await test.step('the old address of the models leads here, and every section has its own', async () => {
    await page.evaluate(() => {
      location.hash = '#/models'
    })
    await expect(page.getByRole('list', { name: 'Models' })).toContainText('embedded')
    await expect(library.part('checkpoints')).toHaveText('6 MB', { timeout: 30_000 })
    await expect(library.part('reward models')).toHaveText('2 MB')
    await expect(library.disk).toContainText(/used by this app; .* free on the disk/)
    await library.open('Checkpoints')
    await expect(page).toHaveURL(/#\/library\/checkpoints/)
    await page.reload()
    await expect(library.row(2)).toContainText('3 MB')
  })

  await test.step('old checkpoints of one run go, after it is said which', async () => {
    await library.row(2).getByRole('button', { name: 'Delete checkpoints of run 2…' }).click()
    await expect(library.dialog).toContainText('Run #2: steps 4, 8')
    await library.dialog.getByText('Keep none').click()
    await expect(library.dialog).toContainText('Run #2: steps 4, 8, 12')
    await expect(library.deleteButton).toHaveText('Delete for good, 3 MB')
    expect.soft(await violations(page)).toEqual([])
    await library.dialog.getByText('Keep the newest alone').click()
    await expect(library.deleteButton).toHaveText('Delete for good, 2 MB')
    await library.deleteButton.click()
    await expect(window.message('2 MB freed')).toBeVisible()
    await expect(library.row(2)).toContainText('1 MB')
    await expect(library.part('checkpoints')).toHaveText('4 MB')
  })

  await test.step('those of a run that goes stay', async () => {
    await studio.launch(recipes.endless)
    await window.goTo('Library')
    await library.open('Checkpoints')
    await expect(library.row(4)).toBeVisible({ timeout: 60_000 })
    await library.row(4).getByRole('button', { name: 'Delete checkpoints of run 4…' }).click()
    await expect(library.dialog).toContainText('Run #4 is active, and goes on from them.')
    await expect(library.dialog.getByRole('button', { name: 'Nothing to delete' })).toBeDisabled()
    expect.soft(await violations(page)).toEqual([])
    await library.dialog.getByRole('button', { name: 'Keep', exact: true }).click()
    await page.getByRole('checkbox', { name: 'Run 1', exact: true }).check()
    await page.getByRole('button', { name: 'Delete old ones of 1 run…' }).click()
    await expect(library.dialog).toContainText('Run #1: steps 4, 8')
    await page.keyboard.press('Escape')
  })

  await test.step('a reward model goes for good', async () => {
    await library.open('Reward models')
    await page.getByRole('button', { name: 'Delete helpful-1…' }).click()
    await expect(library.dialog).toContainText('Nothing brings it back but training it again.')
    await library.deleteButton.click()
    await expect(page.getByText('No reward model was trained yet.')).toBeVisible()
  })

  await test.step('what runs learn from is listed with who uses it', async () => {
    await library.open('Data sets')
    const kinds = page.getByRole('list', { name: 'Kinds of generated problems' })
    await expect(kinds.getByRole('listitem').filter({ hasText: 'countdown' })).toContainText('#1')
    await kinds.getByRole('button', { name: '#4' }).first().click()
    await expect(studio.run.status).toHaveText('running')
  })

  await test.step('the bin is emptied from here', async () => {
    await window.goTo('Runs')
    await runs.menu(1, 'Delete')
    await window.goTo('Library')
    await expect(library.part('bin')).toHaveText('3 MB')
    await page.getByRole('button', { name: 'Empty the bin…' }).click()
    await page.getByRole('dialog', { name: 'Empty the bin?' }).getByRole('button', { name: 'Delete for good' }).click()
    await expect(library.part('bin')).toHaveText('0 B')
  })
})
