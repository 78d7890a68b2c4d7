import { fillSamples } from '../bench/traces.ts'
import { fillFolder } from '../support/large-folder.ts'
import { RetentionDialog } from './pages/RetentionDialog.ts'
import { RunsPage } from './pages/RunsPage.ts'
import { violations } from './support/axe.ts'
import { expect, test } from './support/fixtures.ts'

const someSteps = 'A share of each step, and the newest steps whole'

test('a run is told to keep a share of its texts, and says of the others that they were not kept', async ({
  studio,
}) => {
  fillFolder(studio.dataFolder, { runs: 1, steps: 6 })
  // 20 steps of 256 samples
  fillSamples(studio.dataFolder, 2, '0002-bench', 20 * 256)
  await studio.open()
  const { page, window } = studio
  const runs = new RunsPage(page)
  const texts = new RetentionDialog(page)

  await test.step('what goes is said before it goes', async () => {
    await window.goTo('Runs')
    await runs.menu(2, 'Texts on the disk…')
    await expect(texts.dialog).toContainText('Texts that are kept: 5,120')
    await expect(texts.share).toBeDisabled()
    await texts.keep(someSteps)
    await texts.newest.fill('4')
    await expect(texts.warning).toHaveText(/^About 3,891 texts go, .*\. Nothing brings them back\.$/)
    await texts.share.fill('')
    await expect(texts.save).toBeDisabled()
    await texts.share.fill('10')
    await expect(texts.save).toHaveText('Let 3,686 texts go')
    expect(await violations(page)).toEqual([])
    await texts.save.click()
    await expect(window.message('Kept: 10 % of each step, and the 4 newest steps whole')).toBeVisible()
  })

  await test.step('it happens by itself, and nothing more goes', async () => {
    await expect(async () => {
      await runs.menu(2, 'Texts on the disk…')
      await expect(texts.dialog).toContainText(/Not kept: 3,[67]\d\d\./, { timeout: 1000 })
    }).toPass({ timeout: 20_000 })
    await expect(texts.save).toHaveText('Save')
    await page.keyboard.press('Escape')
  })

  await test.step('samples without their text keep their numbers', async () => {
    await page.evaluate(() => {
      location.hash = '#/traces/0002-bench?sort=oldest'
    })
    await expect(page.getByRole('status')).toContainText(/texts not kept/)
    const hit = page.getByRole('list', { name: 'Completions' }).getByRole('button').filter({ hasText: 'text not kept' })
    await hit.first().click()
    const shown = page.getByRole('complementary', { name: 'Completion' })
    await expect(shown).toContainText('text not kept')
    await expect(shown).toContainText(/\d+ tokens/)
    await expect(shown).toContainText(/right|wrong/)
    await shown.getByRole('button', { name: 'Open in its group' }).click()
    await expect(page.getByRole('list', { name: /Samples of step/ })).toContainText('text not kept')
    expect(await violations(page)).toEqual([])
  })

  await test.step('what new runs keep is a setting', async () => {
    await window.goTo('Settings')
    const section = page.getByRole('region', { name: 'Texts that are kept' })
    await expect(section).toContainText('New runs keep all texts')
    await section.getByRole('button', { name: 'Change…' }).click()
    await texts.keep(someSteps)
    await texts.budget.fill('2.5')
    await texts.save.click()
    await expect(section).toContainText('New runs keep 5 % of each step, and the 50 newest steps whole, at most 2.5 GB')
    expect(await violations(page)).toEqual([])
  })
})
