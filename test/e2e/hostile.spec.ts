import type { Page } from '@playwright/test'
import { fillHostile, hostileRun } from '../support/hostile-run.ts'
import { violations } from './support/axe.ts'
import { expect, test } from './support/fixtures.ts'

/** Ten megabytes drawn whole freeze a window for longer; how quick it is belongs to no test. */
const frozen = 5000

/** From what a person does to the frame that shows it, in the page; the best of some, as the machine does other things too. */
async function milliseconds(page: Page, act: string, shown: string): Promise<number> {
  return page.evaluate(
    async ([act, shown]) => {
      const frame = () => new Promise(requestAnimationFrame)
      const begun = performance.now()
      new Function(act)()
      const there = new Function(`return ${shown}`)
      while (!there()) await frame()
      await frame()
      return performance.now() - begun
    },
    [act, shown],
  )
}

async function best(one: () => Promise<number>): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 5; i++) times.push(await one())
  return Math.round(Math.min(...times))
}

test('what a model wrote is only ever text, all of it is seen, and ten megabytes of it open at once', async ({
  studio,
}, info) => {
  fillHostile(studio.dataFolder)
  await studio.open()
  const { page } = studio
  const tell = (description: string) => void info.annotations.push({ type: 'measured', description })
  const goTo = (hash: string) =>
    page.evaluate((to) => {
      location.hash = to
    }, hash)
  const harmless = async () => {
    expect(await page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined()
    expect(await page.locator('main :is(script, iframe, img[src=x], svg[onload], b[onmouseover])').count()).toBe(0)
  }
  const sample = (number: number) =>
    page
      .locator('section[aria-label=Reader] li')
      .filter({ has: page.getByRole('button', { name: `Label sample ${number}`, exact: true }) })

  await test.step('the reader of the live page', async () => {
    await goTo(`#/live/${hostileRun}?step=1`)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    const opened = async (group: number, shown: string) => {
      const reader = `document.querySelector('section[aria-label=Reader] ol')`
      const took = await milliseconds(
        page,
        `location.hash = '#/live/${hostileRun}?step=1&group=${group}&sample=3'`,
        `${reader}?.textContent.includes('${shown}')`,
      )
      await page.getByRole('button', { name: 'Back', exact: true }).click()
      await expect(page.getByRole('region', { name: 'Reader' })).toBeHidden()
      return took
    }
    const begun = await opened(0, 'Its beginning')
    const fetched = await opened(0, 'characters shown')
    const drawn = await best(() => opened(0, 'characters shown'))
    const ordinary = await best(() => opened(2, 'sample 4'))
    tell(
      `reader: ${begun} ms until it begins, ${fetched} ms with all of it, ${drawn} ms drawn, ${ordinary} ms for an ordinary group`,
    )
    expect(drawn - ordinary).toBeLessThan(frozen)

    await goTo(`#/live/${hostileRun}?step=1&group=0&sample=3`)
    await harmless()
    await expect(sample(1)).toContainText('<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>')
    await expect(sample(2)).toContainText('safe ⟨U+202E⟩gpj.exe⟨U+202C⟩ ⟨U+2066⟩isolated السلام')
    await expect(sample(3)).toContainText('bell␇ null␀ escape␛[31m delete␡ zero⟨U+200B⟩width ⟨U+FEFF⟩')
    await expect(sample(5)).toContainText('half �')
    expect(await violations(page)).toEqual([])
  })

  await test.step('a long one is found in, and unfolded in pieces, without a pause that is felt', async () => {
    const long = sample(4)
    await expect(long.getByRole('status')).toHaveText(/^19,998 of 9,900,017 characters shown$/)
    const find = long.getByRole('textbox', { name: 'Find in this text' })
    await find.fill('nowhere to be found')
    await find.press('Enter')
    await expect(long.getByRole('status')).toHaveText('“nowhere to be found” is not in it')
    await find.fill('needle-at-the-end')
    await find.press('Enter')
    await expect(long.locator('mark').filter({ hasText: 'needle-at-the-end' })).toBeInViewport()
    await long.getByRole('button', { name: 'Show earlier' }).click()
    await expect(long.getByRole('status')).toHaveText(/^1[01]\d,\d{3} of/)
    await harmless()
  })

  await test.step('Traces', async () => {
    await goTo(`#/traces/${hostileRun}?sort=tokens`)
    const hits = page.getByRole('list', { name: 'Completions' }).getByRole('button')
    await expect(hits.nth(4)).toBeVisible()
    await expect(hits.nth(1)).toContainText('bell␇ null␀')
    const shown = page.getByRole('complementary', { name: 'Completion' })
    await expect(shown).toContainText('characters shown')
    const other = `document.querySelectorAll('ul[aria-label=Completions] button')[3].click()`
    const markup = `document.querySelector('aside[aria-label=Completion]').textContent.includes('onerror')`
    const first = `document.querySelectorAll('ul[aria-label=Completions] button')[0].click()`
    const long = `document.querySelector('aside[aria-label=Completion]').textContent.includes('characters shown')`
    const opened = await best(async () => {
      await milliseconds(page, other, markup)
      return milliseconds(page, first, long)
    })
    tell(`traces: ${opened} ms`)
    expect(opened).toBeLessThan(frozen)
    await page.getByRole('textbox', { name: 'Text in the completion' }).fill('needle-at-the-end')
    await expect(page.getByRole('status').filter({ hasText: 'completions' })).toContainText('1 completions')
    await expect(hits.first().locator('mark')).toHaveText('needle-at-the-end')
    await harmless()
    expect(await violations(page)).toEqual([])
  })

  await test.step('groups by their prompts', async () => {
    await goTo(`#/live/${hostileRun}?step=1`)
    const row = page.getByRole('rowheader', { name: /Group 2:/ }).or(page.getByRole('button', { name: /^Group 2:/ }))
    await expect(row.first()).toContainText('<b onmouseover="window.hacked=5">⟨U+202E⟩pmorp</b>')
    await row.first().hover()
    await harmless()
  })
})
