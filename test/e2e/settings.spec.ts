import { readFileSync, writeFileSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { violations } from './support/axe.ts'
import { expect, recipes, test } from './support/fixtures.ts'

test('what a person sets is kept, found, and carried to another window as a file that is checked', async ({
  studio,
}, info) => {
  await studio.open()
  const { page, window } = studio
  await expect(window.link('Live')).toBeVisible()
  await page.keyboard.press('ControlOrMeta+,')
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible()
  const find = page.getByRole('searchbox', { name: 'Find a setting' })

  await test.step('set, and kept', async () => {
    await page.getByRole('region', { name: 'Appearance' }).getByText('Light', { exact: true }).click()
    await expect.poll(() => window.scheme()).toBe('light')
    await page.getByText('tokens', { exact: true }).click()
    await page.getByRole('switch', { name: 'Smooth curves' }).uncheck({ force: true })
    await page.reload()
    await expect.poll(() => window.scheme()).toBe('light')
    await expect(page.getByRole('radio', { name: 'tokens' })).toBeChecked()
    await expect(page.getByRole('switch', { name: 'Smooth curves' })).not.toBeChecked()
  })

  await test.step('found by a word', async () => {
    await find.fill('logarithm')
    await expect(page.getByRole('switch')).toHaveCount(1)
    await expect(page).toHaveURL(/#\/settings\?text=logarithm/)
    await find.fill('no such thing')
    await expect(page.getByText('No setting is called “no such thing”.')).toBeVisible()
    await page.getByRole('button', { name: 'Show all' }).click()
    await expect(page.getByRole('region', { name: 'Data folder' })).toContainText(studio.dataFolder)
  })

  const file = info.outputPath('settings.json')
  await test.step('written to a file, and read from it', async () => {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export' }).click()
    await (await download).saveAs(file)
    const written = JSON.parse(readFileSync(file, 'utf8'))
    expect(written.settings).toMatchObject({ 'appearance.scheme': 'light', 'reading.over': 'tokens' })
    writeFileSync(file, JSON.stringify({ ...written, settings: { ...written.settings, 'reading.over': 'hours' } }))
    await page.setInputFiles('input[type=file]', file)
    const refused = page.getByRole('alert').filter({ hasText: 'These settings cannot be taken' })
    await expect(refused).toContainText('cannot be "hours": it takes steps, time, tokens.')
    await expect(page.getByRole('radio', { name: 'tokens' })).toBeChecked()
    expect.soft(await violations(page)).toEqual([])
    writeFileSync(
      file,
      JSON.stringify({ ...written, settings: { 'reading.over': 'time', 'appearance.scheme': 'dark' } }),
    )
    await page.setInputFiles('input[type=file]', file)
    await expect(window.message('2 settings taken from settings.json')).toBeVisible()
    await expect(page.getByRole('radio', { name: 'time' })).toBeChecked()
    await expect.poll(() => window.scheme()).toBe('dark')
    await expect(refused).toBeHidden()
  })

  await test.step('the layout is reset, and what is set stays', async () => {
    await page.evaluate(() => localStorage.setItem('grpo-studio.runs', '{"group":"recipe","sort":"name"}'))
    await page.getByRole('button', { name: 'Reset the layout…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Reset', exact: true }).click()
    await expect(page.getByRole('radio', { name: 'time' })).toBeChecked()
    await expect.poll(() => page.evaluate(() => localStorage.getItem('grpo-studio.runs'))).toBeNull()
  })
})

/** A browser that asks once, and a window that is behind another one. */
async function behind(page: Page, answer: 'granted' | 'denied'): Promise<void> {
  await page.addInitScript((said) => {
    const shown: { title: string; body: string; onclick: (() => void) | null }[] = []
    class FakeNotification {
      static permission = sessionStorage.getItem('permission') ?? 'default'
      static async requestPermission() {
        sessionStorage.setItem('permission', said)
        FakeNotification.permission = said
        return said
      }
      onclick: (() => void) | null = null
      title: string
      body: string
      constructor(title: string, { body }: { body: string }) {
        this.title = title
        this.body = body
        shown.push(this)
      }
      close() {}
    }
    Object.assign(globalThis, { Notification: FakeNotification, shown })
    document.hasFocus = () => false
  }, answer)
  await page.reload()
}

test('a run that pauses while another window is in front is told of natively, once a person wants that', async ({
  studio,
}) => {
  await studio.open()
  const { page, window } = studio
  await behind(page, 'granted')
  const shown = () =>
    page.evaluate(() =>
      (globalThis as unknown as { shown: { title: string; body: string }[] }).shown.map(({ title, body }) => ({
        title,
        body,
      })),
    )
  const run = await studio.launch(recipes.endless)
  await run.waitForStep(2)
  await run.pause()
  expect(await shown(), 'nobody asked for it').toEqual([])
  await run.goOn()

  await window.goTo('Settings')
  const notifications = page.getByRole('region', { name: 'Notifications' })
  await expect(notifications.getByRole('status')).toHaveText(/has not asked you yet/)
  await notifications.getByRole('switch', { name: 'Notify me outside the window' }).check({ force: true })
  await expect(notifications.getByRole('status')).toHaveText('The browser lets this window notify you.')
  await notifications.getByRole('button', { name: 'Send a test' }).click()
  expect(await shown()).toHaveLength(1)
  await window.goTo('Live')
  await run.pause()
  await expect.poll(async () => (await shown()).at(-1)?.title).toMatch(/^#1 .* is paused$/)
  expect((await shown()).at(-1)?.body).toMatch(/^After step \d+ of \d+/)

  await window.goTo('Library')
  await page.evaluate(() => (globalThis as unknown as { shown: { onclick(): void }[] }).shown.at(-1)?.onclick())
  await expect(page).toHaveURL(/#\/live\/0001-/)
})

test('a browser that does not let the window notify is told of, with the way out', async ({ studio }) => {
  await studio.open()
  const { page, window } = studio
  await behind(page, 'denied')
  await window.goTo('Settings')
  const ask = page.getByRole('switch', { name: 'Notify me outside the window' })
  await ask.check({ force: true }).catch(() => undefined)
  await expect(window.message('The browser does not let this window notify you.')).toContainText('Allow notifications')
  await expect(ask).not.toBeChecked()
})
