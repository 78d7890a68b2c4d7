import { readFileSync, writeFileSync } from 'node:fs'
import { rulesOfColour, violations } from './support/axe.ts'
import { expect, recipes, test } from './support/fixtures.ts'

const rulesOf = { dark: undefined, light: rulesOfColour }

test('axe finds nothing on any page, in either theme', async ({ studio }) => {
  test.slow()
  await studio.open()
  const { page, window, run } = studio

  const check = async (name: string) => {
    for (const scheme of ['dark', 'light'] as const) {
      await test.step(`${name}, ${scheme}`, async () => {
        await window.setScheme(scheme)
        await page.mouse.move(0, 0)
        expect.soft(await violations(page, rulesOf[scheme]), `${name} in ${scheme}`).toEqual([])
      })
    }
  }

  await expect(page.getByRole('button', { name: 'Launch r1-zero-mini' })).toBeEnabled()
  await check('first run')
  const launched = await studio.launch(recipes.endless)
  await launched.waitForStep(3)
  await check('live, running')
  await run.pause()
  await run.steer.set('temperature', '0.9')
  await run.steer.knob('learning rate').fill('7')
  await run.steer.button('One step').click()
  await expect(run.steer.history).toHaveCount(3)
  await check('live, paused')
  await run.steer.knob('learning rate').press('Escape')
  await run.groups.cells(run.groups.rows.first()).first().click()
  await expect(run.reader.samples.first()).toBeVisible()
  await check('reader')
  await run.reader.root.getByText('Through time').click()
  await expect(run.reader.root.getByRole('list', { name: 'One sample of every moment' })).toBeVisible()
  await check('reader, through time')
  await run.reader.close()
  await window.goTo('Runs')
  await expect(studio.runs.row(1)).toBeVisible()
  await page.getByRole('button', { name: 'New run…' }).first().click()
  await studio.launchDialog.chooseFile(recipes.story)
  await studio.launchDialog.root.getByRole('button', { name: 'Queue', exact: true }).click()
  await expect(page.getByRole('region', { name: 'Queue' })).toContainText('q1')
  await check('runs, with a queue')
  await window.goTo('Pipeline')
  await expect(page.getByRole('list', { name: 'Stages' }).getByRole('listitem').first()).toBeVisible()
  await check('pipeline')
  await window.goTo('Sweeps')
  await page.getByRole('button', { name: 'Queue Clip ratio' }).click()
  await expect(page.getByRole('region', { name: 'Cells' })).toContainText('too low')
  await check('sweeps')
  await window.goTo('Groups')
  await expect(page.getByRole('grid', { name: 'Prompts through the steps' }).getByRole('row').first()).toBeVisible()
  await page.keyboard.press('j')
  await check('groups, all steps')
  await page.keyboard.press('o')
  await expect(page.getByRole('region', { name: /^Groups of step/ })).toBeVisible()
  await check('groups, one step')
  await window.goTo('Traces')
  await expect(page.getByRole('list', { name: 'Completions' }).getByRole('button').first()).toBeVisible()
  await check('traces')
  await page.evaluate(() => {
    location.hash = '#/compare/1'
  })
  await expect(page.getByRole('region', { name: 'Curves' })).toBeVisible()
  await check('compare')
  await window.goTo('Playground')
  await expect(page.getByRole('textbox', { name: 'Prompt' })).toBeVisible()
  await check('playground')
  await window.goTo('Library')
  await expect(page.getByRole('list', { name: 'Models' })).toBeVisible()
  await check('library, models')
  for (const [tab, shown] of [
    ['Data sets', page.getByRole('list', { name: 'Kinds of generated problems' })],
    ['Reward models', page.getByRole('button', { name: 'Train one' })],
    ['Checkpoints', page.getByRole('table', { name: 'Checkpoints' })],
  ] as const) {
    await page.getByRole('tab', { name: tab }).click()
    await expect(shown).toBeVisible()
    await check(`library, ${tab}`)
  }
  await window.goTo('Alerts')
  await expect(page.getByRole('heading', { name: 'Alerts', level: 1 })).toBeVisible()
  await check('alerts')
  await window.goTo('Settings')
  await expect(page.getByRole('region', { name: 'Notifications' })).toBeVisible()
  await check('settings')
  await window.goTo('Help')
  for (const topic of ['What GRPO is', 'Five-minute tour', 'Settings of a run', 'Alerts', 'Keyboard shortcuts']) {
    await page.getByRole('navigation', { name: 'Topics' }).getByRole('link', { name: topic }).click()
    await expect(page.getByRole('region', { name: topic })).toBeVisible()
    await check(`help, ${topic}`)
  }
  await page.getByRole('searchbox', { name: 'Find in the help' }).fill('clip')
  await expect(page.getByRole('region', { name: 'Metrics' })).toBeVisible()
  await check('help, found')
  await window.goTo('Measure')
  await page.getByRole('button', { name: '1@0' }).click()
  await expect(page.getByRole('region', { name: 'Evaluation 1@0' })).toBeVisible()
  await check('measure')
  await window.goTo('Preferences')
  const form = page.getByRole('form', { name: 'New set' })
  await expect(form).toBeVisible()
  await check('preferences, new set')
  await form.getByRole('textbox', { name: 'Name' }).fill('mine')
  await form.getByRole('textbox', { name: 'Guidelines' }).fill('Right is better.')
  await form.getByRole('button', { name: 'Begin to label' }).click()
  await expect(page.getByRole('article', { name: 'Left' })).toBeVisible()
  await check('preferences, labelling')
  await window.goTo('Reward models')
  await expect(page.getByRole('region', { name: 'Train a reward model' })).toBeVisible()
  await check('reward models')
  await window.goTo('System')
  await expect(studio.system.backends.filter({ hasText: '● in use' })).toHaveCount(1, { timeout: 60_000 })
  await check('system')
})

