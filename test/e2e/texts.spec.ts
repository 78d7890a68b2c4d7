import { readFileSync } from 'node:fs'
import { type Told, tellFolder } from '../support/told-folder.ts'
import { violations } from './support/axe.ts'
import { expect, test } from './support/fixtures.ts'

const prompt = 'What is $2+2$?'
const said = (thought: string, answer = '4', language?: string): Told => ({
  prompt,
  text: `<think>${thought}</think><answer>${answer}</answer>`,
  language,
})

const adversarial = [
  'a link \\(\\href{javascript:document.title=1}{here}\\)',
  'a picture $\\includegraphics{http://127.0.0.1/x.png}$',
  'data \\(\\htmlData{here=1}{x}\\) and a name \\(\\htmlId{root}{x}\\)',
  'macros $\\def\\x{\\x\\x}\\x$ without end',
  'large \\(\\rule{999em}{999em}\\) and shifted \\(\\kern-999em\\raisebox{99em}{seen}\\)',
  'markup <img src=x onerror="document.title=2"><script>document.title=3</script>',
].join('\n')

test('formulas are typeset, what the rewards saw stays marked, and nothing that a model wrote comes alive', async ({
  studio,
}) => {
  tellFolder(studio.dataFolder, [
    [said('wait, \\(x^2\\) and $$\\frac12$$ so 2+2=5, even $2+3=6$. It costs $5 and $6.', '$\\frac{8}{2}$', 'en')],
    [said(adversarial, '5', 'zh')],
  ])
  await studio.open()
  const { page, window } = studio
  await window.goTo('Traces')
  const shown = page.getByRole('complementary', { name: 'Completion' })
  await page.getByRole('list', { name: 'Completions' }).getByRole('button').nth(1).click()
  await expect(shown.locator('.katex')).toHaveCount(5)
  await expect(shown.getByText('wait', { exact: true })).toBeVisible()
  await expect(shown.getByTitle('2+2=4')).toHaveText(/^2\+2=5/)
  await expect(shown.getByTitle('2+3=5').locator('.katex')).toBeVisible()
  await expect(shown).toContainText('It costs $5 and $6.')
  await expect(shown).toContainText('English')
  for (const scheme of ['dark', 'light'] as const) {
    await window.setScheme(scheme)
    expect.soft(await violations(page), `formulas in ${scheme}`).toEqual([])
  }

  await page.getByRole('heading', { name: 'Traces' }).click()
  await page.keyboard.press('e')
  await expect(shown.locator('.katex')).toHaveCount(0)
  await expect(shown).toContainText('$$\\frac12$$')
  await page.reload()
  await expect(shown).toContainText('\\kern-999em')
  await expect(shown.locator('.katex')).toHaveCount(0)
  await page.keyboard.press('e')

  await page.getByRole('list', { name: 'Completions' }).getByRole('button').first().click()
  await expect(shown.locator('.katex').first()).toBeVisible()
  await expect(shown).toContainText('\\def\\x{\\x\\x}\\x')
  await expect(shown).toContainText('<img src=x')
  expect(await shown.locator('a, img, script, iframe, [data-here], #root').count()).toBe(0)
  expect(await page.title()).not.toMatch(/^[123]$/)
  // what is shifted is cut off at the formula's own box
  expect(
    await shown.locator('[data-display]').evaluateAll((all) => all.map((e) => getComputedStyle(e).contain)),
  ).toEqual(Array.from({ length: await shown.locator('[data-display]').count() }, () => 'paint'))
})

