import { type Told, tellFolder } from '../support/told-folder.ts'
import { violations } from './support/axe.ts'
import { expect, test } from './support/fixtures.ts'

const said = (prompt: string, thought: string, answer: number): Told => ({
  prompt,
  text: `<think>${thought}</think><answer>${answer}</answer>`,
})

test('the answers of two runs to the same prompts, side by side at a step, with what differs', async ({ studio }) => {
  tellFolder(studio.dataFolder, [
    [said('1+3=', 'an early guess', 5), said('2+2=', 'the same', 4)],
    [said('1+3=', 'the first run thinks', 4), said('only here', 'x', 4)],
  ])
  tellFolder(studio.dataFolder, [[said('1+3=', 'the second run thinks', 5), said('2+2=', 'the same', 4)]], 2)
  await studio.open()
  const { page, window } = studio
  await page.evaluate(() => {
    location.hash = '#/compare/1,2'
  })
  await page.getByRole('radiogroup', { name: 'What is compared' }).getByText('Samples').click()
  const prompts = page.getByRole('navigation', { name: 'Prompts in common' }).getByRole('button')
  await expect(prompts).toHaveText([/^1\+3=/, /^2\+2=/])
  const [first, second] = [1, 2].map((number) => page.getByRole('region', { name: `Run #${number}` }))
  await expect(first).toContainText('the first run thinks')
  await expect(first).toContainText('✓ right')
  await expect(first).toContainText('step 2 1 of 1 sample right')
  await expect(second).toContainText('the second run thinks')
  await expect(second).toContainText('accuracy')
  await expect(second).toContainText('−0.70')

  await expect(second.locator('mark')).toHaveCount(0)
  await page.keyboard.press('d')
  await expect(second.locator('mark').first()).toHaveText('second')
  await expect(first.locator('mark')).toHaveCount(0)
  for (const scheme of ['dark', 'light'] as const) {
    await window.setScheme(scheme)
    expect.soft(await violations(page), `samples compared in ${scheme}`).toEqual([])
  }

  await page.getByRole('slider', { name: 'Step of the answers' }).press('Home')
  await expect(first).toContainText('an early guess')
  await expect(page).toHaveURL(/step=1/)
  await page.getByRole('heading', { name: 'Compare' }).click()
  await page.keyboard.press('j')
  await expect(prompts.nth(1)).toHaveAttribute('aria-current', 'true')
  await expect(second).toContainText('the same')
  await page.reload()
  await expect(page).toHaveURL(/prompt=2%2B2%3D/)
  await expect(second).toContainText('the same')

  await page.getByRole('textbox', { name: 'Text in the prompt' }).fill('only here')
  await expect(page.getByText('No prompt that they have in common is like that.')).toBeVisible()
  await page.getByRole('heading', { name: 'Compare' }).click()
  await page.keyboard.press('o')
  await expect(page.getByRole('region', { name: 'Curves' })).toBeVisible()
})
