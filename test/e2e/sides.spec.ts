import { violations } from './support/axe.ts'
import { expect, recipes, test } from './support/fixtures.ts'

test('the sides of a composite reward are turned in one table, and the reader shows what each added', async ({
  studio,
}) => {
  await studio.open()
  const { page } = studio
  const run = await studio.launch(recipes.sides)
  await run.waitForStep(2)
  const table = run.steer.root.getByRole('region', { name: 'Sides of the reward' })
  const weight = run.steer.knob('language side, math')
  const scaling = table.getByRole('combobox', { name: 'reasoning side, scaling' })
  await table.scrollIntoViewIfNeeded()
  // the general side has no reward in this run
  await expect(table.getByRole('textbox')).toHaveCount(8)

  await weight.fill('40')
  await expect(table).toContainText('language side, math must be between -10 and 10, not 40.')
  await weight.press('Escape')
  await expect(weight).toHaveValue('1')
  // typed as it is already and left, there is nothing to apply
  await weight.fill('2')
  await weight.fill('1')
  await weight.blur()
  await expect(run.steer.root.getByRole('button', { name: 'Apply', exact: true })).toBeDisabled()
  await weight.fill('0.5')
  await scaling.selectOption('group')
  await expect(table).toContainText(/language side, math: 1 → 0\.5 from step \d+/)
  await expect(table).toContainText(/reasoning side, scaling: none → group from step \d+/)
  await run.steer.root.getByRole('button', { name: 'Apply 2' }).click()
  await expect(table).toContainText(/language side, math: 0\.5 in force from step \d+/)
  await expect(run.steer.history.first()).toContainText(
    'language side, math 1 → 0.5, reasoning side, scaling none → group',
  )
  const from = Number(/from step (\d+)/.exec((await table.textContent())!)![1])
  await run.waitForStep(from)
  await run.pause()
  expect(
    studio
      .record()
      .steps()
      .find(({ step }) => step === from)?.settings,
  ).toMatchObject({
    sideWeights: { math: { language: 0.5 } },
    sideScaling: { reasoning: 'group' },
  })

  await run.groups.cells(run.groups.rows.first()).first().click()
  await expect(run.reader.samples.first()).toContainText(/reasoning side\s*.+ scaled/)
  expect(await violations(page)).toEqual([])
})
