import { expect, recipes, test } from './support/fixtures.ts'

test('a stage is stayed in past its end, and left at a word', async ({ studio }) => {
  // As `npm start -- --recipe …` does: the run is there when the window opens.
  await studio.open('--recipe', recipes.endless)
  const record = studio.record()
  const { run } = studio
  await expect(run.title).toHaveText('No end in sight #1')
  await expect(run.status).toHaveText('running')
  await run.waitForStep(1)

  await run.steer.button('Stay in this stage').click()
  await expect(studio.window.message('Stay in this stage', /In force from step \d+\./)).toBeVisible()
  await expect(run.stage('first')).toContainText('staying until you say next')
  await expect(run.steer.button('Stay in this stage')).toBeDisabled()

  await run.steer.button('Next stage now').click()
  await expect(studio.window.message('Next stage', /In force from step \d+\./)).toBeVisible()
  const next = record.events().find((e) => e.kind === 'next-stage')!
  await expect(run.stage('first')).toContainText('ended by you')
  await expect(run.stage('second')).toHaveAttribute('aria-current', 'step')
  await run.waitForStep(next.effectiveStep!)
  await run.pause()

  const [first, second] = record.stages()
  expect(first).toMatchObject({ lastStep: next.effectiveStep! - 1, endReason: 'steered' })
  expect(second).toMatchObject({ firstStep: next.effectiveStep, endReason: null })
  for (const { step, stage, settings } of record.steps()) {
    const later = step >= next.effectiveStep!
    expect([stage, settings.maxCompletionTokens]).toEqual(later ? [1, 32] : [0, 24])
  }
  await expect(run.steer.button('Next stage now')).toBeDisabled()
  await expect(await run.chart('reward').pointAt(next.effectiveStep!)).toContainText('by your word')
})

test('a stopped run keeps a checkpoint of its last step and can be resumed', async ({ studio }) => {
  await studio.open()
  const record = studio.record()
  const run = await studio.launch(recipes.endless)
  await run.waitForStep(2)
  await run.steer.button('Stop').click()
  const dialog = studio.page.getByRole('dialog', { name: 'Stop run #1?' })
  await dialog.getByRole('button', { name: 'Keep going' }).click()
  await expect(dialog).toBeHidden()
  await expect(run.status).toHaveText('running')

  await run.steer.button('Stop').click()
  await dialog.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(run.status).toHaveText('stopped')
  const last = record.lastStep()
  expect(record.checkpoints()).toContain(last)
  for (const knob of ['temperature', 'learning rate']) await expect(run.steer.knob(knob)).toBeDisabled()

  await run.resumeButton.click()
  await expect(run.status).toHaveText('running')
  await run.waitForStep(last + 1)
  await run.pause()
})
