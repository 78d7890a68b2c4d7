import { violations } from './support/axe.ts'
import { expect, recipes, test } from './support/fixtures.ts'

test('a model answers in the playground while the text grows, beside a second one, and can be stopped', async ({
  studio,
}) => {
  await studio.open()
  const { page, window } = studio
  await window.goTo('Playground')
  const ask = page.getByRole('button', { name: 'Ask' })
  await expect(ask).toBeDisabled()
  const prompt = page.getByRole('textbox', { name: 'Prompt' })
  await prompt.fill('12+34=')
  await page.keyboard.press('ControlOrMeta+Enter')
  const answers = page.getByRole('article', { name: 'Answer of embedded' })
  await expect(answers).toContainText(/<think>.*<\/answer>/, { timeout: 60_000 })
  await expect(answers).toContainText(/\d+ tokens · [\d.]+ s/)

  await page.getByRole('combobox', { name: 'Beside it' }).click()
  await page.getByRole('option', { name: /^embedded/ }).click()
  await prompt.fill('5+6=')
  await ask.click()
  const newest = page.getByRole('listitem').filter({ hasText: '5+6=' })
  await expect(newest.getByRole('article')).toHaveCount(2)
  // one seed, one text
  await expect(newest.getByText(/tokens · [\d.]+ s/)).toHaveCount(2, { timeout: 60_000 })
  const texts = await newest.getByRole('article').locator('p').allTextContents()
  expect(texts[0]).toBe(texts[1])

  await prompt.fill('éß∂')
  await ask.click()
  await expect(page.getByRole('listitem').filter({ hasText: 'éß∂' }).getByRole('alert').first()).toContainText('é')
})

test('models: what is here, what can be had, and a fetch that cannot be says why and is tried again', async ({
  studio,
}) => {
  await studio.open()
  const { page, window } = studio
  await window.goTo('Library')
  const models = page.getByRole('list', { name: 'Models' })
  await expect(models.getByRole('listitem').filter({ hasText: 'embedded' })).toContainText('3.17 MB')
  await expect(models.getByRole('listitem').filter({ hasText: 'smollm2-135m-instruct' })).toBeVisible()

  await page.getByRole('textbox', { name: 'Fetch from the Hugging Face hub' }).fill('not a name')
  await page.getByRole('button', { name: 'Fetch', exact: true }).first().click()
  const refused = models.getByRole('listitem').filter({ hasText: 'not a name' })
  await expect(refused).toContainText('is no name of a model')
  await refused.getByRole('button', { name: 'Try again' }).click()
  await expect(refused).toContainText('Give owner/name')

  await models.getByRole('listitem').filter({ hasText: 'embedded' }).getByRole('button', { name: 'Ask it' }).click()
  await expect(page.getByRole('heading', { name: 'Playground' })).toBeVisible()
})

test('a prompt of a run is answered anew at another temperature, and every reward of the run is seen on each answer', async ({
  studio,
}) => {
  test.slow()
  await studio.open()
  const { page, window } = studio
  const run = await studio.launch(recipes.endless)
  await run.waitForStep(3)
  await run.pause()
  await window.goTo('Traces')
  const shown = page.getByRole('complementary', { name: 'Completion' })
  await expect(shown.getByRole('listitem')).toBeVisible()
  const found = page.getByRole('status').filter({ hasText: 'completions in' })
  const before = await found.textContent()
  await page.getByRole('heading', { name: 'Traces' }).click()
  await page.keyboard.press('q')
  const stored = page.getByRole('region', { name: 'Prompt of a run' })
  await expect(stored).toContainText(/right is -?\d+; judged by all rewards of #1/)
  await expect(page.getByRole('combobox', { name: 'Model', exact: true })).toHaveValue(/^#1 /)
  await expect(page.getByRole('combobox', { name: 'Checkpoint' })).toHaveValue(/^#1 step \d+$/)
  await expect(page.getByRole('combobox', { name: 'Beside it' })).toHaveValue(/^embedded/)
  await page.getByRole('textbox', { name: 'samples' }).fill('3')
  await page.getByRole('textbox', { name: 'temperature' }).fill('0')
  await page.getByRole('button', { name: 'Ask', exact: true }).click()
  const answers = page.getByRole('article')
  await expect(answers).toHaveCount(2)
  for (const answer of await answers.all()) {
    await expect(answer.getByRole('listitem')).toHaveCount(3, { timeout: 90_000 })
    await expect(answer).toContainText(/\d of 3 samples right, mean reward/)
    // at temperature 0 all of them say the same
    const samples = await answer.getByRole('listitem').allTextContents()
    expect(new Set(samples.map((text) => text.replace(/^sample \d/, ''))).size).toBe(1)
    for (const reward of ['accuracy', 'format'])
      await expect(answer.getByRole('note', { name: new RegExp(`^${reward} `) })).toHaveCount(3)
  }
  for (const scheme of ['dark', 'light'] as const) {
    await window.setScheme(scheme)
    expect.soft(await violations(page), `resampled, in ${scheme}`).toEqual([])
  }

  // nothing of it is among the run's completions
  await window.goTo('Traces')
  await expect(found).toHaveText(before ?? '')
  await window.goTo('Playground')
  await stored.getByRole('button', { name: 'Ask something else' }).click()
  await expect(page.getByRole('textbox', { name: 'Prompt' })).toBeVisible()
})
