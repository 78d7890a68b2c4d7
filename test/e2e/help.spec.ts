import { expect, test } from './support/fixtures.ts'

test('the help is a key away: GRPO to try, a tour into the window, and everything explained and found', async ({
  studio,
}) => {
  await studio.open()
  const { page, window } = studio
  await expect(window.link('Live')).toBeVisible()
  await page.keyboard.press('F1')
  await expect(page.getByRole('heading', { name: 'What GRPO is' })).toBeVisible()
  const topics = page.getByRole('navigation', { name: 'Topics' })
  const find = page.getByRole('searchbox', { name: 'Find in the help' })

  await test.step('the picture follows what is made right or wrong, and where the policy moves', async () => {
    const picture = page.getByRole('figure')
    const answers = picture.getByRole('button')
    await expect(answers).toHaveCount(6)
    await expect(picture).toContainText('+1.29')
    for (const number of [1, 4]) await picture.getByRole('button', { name: `Answer ${number} is right` }).click()
    await expect(picture).toContainText('All are rewarded alike: the group teaches nothing.')
    await answers.first().focus()
    await page.keyboard.press('Enter')
    await expect(picture).toContainText('+2.04')
    await expect(picture).toContainText('The answer is made likelier.')
    await picture.getByRole('slider').focus()
    await page.keyboard.press('End')
    await expect(picture).toContainText('Beyond the clip')
  })

  await test.step('a word is found wherever it stands, and the address holds it', async () => {
    await find.fill('clip high')
    await expect(page.getByRole('region', { name: 'Settings of a run' })).toContainText('epsilonHigh')
    await expect(page.getByRole('region', { name: 'Metrics' })).toContainText('clip_ratio/high_mean')
    await expect(page).toHaveURL(/#\/help\?text=clip/)
    await topics.getByRole('link', { name: /^Metrics/ }).click()
    await expect(page.getByRole('region', { name: 'Settings of a run' })).toBeHidden()
    await find.fill('xyzzy')
    await expect(page.getByRole('heading', { name: 'Nothing here speaks of “xyzzy”' })).toBeVisible()
    await page.getByRole('button', { name: 'Show all' }).click()
    await expect(find).toHaveValue('')
  })

  await test.step('the tour leads into the window', async () => {
    await topics.getByRole('link', { name: 'Five-minute tour' }).click()
    const tour = page.getByRole('region', { name: 'Five-minute tour' })
    const picture = tour.getByRole('button', { name: 'Enlarge the picture: Launch a run' })
    const shown = picture.getByRole('img')
    await expect(shown).toHaveJSProperty('complete', true)
    expect(await shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(600)
    await picture.focus()
    await page.keyboard.press('Enter')
    const large = page.getByRole('dialog', { name: 'Launch a run' })
    await expect(large.getByAltText('The window: Launch a run')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(large).toBeHidden()
    await expect(picture).toBeFocused()
    await tour.getByRole('button', { name: 'Library', exact: true }).click()
    await expect(page.getByRole('heading', { name: 'Library', level: 1 })).toBeVisible()
    await page.goBack()
    await topics.getByRole('link', { name: 'Keyboard shortcuts' }).click()
    await expect(page.getByRole('region', { name: 'Keyboard shortcuts' })).toContainText('Command palette')
    await expect(window.link('Help')).toHaveAttribute('aria-current', 'page')
  })
})