test('by language, by stage, sorted by a column; several selected, labelled and saved together', async ({ studio }) => {
  tellFolder(studio.dataFolder, [
    [said('one', '4', 'en'), said('eins', '4', 'de')],
    [said('two', '5', 'en'), { prompt: '1+3=', text: '<answer>4</answer>', language: 'und' }],
    [said('three', '4'), said('four', '5')],
    [said('five', '4', 'zh')],
  ])
  await studio.open()
  const { page, window } = studio
  await window.goTo('Traces')
  const hits = page.getByRole('list', { name: 'Completions' }).getByRole('listitem')
  const choose = async (field: string, option: string) => {
    await page.getByRole('combobox', { name: field, exact: true }).click()
    await page.getByRole('option', { name: option, exact: true }).click()
  }
  await expect(hits).toHaveCount(7)
  await choose('Language', 'English')
  await expect(hits).toHaveCount(2)
  await choose('Language', 'not known')
  await expect(hits).toHaveCount(2)
  await expect(page.getByRole('complementary', { name: 'Completion' })).toContainText('language not known')
  await choose('Language', 'every language')
  await choose('Stage', '1 first')
  await expect(hits).toHaveCount(4)
  await expect(page).toHaveURL(/stage=0/)
  await choose('Stage', 'every stage')
  await expect(hits).toHaveCount(7)

  await page.getByRole('button', { name: 'Sort by prompt' }).click()
  await expect(hits.first()).toContainText('1+3=')
  await page.getByRole('button', { name: 'Sort by prompt' }).click()
  await expect(hits.last()).toContainText('1+3=')
  await page.getByRole('button', { name: 'Sort by step' }).click()
  await page.getByRole('button', { name: 'Sort by step' }).click()
  await expect(hits.first()).toContainText('one')

  await hits.nth(0).getByRole('checkbox').click()
  await hits
    .nth(2)
    .getByRole('checkbox')
    .click({ modifiers: ['Shift'] })
  const selected = page.getByRole('region', { name: 'Selected' })
  await expect(selected).toContainText('3 selected')
  await page.keyboard.press('j')
  await page.keyboard.press('c')
  await expect(selected).toContainText('4 selected')
  await page.keyboard.press('c')
  await selected.getByRole('button', { name: 'Label 3 samples…' }).click()
  const dialog = page.getByRole('dialog', { name: '3 samples' })
  await dialog
    .getByRole('combobox', { name: 'Label' })
    .or(dialog.getByRole('textbox', { name: 'Label' }))
    .fill('to look at')
  await dialog.getByRole('textbox', { name: 'Note' }).fill('together')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toBeHidden()

  const saved = async (format: string) => {
    const saving = page.waitForEvent('download')
    await selected.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('menuitem', { name: format }).click()
    return readFileSync(await (await saving).path(), 'utf8')
  }
  const lines = (await saved('JSON lines')).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject(
    ['one', 'eins', 'two'].map((word) => ({
      text: expect.stringContaining(word),
      ...{ label: 'to look at', note: 'together' },
    })),
  )
  expect((await saved('CSV')).trim().split('\r\n')).toHaveLength(4)

  await selected.getByRole('button', { name: 'Select none' }).click()
  await expect(selected).toBeHidden()
  await page.getByRole('textbox', { name: 'Label', exact: true }).fill('to look at')
  await expect(hits).toHaveCount(3)
  await page.getByRole('checkbox', { name: 'Select all that is found' }).click()
  await expect(selected).toContainText('3 selected')
  expect(await violations(page)).toEqual([])
})

test('the answers to a prompt at every step lie side by side, with their differences', async ({ studio }) => {
  tellFolder(studio.dataFolder, [[said('first idea')], [said('second idea')], [said('last idea')]])
  await studio.open()
  const { page, window, run } = studio
  await window.goTo('Traces')
  await page.getByRole('list', { name: 'Completions' }).getByRole('button').nth(1).click()
  await page.keyboard.press('w')
  const moments = run.reader.root.getByRole('list', { name: 'One sample of every moment' }).getByRole('listitem')
  await expect(moments).toHaveCount(3)
  await expect(moments.nth(1)).toHaveAttribute('data-marked', 'true')
  await expect(moments.nth(1).locator('mark').first()).toHaveText(/second/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('heading', { name: 'Traces' })).toBeVisible()
})
