import { FakeRay } from '../host/support/fake-ray.ts'
import { LaunchDialog } from './pages/LaunchDialog.ts'
import { violations } from './support/axe.ts'
import { expect, test } from './support/fixtures.ts'

const ray = new FakeRay()
test.beforeEach(() => ray.jobs.clear())
test.afterEach(() => ray.stop())

/** As the driver would. */
async function deliver(path: string, body: object, method = 'POST'): Promise<void> {
  const { key, report } = ray.order
  const headers = { authorization: `Bearer ${report.token}`, 'content-type': 'application/json' }
  const url = `${report.url}/ingest/v1/runs/${key}${path}`
  expect((await fetch(url, { method, headers, body: JSON.stringify(body) })).status).toBe(200)
}

const step = (seq: number) => ({
  seq,
  report: { kind: 'step', step: seq, at: new Date().toISOString(), seconds: 2, metrics: { reward: seq / 10 } },
})

test('a recipe is trained on a Ray cluster: added, tried, submitted, watched, its log read, ended and resumed', async ({
  studio,
}) => {
  const address = await ray.start()
  await studio.open()
  const { page, window, run } = studio
  const dialog = new LaunchDialog(page)
  await window.openLaunchDialog()

  await test.step('a cluster is added from the dialog of a new run', async () => {
    await dialog.root.getByRole('combobox', { name: 'Train on' }).click()
    await page.getByRole('option', { name: 'a Ray cluster…' }).click()
    const form = page.getByRole('dialog', { name: 'Add a Ray cluster' })
    await form.getByRole('textbox', { name: 'Name', exact: true }).fill('lab')
    const where = form.getByRole('textbox', { name: 'Address of its dashboard' })
    await where.fill('http://10.0.0.1:8265')
    await form.getByRole('button', { name: 'Save' }).click()
    await expect(form.getByRole('alert')).toContainText('would not reach this app, which listens on 127.0.0.1 alone')
    await where.fill(address)
    await form.getByRole('button', { name: 'Try the connection' }).click()
    await expect(form.getByRole('status')).toContainText('Ray 2.60.0')
    await expect(form.getByRole('status')).toContainText('2 free of 2')
    await form.getByRole('button', { name: 'Save' }).click()
    await expect(form).toBeHidden()
    await expect(dialog.root.getByRole('region', { name: 'Cluster' })).toContainText('Ray 2.60.0')
    await expect(dialog.estimate).toHaveCount(0)
  })

  await test.step('what the cluster cannot honour is refused before anything is sent', async () => {
    await dialog.root.getByRole('combobox', { name: 'Recipe' }).click()
    await page.getByRole('option', { name: /^r1-mini/ }).click()
    await expect(dialog.root.getByRole('alert')).toContainText('addTokens: the model is handed over as it is.')
    await expect(dialog.root.getByRole('button', { name: 'Submit' })).toBeDisabled()
    await dialog.root.getByRole('combobox', { name: 'Recipe' }).click()
    await page.getByRole('option', { name: /^r1-zero-mini/ }).click()
    await expect(dialog.root.getByRole('alert')).toHaveCount(0)
  })

  await test.step('it is submitted, and its page says how its job is', async () => {
    await dialog.root.getByRole('button', { name: 'Submit' }).click()
    await expect(dialog.root).toBeHidden({ timeout: 60_000 })
    await expect(run.status).toHaveText('starting')
    await expect(run.header).toContainText('lab')
    await expect(run.header).toContainText('submitted, waits to start', { timeout: 60_000 })
    ray.newest.status = 'RUNNING'
    ray.newest.log = Array.from({ length: 200 }, (_, i) => `\u001b[36mline ${i}\u001b[0m <b>not live</b>\n`).join('')
    await expect(run.header).toContainText('job runs')
    await deliver(
      '',
      { title: 'On the lab', source: { engine: 'trl' }, totalSteps: 150, commands: ['pause', 'stop'] },
      'PUT',
    )
    await deliver('/reports', { writer: 'w', reports: [step(1), step(2), step(3)] })
    await expect(run.status).toHaveText('running')
    await run.waitForStep(3)
    await expect(run.header.getByRole('list', { name: 'Stages' })).toContainText('short')
  })

  await test.step('its log is followed and searched', async () => {
    await page.keyboard.press('Shift+J')
    const log = page.getByRole('region', { name: 'Log', exact: true })
    await expect(log).toContainText('line 199 <b>not live</b>', { timeout: 40_000 })
    await expect(log.locator('b')).toHaveCount(0)
    expect(await violations(page)).toEqual([])
    ray.newest.log += 'and one more\n'
    await expect(log).toContainText('and one more')
    await page.getByRole('textbox', { name: 'Search the log' }).fill('line 42 ')
    await page.getByRole('list', { name: 'Lines found' }).getByRole('button').click()
    await expect(log.locator('mark')).toHaveText('line 42')
    await page.getByRole('button', { name: 'To the end' }).click()
    await expect(log).toContainText('and one more')
    await page.keyboard.press('Escape')
  })

  await test.step('a cluster that does not answer is said to be lost, and its job can be given up', async () => {
    await ray.stop()
    await expect(run.header).toContainText('cluster does not answer')
    expect(await violations(page)).toEqual([])
    await run.header.getByRole('button', { name: 'Give its job up…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Give it up' }).click()
    await expect(run.status).toHaveText('stopped')
    await ray.start(Number(new URL(address).port))
  })

  await test.step('it goes on as a new job of the same run', async () => {
    await run.header.getByRole('button', { name: 'Resume from the last checkpoint' }).click()
    await expect(run.header).toContainText('submission 2', { timeout: 60_000 })
    await expect.poll(() => ray.order.resume, { timeout: 60_000 }).toBe(true)
    await window.goTo('Runs')
    await expect(page.getByRole('row').filter({ hasText: 'On the lab' })).toContainText('lab')
  })

  await test.step('it stands among the settings, where it is tried and removed with a way back', async () => {
    await window.goTo('Settings')
    const clusters = page.getByRole('region', { name: 'Ray clusters' })
    await clusters.getByRole('button', { name: 'Try lab' }).click()
    await expect(clusters.getByRole('status')).toContainText('Ray 2.60.0')
    expect(await violations(page)).toEqual([])
    await clusters.getByRole('button', { name: 'Change lab' }).click()
    await expect(page.getByRole('dialog', { name: 'Change lab' })).toBeVisible()
    expect(await violations(page)).toEqual([])
    await page.keyboard.press('Escape')
    await clusters.getByRole('button', { name: 'Remove lab' }).click()
    await expect(clusters).toContainText('No cluster yet')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect(clusters).toContainText('lab')
  })
})
