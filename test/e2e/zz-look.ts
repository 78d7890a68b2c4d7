import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { startHost } from './support/browser-mode.ts'
const data = process.argv[2]
const host = await startHost(data)
const trainer = spawn(process.execPath, [join(import.meta.dirname, '../support/fake-trainer.ts'), data, '400'], { stdio: 'inherit' })
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
const shot = async (page: any, name: string) => page.screenshot({ path: `/tmp/ishots/${name}.png` })
try {
  await new Promise((r) => setTimeout(r, 4000))
  for (const [w, h] of [[1440, 900], [1024, 768]] as const)
    for (const scheme of ['dark', 'light'] as const) {
      const context = await browser.newContext({ viewport: { width: w, height: h }, colorScheme: scheme })
      const page = await context.newPage()
      page.on('pageerror', (e: Error) => console.log('PAGEERROR', e.message))
      page.on('console', (m: any) => m.type() === 'error' && console.log('CONSOLE', m.text()))
      await page.goto(host.address)
      await page.waitForTimeout(3500)
      await shot(page, `live-${w}-${scheme}`)
      const url = page.url().split('#')[0]
      const id = await page.evaluate(() => location.hash)
      console.log(id)
      if (scheme === 'dark' || w === 1440) {
        await page.evaluate(() => { location.hash = '#/runs' }); await page.waitForTimeout(1200); await shot(page, `runs-${w}-${scheme}`)
        if (w === 1440 && scheme === 'dark') {
          for (const [name, hash] of [['groups', '#/groups'], ['traces', '#/traces'], ['pipeline', '#/pipeline'], ['alerts', '#/alerts'], ['compare', `#/compare?runs=1,${process.argv[3]}`]] as const) {
            await page.evaluate((h) => { location.hash = h }, hash); await page.waitForTimeout(1500); await shot(page, `${name}-${w}-${scheme}`)
          }
          await page.evaluate((h) => { location.hash = h }, id.includes('live') ? id : '#/live'); await page.waitForTimeout(1500)
          await page.getByRole('tab', { name: /Checkpoints/ }).click(); await page.waitForTimeout(300)
          await page.getByRole('button', { name: /Open|best/i }).first().click().catch(() => {})
          await page.keyboard.press('Enter'); await page.waitForTimeout(500)
          await shot(page, `live2-${w}-${scheme}`)
          await page.keyboard.press('o'); await page.waitForTimeout(1200); await shot(page, `reader-${w}-${scheme}`)
        }
      }
      await context.close()
    }
} finally {
  trainer.kill('SIGKILL')
  await browser.close()
  await host.end('SIGINT')
}
