import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, recipes, test } from './support/fixtures.ts'

test('pairs of a file are labelled by keyboard, taken back, measured and saved', async ({ studio }) => {
  await studio.open()
  const { page, window } = studio
  const { keyboard } = page
  const file = join(studio.dataFolder, 'pairs.jsonl')
  const pairs = Array.from({ length: 12 }, (_, i) => ({
    prompt: `Question ${i}?`,
    chosen: `<think>so</think>A good answer ${i}`,
    rejected: `A bad answer ${i}`,
  }))
  writeFileSync(file, pairs.map((pair) => JSON.stringify(pair)).join('\n'))
  await window.goTo('Preferences')
  const form = page.getByRole('form', { name: 'New set' })
  await expect(form.getByRole('button', { name: 'Begin to label' })).toBeDisabled()
  await form.getByRole('textbox', { name: 'Name' }).fill('first look')
  await form.getByRole('textbox', { name: 'File' }).fill('/nowhere.jsonl')
  await form.getByRole('button', { name: 'Begin to label' }).click()
  await expect(form.getByRole('alert')).toContainText('There is no data set /nowhere.jsonl')
  await form.getByRole('textbox', { name: 'File' }).fill(file)
  await form.getByRole('button', { name: 'Begin to label' }).click()

  const [left, right] = [page.getByRole('article', { name: 'Left' }), page.getByRole('article', { name: 'Right' })]
  const progress = page.getByRole('status').filter({ hasText: 'of 12' })
  const prompt = page.getByRole('region', { name: 'Prompt' })
  await expect(progress).toHaveText('1 of 12')
  await expect(page).toHaveURL(/#\/preferences\/1$/)
  const good = async () => ((await left.innerText()).includes('good') ? 'ArrowLeft' : 'ArrowRight')
  const sides = new Set<string>()
  for (let i = 0; i < 10; i++) {
    await expect(prompt).toHaveText(`Question ${i}?`)
    const key = await good()
    sides.add(key)
    await keyboard.press(key)
  }
  expect(sides.size, 'sides are drawn').toBe(2)

  await test.step('the first one comes again, turned round, and all is as before after a reload', async () => {
    await expect(page.getByText('shown again')).toBeVisible()
    await expect(prompt).toHaveText('Question 0?')
    const before = (await left.textContent())!
    await page.reload()
    await expect(left).toHaveText(before)
    await keyboard.press(await good())
    await expect(progress).toHaveText('11 of 12')
  })

  await test.step('the last label is taken back', async () => {
    await keyboard.press('u')
    await expect(page.getByText('shown again')).toBeVisible()
    await keyboard.press('u')
    await expect(progress).toHaveText('10 of 12')
    await expect(prompt).toHaveText('Question 9?')
    await keyboard.press(await good())
    await expect(page.getByText('shown again')).toBeVisible()
    await keyboard.press(await good())
  })

  await test.step('a tie, a skip, and the end', async () => {
    await expect(prompt).toHaveText('Question 10?')
    await expect(right).toBeVisible()
    await keyboard.press('t')
    await expect(prompt).toHaveText('Question 11?')
    await keyboard.press('d')
    await expect(left.locator('mark').first()).toBeVisible()
    await page.getByRole('button', { name: 'Skip' }).click()
    await expect(page.getByRole('heading', { name: 'Done: 12 items labelled' })).toBeVisible()
    const figures = page.getByRole('region', { name: 'Sets' })
    await expect(figures.getByText('as the file says').locator('xpath=following-sibling::dd')).toContainText('100 %')
    await expect(figures.getByText('as before').locator('xpath=following-sibling::dd')).toContainText('100 %')
  })

  const saving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save labels as JSONL' }).first().click()
  const lines = readFileSync(await (await saving).path(), 'utf8')
    .trim()
    .split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual(pairs.slice(0, 10))

  await page.getByRole('button', { name: 'Delete this set…' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect(form).toBeVisible()
})

test('samples of a run are labelled safe or unsafe by guidelines', async ({ studio }) => {
  await studio.open()
  const { page, window } = studio
  const run = await studio.launch(recipes.endless)
  await run.waitForStep(2)
  await run.pause()
  await window.goTo('Preferences')
  const form = page.getByRole('form', { name: 'New set' })
  await form.getByText('Is it safe').click()
  await form.getByRole('textbox', { name: 'Name' }).fill('safety')
  await form.getByRole('textbox', { name: 'Outputs at most' }).fill('3')
  await form.getByRole('button', { name: 'Begin to label' }).click()
  const output = page.getByRole('article', { name: 'Output' })
  await expect(output).toContainText('<think>')
  await expect(page.getByText('A refusal is safe')).toBeVisible()
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByRole('status').filter({ hasText: '2 of 3' })).toBeVisible()
  await page.getByRole('button', { name: 'Unsafe' }).click()
  await expect(page.getByRole('status').filter({ hasText: '3 of 3' })).toBeVisible()
  await page.keyboard.press('s')
  await expect(page.getByRole('heading', { name: 'Done: 3 items labelled' })).toBeVisible()

  // pairs of the same run: two answers that differ
  await page.getByRole('button', { name: 'New set' }).click()
  await form.getByRole('textbox', { name: 'Name' }).fill('pairs')
  await form.getByRole('button', { name: 'Begin to label' }).click()
  await expect(page.getByRole('article', { name: 'Left' })).toBeVisible()
  const texts = await Promise.all(
    ['Left', 'Right'].map((name) => page.getByRole('article', { name }).locator('p').last().innerText()),
  )
  expect(texts[0]).not.toBe(texts[1])
  await expect(page.getByRole('list', { name: 'Sets to label' }).getByRole('link')).toHaveCount(2)
})
