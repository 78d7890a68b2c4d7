import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from '@playwright/test'
import { startHost } from './support/browser-mode.ts'

const host = await startHost('/tmp/apph/wdata')
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' })
page.on('pageerror', (e) => console.log('PAGEERROR', e.message))
const shot = (n: string) => page.screenshot({ path: `/tmp/apph/t-${n}.png` })
const status = () =>
  page
    .locator('header')
    .first()
    .innerText()
    .then((x) => x.replace(/\n+/g, ' | ').slice(0, 260))
await page.goto(host.address)
await sleep(6000)
console.log('reopened', await status())
await shot('again')
const set = page.getByRole('textbox', { name: 'temperature' }).or(page.getByLabel('temperature')).first()
await set.fill('0.7')
await page.keyboard.press('Enter')
await sleep(500)
await page
  .getByRole('button', { name: 'Apply' })
  .click()
  .catch(() => {})
for (let i = 0; i < 10; i++) {
  await sleep(3000)
  console.log(await status())
}
await page.getByRole('button', { name: 'Pause', exact: true }).click()
for (let i = 0; i < 5; i++) {
  await sleep(3000)
  console.log('pause', await status())
}
await shot('paused')
await page.getByRole('button', { name: 'Go on', exact: true }).click()
await sleep(9000)
console.log('on', await status())
await page.keyboard.press('x')
await sleep(600)
await shot('stop')
await page.getByRole('button', { name: 'Stop', exact: true }).last().click()
for (let i = 0; i < 12; i++) {
  await sleep(3000)
  console.log('stop', await status())
}
await shot('stopped')
await page.keyboard.press('Shift+U')
for (let i = 0; i < 20; i++) {
  await sleep(3000)
  console.log('resume', await status())
}
await shot('resumed')
await browser.close()
console.log(await host.end('SIGINT'), host.output().slice(-1500))
process.exit()
