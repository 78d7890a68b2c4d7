import { expect, recipes, test } from './support/fixtures.ts'

test('Ctrl-C pauses the run at a checkpoint; the window keeps what it shows, and finds the host again', async ({
  studio,
  shellName,
}) => {
  test.skip(shellName === 'electron', 'in Electron the host and the window are one app')
  await studio.open()
  const { window, app } = studio
  const record = studio.record()
  const run = await studio.launch(recipes.endless)
  await run.waitForStep(2)

  expect(await app.host!.end('SIGINT')).toBe(0)
  const last = record.lastStep()
  expect(record.checkpoints()).toContain(last)
  await expect(run.connection).toHaveAccessibleName('Connection: reconnecting…')
  await expect(window.message('The line to the host is cut')).toBeVisible()
  expect(await run.step()).toBeGreaterThanOrEqual(2)
  await expect.poll(() => run.chart('reward').ink()).toBeGreaterThan(5)

  await app.host!.startAgain()
  await expect(window.message('Connected again')).toBeVisible()
  await expect(run.connection).toHaveAccessibleName('Connection: connected')
  await expect(run.status).toHaveText('interrupted')
  await expect(run.figure('step')).toHaveText(`${last} / 6000`)
  await run.resumeButton.click()
  await expect(run.status).toHaveText('running')
  await run.waitForStep(last + 1)
  expect(
    record
      .steps()
      .map((s) => s.step)
      .slice(0, last + 1),
  ).toEqual(Array.from({ length: last + 1 }, (_, i) => i + 1))
})
