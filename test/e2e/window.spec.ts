import { expect, recipes, test } from './support/fixtures.ts'

test('runs, palette, shortcuts, themes and the place in the window', async ({ studio }) => {
  await studio.open()
  const { page, window, runs } = studio
  const run = await studio.launch(recipes.endless)
  await run.waitForStep(2)
  const step = await run.pause()

  await test.step('the list of runs tells how far each one is, and leads to it', async () => {
    await window.goTo('Runs')
    await expect(runs.heading).toBeVisible()
    await expect(runs.row(1)).toContainText('No end in sight')
    await expect(runs.row(1)).toContainText('paused')
    await expect(runs.row(1)).toContainText(`${step} / 6000`)
    await runs.link(1).click()
    await expect(run.title).toHaveText('No end in sight #1')
  })

  await test.step('charts zoom together, and a click shows the groups of its step', async () => {
    const whole = await run.chart('reward').range()
    await run.chart('reward').zoom(3)
    await expect.poll(() => run.chart('loss').range()).not.toEqual(whole)
    const [from, to] = await run.chart('loss').range()
    expect(to - from).toBeLessThan(whole[1] - whole[0])
    await page.getByRole('button', { name: 'Show all steps' }).click()
    await expect.poll(() => run.chart('loss').range()).toEqual(whole)
    await run.chart('loss').clickAt(1)
    await expect.poll(() => run.groups.step()).toBe(1)
    await run.groups.root.getByRole('button', { name: 'newest' }).click()
    await expect.poll(() => run.groups.step()).toBe(step)
  })

  await test.step('a reload keeps the place: the step, the group and its sample', async () => {
    await run.groups.root.getByRole('slider', { name: 'Step shown' }).press('Home')
    await expect.poll(() => run.groups.step()).toBe(1)
    const { prompt } = studio.record().groups(1)[2]
    await run.groups.row(2).getByRole('rowheader').click()
    await expect(run.reader.prompt).toHaveAccessibleName(`Prompt ${prompt}`)
    await page.reload()
    await expect(run.reader.prompt).toHaveAccessibleName(`Prompt ${prompt}`)
    await expect(run.reader.samplesOf(1)).toHaveCount(6)
    await page.goBack()
    await expect(run.reader.root).toBeHidden()
    await expect(run.title).toHaveText('No end in sight #1')
  })

  await test.step('dark and light differ, and the choice outlives a reload', async () => {
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    await window.setScheme('dark')
    const dark = await ground()
    await page.reload()
    await expect(run.status).toHaveText('paused')
    expect(await window.scheme()).toBe('dark')
    expect(await ground()).toBe(dark)
    await window.setScheme('light')
    await expect.poll(ground).not.toBe(dark)
    await expect.poll(() => run.chart('reward').ink()).toBeGreaterThan(5)
  })

  await test.step('the palette goes anywhere and does anything', async () => {
    await window.command('system', 'System')
    await expect(page.getByRole('heading', { name: 'System', level: 1 })).toBeVisible()
    await window.command('no end', 'Run #1 No end in sight')
    await expect(run.status).toHaveText('paused')
    await window.command('one step', 'One step')
    await run.waitForStep(step + 1)
    await expect(run.status).toHaveText('paused')
    await page.keyboard.press('ControlOrMeta+k')
    await window.palette.getByRole('textbox', { name: 'Command' }).fill('xyzzy')
    await expect(window.palette).toContainText('No command by that name.')
    await page.keyboard.press('Escape')
    await expect(window.palette).toBeHidden()
  })

  await test.step('? lists the shortcuts, and they work', async () => {
    await page.keyboard.press('?')
    await expect(window.shortcuts).toContainText('Command palette')
    await expect(window.shortcuts).toContainText('One step')
    await page.keyboard.press('Escape')
    await expect(window.shortcuts).toBeHidden()
    await page.keyboard.press('.')
    await run.waitForStep(step + 2)
    await expect(run.status).toHaveText('paused')
    await page.keyboard.press('1')
    await expect(runs.heading).toBeVisible()
    await page.keyboard.press('2')
    await expect(run.status).toHaveText('paused')
    await page.keyboard.press('p')
    await expect(run.status).toHaveText('running')
  })
})

test('the system page says which backend runs, and why not a better one', async ({ studio }) => {
  await studio.open()
  await studio.window.goTo('System')
  const { system } = studio
  await expect(system.backends).toHaveCount(4)
  await expect(system.backends).toHaveText([/tensorflow-gpu/, /webgpu/, /tensorflow/, /wasm/], { timeout: 60_000 })
  const chosen = system.backends.filter({ hasText: '● in use' })
  await expect(chosen).toHaveCount(1)
  // Whatever stands before the chosen one cannot be used here, and says why.
  for (const backend of await system.backends.all()) {
    const text = (await backend.textContent()) ?? ''
    if (text.includes('● in use')) break
    expect(text).toMatch(/✗ not here.{20,}/)
  }
  await expect(system.fact('folder')).toHaveText(studio.dataFolder)
  await expect(system.fact('writable')).toHaveText('yes')
  await expect(system.fact('Node')).toHaveText(/24\./)
  await expect(system.fact('window')).toHaveText(studio.shell.name === 'electron' ? 'Electron' : 'browser')
})

test('the address of a view is copied, and opens the same in a new tab that has no token', async ({
  studio,
  shellName,
}) => {
  test.skip(shellName === 'electron', 'an app has one window')
  await studio.open()
  const { page, window } = studio
  const run = await studio.launch(recipes.endless)
  await run.waitForStep(8)
  await run.pause()
  await run.chart('reward').zoom(2)
  const range = await run.chart('reward').range()
  await page.keyboard.press('a')
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.keyboard.press('Shift+L')
  await expect(window.message('The address is copied')).toBeVisible()
  const address = await page.evaluate(() => navigator.clipboard.readText())
  expect(address).toContain(`zoom=${range.join('-')}&over=time`)
  expect(address).not.toContain('token')

  const tab = await page.context().newPage()
  await tab.goto(address)
  await expect(tab.getByRole('status', { name: 'Connection: connected' })).toBeVisible()
  await expect(tab.getByRole('heading', { level: 1 })).toContainText('#1')
  await expect(tab.getByRole('combobox', { name: 'Charts run over' })).toHaveValue('over time')
  await expect(tab.getByText(`steps ${range[0]} to ${range[1]}`)).toBeVisible()
  await tab.close()
})