test('axe finds nothing in the dialogs, in either theme', async ({ studio }) => {
  await studio.open()
  const { page, window, launchDialog } = studio
  const { keyboard } = page
  await expect(page.getByRole('button', { name: 'Launch r1-zero-mini' })).toBeEnabled()
  for (const scheme of ['dark', 'light'] as const) {
    await window.setScheme(scheme)
    await window.openLaunchDialog()
    await launchDialog.field('temperature').fill('50')
    expect.soft(await violations(page, rulesOf[scheme]), `launch dialog in ${scheme}`).toEqual([])
    await keyboard.press('Escape')
    await expect(launchDialog.root).toBeHidden()
    await keyboard.press('Shift+S')
    await expect(page.getByRole('dialog', { name: 'New sweep' })).toBeVisible()
    expect.soft(await violations(page, rulesOf[scheme]), `sweep dialog in ${scheme}`).toEqual([])
    await keyboard.press('Escape')
    await expect(page.getByRole('dialog', { name: 'New sweep' })).toBeHidden()
    await keyboard.press('?')
    await expect(window.shortcuts).toBeVisible()
    expect.soft(await violations(page, rulesOf[scheme]), `shortcuts in ${scheme}`).toEqual([])
    await keyboard.press('Escape')
    await expect(window.shortcuts).toBeHidden()
    await keyboard.press('ControlOrMeta+k')
    await expect(window.palette).toBeVisible()
    expect.soft(await violations(page, rulesOf[scheme]), `palette in ${scheme}`).toEqual([])
    await keyboard.press('Escape')
    await expect(window.palette).toBeHidden()
  }
})

test('axe finds nothing in the dialogs that change the plan of a run, in either theme', async ({ studio }, info) => {
  const file = info.outputPath('recipe.json')
  const recipe = JSON.parse(readFileSync(recipes.endless, 'utf8')) as object
  writeFileSync(file, JSON.stringify(recipe))
  await studio.open('--recipe', file)
  const { page, window, run } = studio
  await run.waitForStep(1)
  await run.pause()
  const check = async (title: string, open: () => Promise<void>) => {
    const dialog = page.getByRole('dialog', { name: title })
    for (const scheme of ['dark', 'light'] as const) {
      await window.setScheme(scheme)
      await open()
      await expect(dialog.getByRole('button').last()).toBeVisible()
      expect.soft(await violations(page, rulesOf[scheme]), `${title} in ${scheme}`).toEqual([])
      await page.keyboard.press('Escape')
      await expect(dialog).toBeHidden()
    }
  }
  await check('Insert a stage', () => window.command('insert a stage', 'Insert a stage'))

  await run.steer.button('Stop').click()
  await page.getByRole('dialog', { name: 'Stop run #1?' }).getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(run.status).toHaveText('stopped')
  writeFileSync(file, JSON.stringify({ ...recipe, evalEvery: 3, trainPrompts: 9 }))
  await check('The recipe file was edited since', async () => {
    await run.resumeButton.click()
    await expect(page.getByText('trainPrompts')).toBeVisible()
  })
})
