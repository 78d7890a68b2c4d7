import { expect, recipes, test } from './support/fixtures.ts'

test('a run that stops trying is paused, shows the samples that say so, and goes on warmer', async ({ studio }) => {
  await studio.open()
  const run = await studio.launch(recipes.alike)
  await expect(run.status).toHaveText('paused')
  await run.steer.root.getByRole('tab', { name: 'Alerts' }).click()
  const told = /In \d+ % of the groups all outputs give the same answer/
  const alert = run.steer.root.getByRole('article').filter({ hasText: told }).first()

  await alert
    .getByRole('button', { name: /^group \d+, sample 1$/ })
    .first()
    .click()
  await expect(run.reader.samples).toHaveCount(6)
  await expect(run.reader.samples.filter({ hasText: 'wrong' })).toHaveCount(6)
  await run.reader.close()

  await alert.getByRole('button', { name: 'Raise the temperature' }).click()
  await run.steer.root.getByRole('button', { name: 'Apply', exact: true }).click()
  await run.goOn()
  await run.steer.root.getByRole('tab', { name: 'History' }).click()
  await expect(run.steer.history.filter({ hasText: 'temperature 0.05 → 0.15' })).toBeVisible()
})
