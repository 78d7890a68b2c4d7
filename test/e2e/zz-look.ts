import { chromium } from '@playwright/test'
import { startHost } from './support/browser-mode.ts'

const host = await startHost('/tmp/mine')
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const shots: [string, 'dark' | 'light', number, number, string][] = [
  ['lib', 'dark', 1440, 900, '#/library/checkpoints'],
  ['al', 'light', 1440, 900, '#/alerts'],
  ['set', 'dark', 1024, 768, '#/settings'],
  ['help', 'light', 1440, 900, '#/help'],
]
for (const [name, scheme, width, height, hash] of shots) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: scheme, reducedMotion: 'reduce' })
  page.on('pageerror', (e) => console.log(name, e.message))
  await page.goto(host.address + hash)
  await page.waitForTimeout(3500)
  await page.screenshot({ path: `/tmp/look-${name}.png` })
  await page.close()
}
await browser.close()
await host.end('SIGINT')
