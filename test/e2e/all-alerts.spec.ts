import type { AlertKind } from '../../src-main/contract/records.ts'
import { insertAlert } from '../../src-main/store/alerts.ts'
import { Store } from '../../src-main/store/store.ts'
import { fillFolder } from '../support/large-folder.ts'
import { AlertsPage } from './pages/AlertsPage.ts'
import { violations } from './support/axe.ts'
import { expect, recipes, test } from './support/fixtures.ts'

test('the alerts of all runs are in one list: found, marked as seen with a way back, and led from to what helps', async ({
  studio,
}) => {
  fillFolder(studio.dataFolder, { runs: 2, steps: 12 })
  const store = new Store(studio.dataFolder)
  store.write((db) => {
    const alert = (run: number, step: number, kind: AlertKind, message: string) =>
      insertAlert(db, run, {
        ...{
          step,
          kind,
          message,
          hint: 'Lower the learning rate.',
          at: new Date(Date.UTC(2026, 0, run, step)).toISOString(),
        },
        evidence: [{ step, group: 1, sample: 2 }],
      })
    alert(1, 3, 'kl-jump', 'KL rose from 0.02 to 0.9 in 5 steps.')
    alert(2, 4, 'no-signal', '94 % of the groups had equal rewards.')
    alert(2, 9, 'kl-jump', 'KL rose from 0.1 to 1.2 in 5 steps.')
  })
  store.close()
  await studio.open()
  const { page, window } = studio
  const alerts = new AlertsPage(page)

  await test.step('the rail counts those that nobody has seen; the newest stands on top', async () => {
    await expect(alerts.badge).toHaveAccessibleName(/3 alerts not seen/)
    await page.keyboard.press('Shift+A')
    await expect(alerts.counts).toContainText('3 alerts, 3 not seen in all runs')
    await expect(alerts.all.first()).toContainText('KL rose from 0.1 to 1.2')
    expect.soft(await violations(page)).toEqual([])
  })

  await test.step('by kind and by run, which the address holds', async () => {
    await alerts.choose('Kind', /^KL jump/)
    await expect(alerts.all).toHaveCount(2)
    await alerts.choose('Run', /^#1 /)
    await expect(alerts.all).toHaveCount(1)
    await expect(page).toHaveURL(/#\/alerts\?kind=kl-jump&run=1/)
    await page.reload()
    await expect(alerts.all).toHaveCount(1)
    await page.evaluate(() => {
      location.hash = '#/alerts?kind=gate'
    })
    await page.getByRole('button', { name: 'Show all' }).click()
    await expect(alerts.all).toHaveCount(3)
  })

  await test.step('one is seen, then all, then not after all', async () => {
    await page.getByRole('button', { name: 'Mark the alert of run 2 at step 4 as seen' }).click()
    await expect(alerts.badge).toHaveAccessibleName(/2 alerts not seen/)
    await page.getByText('Not seen', { exact: true }).click()
    await expect(alerts.all).toHaveCount(2)
    await alerts.seeAll.click()
    await expect(page.getByText('No alert is like that.')).toBeVisible()
    await expect(alerts.badge).toHaveAccessibleName('Alerts')
    await window.message('2 alerts marked as seen').getByRole('button', { name: 'Undo' }).click()
    await expect(alerts.badge).toHaveAccessibleName(/2 alerts not seen/)
    await page.getByText('All', { exact: true }).click()
  })

  await test.step('its samples are a click away, and looked at it is seen', async () => {
    await alerts.one('0.02 to 0.9').getByRole('button', { name: 'group 2, sample 3' }).click()
    await expect(page).toHaveURL(/#\/live\/0001-.*step=3&group=1&sample=2/)
    await expect(alerts.badge).toHaveAccessibleName(/1 alert not seen/)
  })

  await test.step('what helps a run that goes is done from the list', async () => {
    const run = await studio.launch(recipes.alike)
    await expect(run.status).toHaveText('paused', { timeout: 60_000 })
    await window.goTo('Alerts')
    await alerts
      .one(/all outputs give the same answer/)
      .first()
      .getByRole('button', { name: 'Raise the temperature' })
      .click()
    await expect(run.steer.knob('temperature')).toHaveValue('0.15')
  })
})
