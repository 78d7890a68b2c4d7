import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, recipes, test } from './support/fixtures.ts'

test('the launch dialog says what is wrong with a value, a file or a recipe, and launches nothing', async ({
  studio,
}) => {
  await studio.open()
  const { launchDialog: dialog, window, dataFolder } = studio
  await window.openLaunchDialog()

  await dialog.field('temperature').fill('50')
  await expect(dialog.field('temperature')).toHaveAccessibleDescription(
    'temperature must be between 0.05 and 5, not 50.',
  )
  await expect(dialog.launchButton).toBeDisabled()
  await dialog.field('temperature').fill('warm')
  await expect(dialog.field('temperature')).toHaveAccessibleDescription(
    /temperature must be a number between 0.05 and 5/,
  )
  await dialog.field('temperature').fill('')
  await dialog.field('group size').fill('2.5')
  await expect(dialog.field('group size')).toHaveAccessibleDescription(
    'group size must be a whole number between 2 and 256 samples, not 2.5.',
  )
  await dialog.field('group size').fill('')
  await expect(dialog.launchButton).toBeEnabled()

  await test.step('a file that is not there', async () => {
    await dialog.chooseFile(join(dataFolder, 'missing.json'))
    await dialog.launchButton.click()
    await expect(
      window.message(`There is no recipe "${join(dataFolder, 'missing.json')}"`, 'r1-zero-mini'),
    ).toBeVisible()
  })

  await test.step('a file with unknown and impossible values', async () => {
    const bad = join(dataFolder, 'bad.json')
    const stage = { kind: 'grpo', name: 'only', steps: 0 }
    writeFileSync(bad, JSON.stringify({ name: 'bad', title: 'Bad', task: { sum: 1 }, stages: [stage], colour: 'red' }))
    await dialog.field('Recipe file').fill(bad)
    await dialog.launchButton.click()
    const told = window.message(`${bad} is not a valid recipe`)
    await expect(told).toContainText('stages.0.steps')
    await expect(told).toContainText('colour')
    await expect(told).toContainText('Correct the fields named')
  })

  await test.step('a file that is not JSON', async () => {
    const torn = join(dataFolder, 'torn.json')
    writeFileSync(torn, '{\n  "name": "torn",\n  title: 1\n}')
    await dialog.field('Recipe file').fill(torn)
    await dialog.launchButton.click()
    await expect(window.message(`${torn} is not valid JSON: line 3`)).toBeVisible()
  })

  await test.step('a model that is not there', async () => {
    const lost = join(dataFolder, 'lost.json')
    const stages = [{ kind: 'grpo', name: 'only', steps: 1 }]
    writeFileSync(lost, JSON.stringify({ name: 'lost', title: 'Lost', model: './nowhere', task: { sum: 1 }, stages }))
    await dialog.field('Recipe file').fill(lost)
    await dialog.launchButton.click()
    await expect(dialog.root).toBeHidden()
    await expect(studio.run.status).toHaveText('failed')
    await expect(studio.run.error).toContainText(join(dataFolder, 'nowhere'))
  })
})

test('a second launch waits its turn while a run is active', async ({ studio }) => {
  await studio.open()
  const run = await studio.launch(recipes.endless)
  await studio.window.openLaunchDialog()
  await studio.launchDialog.chooseFile(recipes.story)
  await expect(studio.launchDialog.root).toContainText('Run #1 is running: this one waits its turn')
  await expect(studio.launchDialog.launchButton).toHaveCount(0)
  await studio.launchDialog.root.getByRole('button', { name: 'Queue', exact: true }).click()
  await expect(studio.launchDialog.root).toBeHidden()
  await expect(run.title).toHaveText('No end in sight #1')
  await expect(run.status).toHaveText('running')
  await studio.window.goTo('Runs')
  await expect(studio.runs.table.getByRole('row')).toHaveCount(2)
})

test('an address with a wrong token is refused with a page that says what to do', async ({ studio, shellName }) => {
  test.skip(shellName === 'electron', 'Electron has no address')
  await studio.open()
  const { page, app, window } = studio
  const wrong = new URL(app.address!)
  wrong.searchParams.set('token', 'A'.repeat(43))
  for (const place of ['', '#/runs', '#/system']) {
    wrong.hash = place
    await page.goto('about:blank')
    await page.goto(wrong.href)
    await expect(
      window.message('does not let this window in', 'Open the whole address that the host printed'),
    ).toBeVisible()
  }
  await page.goto('about:blank')
  await page.goto(app.address!)
  await expect(page.getByRole('button', { name: 'Launch r1-zero-mini' })).toBeEnabled()
})
