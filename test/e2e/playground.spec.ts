import { expect, test } from './support/fixtures.ts'

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
