import { violations } from './support/axe.ts'
import { expect, test } from './support/fixtures.ts'

test('tokens of a group are coloured by what the nearest checkpoint makes of them, with what else was likely', async ({
  studio,
}) => {
  const run = await studio.openRecorded()
  const { page, window } = studio
  await run.groups.cells(run.groups.rows.first()).first().click()
  await expect(run.reader.samples.first()).toBeVisible()
  const plain = await run.reader.textOf(run.reader.samples.first())

  await page.keyboard.press('v')
  const coloured = run.reader.root.locator('[data-colour="surprise"]').locator('span')
  await expect(coloured.first()).toBeVisible()
  await expect(run.reader.samples.first()).toContainText(/least likely: .+ \d+\.\d %/)
  await expect(run.reader.root).toContainText(/certain .*one in 50 or less, by the checkpoint of step \d+/)
  const first = await run.reader.samples.first().locator('[data-colour="surprise"]').innerText()
  expect(plain, 'the same sample').toContain(/<answer>([^<]*)/.exec(first)?.[1].trim() ?? '')
  await coloured.nth(3).hover()
  await expect(window.hint).toContainText(
    /“.+” \d+\.\d %; choice \d+\.\d\d nats; .+ against the reference\. Else: .+ %/,
  )
  for (const scheme of ['dark', 'light'] as const) {
    await window.setScheme(scheme)
    await page.mouse.move(0, 0)
    expect.soft(await violations(page), scheme).toEqual([])
  }
  await page.keyboard.press('v')
  await expect(run.reader.root).toContainText('2 nats or more')
  await page.keyboard.press('v')
  await expect(run.reader.root).toContainText('20 times likelier')
  await page.keyboard.press('v')
  await expect(run.reader.samples.first()).toContainText('answer')
  expect(await run.reader.textOf(run.reader.samples.first())).toBe(plain)
})
