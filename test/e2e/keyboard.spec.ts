import type { Locator, Page } from '@playwright/test'
import { expect, recipes, test } from './support/fixtures.ts'
import { cutOff, walkPage } from './support/walk.ts'

/** Presses Tab until this is focused. Returns how often. */
async function tabTo(page: Page, target: Locator, most = 150): Promise<number> {
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

  /**
   * By its key; what is there must be reached by Tab, with a ring, and be whole in a small window and a large one. As it is reached, it may be
   * focused afterwards without the way to it.
   */
  const go = async (keys: string, shown: Locator) => {
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await keyboard.press(keys)
    await expect(shown).toBeVisible()
    const name = await page.evaluate(() => location.hash)
    for (const width of [1024, 3840]) expect.soft(await cutOff(page, width), `${name} at ${width} pixels`).toEqual([])
    const { unseen, unreached } = await walkPage(page)
    expect.soft(unseen, `without a ring on ${name}`).toEqual([])
    expect.soft(unreached, `not reached on ${name}`).toEqual([])
  }
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
  const heading = (name: string) => page.getByRole('heading', { name, level: 1 })
  const focused = page.locator(':focus')

  await test.step('all pages stay in reach on the usual screens', async () => {
    const rail = page.getByRole('navigation', { name: 'Pages' })
    const before = page.viewportSize()!
    for (const [width, height] of [
      [1024, 768],
      [1280, 720],
      [1366, 768],
      [1920, 1080],
      [3440, 1440],
    ]) {
      await page.setViewportSize({ width, height })
      const hidden = await rail.evaluate((nav) => nav.scrollHeight - nav.clientHeight)
      expect.soft(hidden, `of the rail at ${width} × ${height}`).toBe(0)
    }
    await page.setViewportSize(before)
  })

  await test.step('live: one stop for the held-out samples, which arrows lead through', async () => {
    const samples = page.getByRole('list', { name: 'Samples of the evaluation' }).getByRole('button')
    await go('2', samples.first())
    await samples.first().focus()
    await keyboard.press('ArrowDown')
    await expect(samples.nth(1)).toBeFocused()
    await keyboard.press('End')
    await expect(focused).not.toHaveAttribute('data-item', '1')
    await keyboard.press('Home')
    await expect(focused).toHaveAttribute('data-item', '0')
    await keyboard.press('Enter')
    await expect(page.getByRole('list', { name: 'One sample of every moment' })).toBeVisible()
    await keyboard.press('Escape')
  })

  await test.step('runs: searched, opened', async () => {
    await go('1', studio.runs.row(1))
    await page.getByRole('searchbox').or(page.getByRole('textbox')).first().focus()
    await keyboard.type('no-such-run')
    await expect(studio.runs.row(1)).toBeHidden()
    await keyboard.press('ControlOrMeta+a')
    await keyboard.press('Delete')
    await studio.runs.row(1).getByRole('link').first().focus()
    await keyboard.press('Enter')
    await expect(page).toHaveURL(/#\/live/)
  })

  await test.step('groups: from prompt to prompt, and into one', async () => {
    await go('h', page.getByRole('grid', { name: 'Prompts through the steps' }).getByRole('row').first())
    await keyboard.press('j')
    await keyboard.press('Enter')
    await expect(run.reader.prompt).toBeVisible()
    await keyboard.press('Escape')
  })

  await test.step('traces: one stop for the completions; the next one takes the focus along', async () => {
    const hits = page.getByRole('list', { name: 'Completions' }).getByRole('button')
    await go('5', hits.first())
    await hits.first().focus()
    await keyboard.press('ArrowDown')
    await expect(hits.nth(1)).toBeFocused()
    await keyboard.press('c')
    await expect(page.getByRole('list', { name: 'Completions' }).getByRole('checkbox').nth(1)).toBeChecked()
    await keyboard.press('c')
  })

  await test.step('pipeline, compare, sweeps, alerts', async () => {
    await go('Shift+P', page.getByRole('list', { name: 'Stages' }))
    await page.getByRole('link', { name: 'Its completions' }).or(button('Its completions')).first().focus()
    await keyboard.press('Enter')
    await expect(page).toHaveURL(/#\/traces/)
    await go('7', heading('Compare'))
    await go('Shift+G', heading('Sweeps'))
    await keyboard.press('Shift+S')
    await expect(page.getByRole('dialog')).toBeVisible()
    await keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
    await keyboard.press('1')
    await go('Shift+A', heading('Alerts'))
    await page.getByRole('radio', { name: 'All' }).focus()
    await keyboard.press('ArrowRight')
    await expect(page.getByRole('radio', { name: 'Not seen' })).toBeChecked()
  })

  await test.step('playground: asked and answered', async () => {
    const prompt = page.getByRole('textbox', { name: 'Prompt' })
    await go('3', prompt)
    await prompt.focus()
    await keyboard.type('1+2=')
    await keyboard.press('ControlOrMeta+Enter')
    await expect(page.getByRole('region', { name: 'Answers' }).or(page.getByRole('article')).first()).toBeVisible()
  })

  await test.step('measure: one stop for the evaluations, and one is opened', async () => {
    await go('m', button('1@0'))
    await page.getByRole('region', { name: 'Evaluations' }).locator('tbody button').first().focus()
    await keyboard.press('End')
    await expect(button('1@0')).toBeFocused()
    await keyboard.press('Enter')
    await expect(page.getByRole('region', { name: 'Evaluation 1@0' })).toBeVisible()
  })

  await test.step('library: its tabs by arrows', async () => {
    await go('4', page.getByRole('list', { name: 'Models' }))
    await page.getByRole('tab', { name: 'Models', exact: true }).focus()
    await keyboard.press('ArrowRight')
    await expect(page.getByRole('list', { name: 'Kinds of generated problems' })).toBeVisible()
  })

  await test.step('rewards: the editor lets Tab go on', async () => {
    await go('6', heading('Rewards of your own'))
    await page.getByRole('textbox', { name: 'Name' }).focus()
    await keyboard.type('2')
    await page.locator('.cm-content').focus()
    await keyboard.type('// ')
    await keyboard.press('Tab')
    await expect(page.locator('.cm-content')).not.toBeFocused()
  })

  await test.step('preferences: a set is begun and a pair is judged', async () => {
    const form = page.getByRole('form', { name: 'New set' })
    await go('8', form)
    await form.getByRole('textbox', { name: 'Name' }).focus()
    await keyboard.type('by keys')
    await keyboard.press('Enter')
    await expect(page.getByRole('article', { name: 'Left' })).toBeVisible()
    await keyboard.press('ArrowLeft')
    await expect(page.getByRole('button', { name: /Take back/ })).toBeEnabled()
  })

  await test.step('reward models, system, settings, help', async () => {
    await go('Shift+M', page.getByRole('region', { name: 'Train a reward model' }))
    await page.getByRole('radio', { name: 'Helpfulness' }).focus()
    await keyboard.press('ArrowRight')
    await expect(page.getByRole('radio', { name: 'Safety' })).toBeChecked()
    await go('9', heading('System'))
    await go('ControlOrMeta+,', page.getByRole('region', { name: 'Appearance' }))
    await page.getByRole('radio', { name: 'As the system' }).focus()
    await keyboard.press('ArrowRight')
    await expect(page.getByRole('radio', { name: 'Dark' })).toBeChecked()
    await go('F1', heading('Help'))
    await page.getByRole('link', { name: 'Five-minute tour' }).focus()
    await keyboard.press('Enter')
    await expect(page.getByRole('region', { name: 'Five-minute tour' })).toBeVisible()
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    expect.soft((await walkPage(page)).unreached).toEqual([])
  })
})
