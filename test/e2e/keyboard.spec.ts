import type { Locator, Page } from '@playwright/test'
import { expect, recipes, test } from './support/fixtures.ts'

/** Presses Tab until this is focused. Returns how often. */
async function tabTo(page: Page, target: Locator, most = 60): Promise<number> {
  for (let presses = 1; presses <= most; presses++) {
    await page.keyboard.press('Tab')
    if (await target.evaluate((element) => element === document.activeElement)) return presses
  }
  throw new Error(`${target} is not reached with ${most} presses of Tab.`)
}

test('everything is reached and done by keyboard alone', async ({ studio }) => {
  await studio.open()
  const { page, run, window } = studio
  const { keyboard } = page

  await test.step('a run is launched', async () => {
    await expect(page.getByRole('button', { name: 'Launch r1-zero-mini' })).toBeEnabled()
    await keyboard.press('n')
    const dialog = studio.launchDialog
    await expect(dialog.root.getByRole('combobox', { name: 'Recipe' })).toBeFocused()
    await keyboard.press('Enter')
    // Upwards to the last entry, a file. The list takes keys from when it is drawn on, so look where they lead.
    const file = page.getByRole('option', { name: /file/i })
    await expect(file).toBeVisible()
    await expect(async () => {
      await keyboard.press('ArrowUp')
      await expect(file).toHaveAttribute('data-combobox-selected', 'true', { timeout: 200 })
    }).toPass()
    await keyboard.press('Enter')
    await expect(dialog.field('Recipe file')).toBeVisible()
    await tabTo(page, dialog.field('Recipe file'))
    await keyboard.type(recipes.endless)
    await keyboard.press('Enter')
    await expect(dialog.root).toBeHidden({ timeout: 60_000 })
    await expect(run.status).toHaveText('running')
    await run.waitForStep(2)
    await keyboard.press('p')
    await expect(run.status).toHaveText('paused')
  })

  await test.step('focus is seen wherever it goes', async () => {
    await tabTo(page, window.link('Runs'))
    for (let presses = 0; presses < 40; presses++) {
      await keyboard.press('Tab')
      const seen = await page.evaluate(() => {
        const element = document.activeElement
        if (!(element instanceof HTMLElement) || element === document.body) return null
        const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(element)
        const ring = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0
        return { ring: ring || boxShadow !== 'none', borderColor, what: element.outerHTML.slice(0, 120) }
      })
      if (seen) expect(seen.ring, `focus ring on ${seen.what}`).toBe(true)
    }
  })

  await test.step('a knob is turned', async () => {
    await keyboard.press('Escape')
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await keyboard.press('t')
    await expect(run.steer.knob('temperature')).toBeFocused()
    await keyboard.type('1.3')
    await keyboard.press('Enter')
    const message = window.message('Temperature 1 → 1.3')
    await expect(message).toBeVisible()
    const { x } = (await message.boundingBox())!
    const heatmap = (await run.groups.root.boundingBox())!
    expect(x, 'a message does not lie over the heatmap').toBeGreaterThanOrEqual(heatmap.x + heatmap.width)
    await keyboard.press('Tab')
    await expect(run.steer.row('temperature').getByRole('slider')).toBeFocused()
    await keyboard.press('ArrowRight')
    await expect(run.steer.knob('temperature')).not.toHaveValue('1.3')
    await keyboard.press('Escape')
    await expect(run.steer.knob('temperature')).toHaveValue('1.3')
    await expect(run.reader.root).toBeHidden()
  })

  await test.step('the heatmap is walked, and a group is opened and closed', async () => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await keyboard.press('g')
    const { groups, reader } = run
    const header = (row: number) => groups.rows.nth(row).getByRole('rowheader')
    await expect(header(0)).toBeFocused()
    await keyboard.press('ArrowDown')
    await expect(header(1)).toBeFocused()
    await keyboard.press('ArrowRight')
    await keyboard.press('ArrowRight')
    const cell = groups.cells(groups.rows.nth(1)).nth(1)
    await expect(cell).toBeFocused()
    const sample = /^Sample (\d+)/.exec((await cell.getAttribute('aria-label'))!)![1]
    await keyboard.press('Enter')
    await expect(reader.prompt).toBeFocused()
    await expect(reader.sample(Number(sample) - 1)).toHaveAttribute('data-marked', 'true')
    const prompt = await reader.prompt.getAttribute('aria-label')
    await keyboard.press('j')
    await expect(reader.prompt).not.toHaveAccessibleName(prompt!)
    await keyboard.press('k')
    await expect(reader.prompt).toHaveAccessibleName(prompt!)
    await reader.samples.first().getByRole('note').first().hover()
    await expect(window.hint).toContainText('whose answer is right')
    await keyboard.press('Escape')
    await expect(reader.root, 'a hint does not keep Escape for itself').toBeHidden()
    await expect(window.hint).toBeHidden()
    await expect(cell).toBeFocused()
    await keyboard.press('End')
    await expect(groups.cells(groups.rows.nth(1)).last()).toBeFocused()
  })
})
