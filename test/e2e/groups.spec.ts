import { GroupsPage } from './pages/GroupsPage.ts'
import { violations } from './support/axe.ts'
import { expect, recipes, test } from './support/fixtures.ts'

test('every prompt through the steps: sorted, filtered, walked through by keys, read and left again', async ({
  studio,
}) => {
  await studio.open()
  const { page, window } = studio
  const run = await studio.launch(recipes.endless)
  await run.waitForStep(4)
  await page.keyboard.press('h')
  const groups = new GroupsPage(page)
  await expect(window.link('Groups')).toHaveAttribute('aria-current', 'page')
  await expect(groups.rows.first()).toBeVisible()
  await expect(groups.status).toContainText(/\d+ prompts, \d+ groups/)

  // it follows the run
  const countOf = async () => Number(/(\d+) groups/.exec((await groups.status.textContent()) ?? '')?.[1])
  const before = await countOf()
  await expect.poll(countOf, { timeout: 20_000 }).toBeGreaterThan(before)
  await window.goTo('Live')
  await run.pause()
  await page.goBack()
  await expect(groups.rows.first()).toBeVisible()

  await groups.sort('right').click()
  await expect(page).toHaveURL(/sort=solved/)
  await expect(groups.sort('right')).toHaveAttribute('aria-pressed', 'true')
  const shares = async () => (await groups.column(2)).map((text) => Number.parseInt(text, 10))
  const up = await shares()
  expect(up).toEqual(up.toSorted((a, b) => a - b))
  await groups.sort('right').click()
  await expect.poll(shares).toEqual(up.toSorted((a, b) => b - a))

  const [prompt] = await groups.column(0)
  await page.getByRole('textbox', { name: 'Text in the prompt' }).fill(prompt)
  await expect(groups.status).toContainText(/^\d+ of \d+ prompts/)
  await expect(page).toHaveURL(/text=/)
  await page.reload()
  await expect(groups.rows.first()).toContainText(prompt)
  await page.getByRole('textbox', { name: 'Text in the prompt' }).fill('nothing is like this')
  await expect(page.getByText('No prompt is like that')).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Clear' }).click()

  await page.getByRole('heading', { name: 'Groups' }).click()
  await page.keyboard.press('j')
  await expect(groups.rows.first()).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('j')
  await page.keyboard.press('k')
  const newest = await groups.looked.getByRole('status').textContent()
  await page.keyboard.press('ArrowLeft')
  await expect(groups.looked.getByRole('status')).not.toHaveText(newest ?? '')
  await expect(groups.looked).toContainText(/step \d+, group \d+ · reward [\d.]+ ± [\d.]+ · \d of \d right/)
  await groups.cells(groups.rows.first()).hover()
  await expect(groups.cells(groups.rows.first())).toContainText(/step \d+, group \d+/)

  const where = page.url()
  await page.keyboard.press('Enter')
  await expect(run.reader.samples.first()).toBeVisible()
  await expect(run.reader.root).toContainText(prompt)
  await page.keyboard.press('Escape')
  await expect(groups.rows.first()).toBeVisible()
  expect(page.url()).toBe(where)
})

test('the groups of one step, from the strip above or by a key, and from group to group in them', async ({
  studio,
}) => {
  const run = await studio.openRecorded()
  const { page, window } = studio
  const groups = new GroupsPage(page)
  await window.goTo('Groups')
  await page.getByRole('img', { name: /^Share of groups without signal by step/ }).click({ position: { x: 4, y: 8 } })
  await expect(groups.oneStep(1)).toBeVisible()
  await expect(page).toHaveURL(/view=step&step=1/)
  await page.getByRole('heading', { name: 'Groups' }).click()
  await page.keyboard.press('ArrowRight')
  await expect(groups.oneStep(2)).toBeVisible()
  const focused = page.locator(':focus')
  await page.keyboard.press('j')
  await expect(focused).toHaveAttribute('aria-label', /^Group \d+: /)
  const first = (await focused.getAttribute('aria-label'))!
  await page.keyboard.press('j')
  await expect(focused).not.toHaveAttribute('aria-label', first)
  const prompt = (await page.locator(':focus').textContent()) ?? ''
  await page.keyboard.press('Enter')
  await expect(run.reader.root).toContainText(prompt)
  await page.keyboard.press('Escape')
  await expect(groups.oneStep(2)).toBeVisible()
  await page.keyboard.press('o')
  await expect(groups.grid).toBeVisible()
})

test('a run that is not there is named', async ({ studio }) => {
  await studio.open()
  const { page } = studio
  await page.evaluate(() => {
    location.hash = '#/groups/0099-nobody'
  })
  await expect(page.getByRole('alert').filter({ hasText: 'There is no run "0099-nobody"' })).toBeVisible()
})
