import { PipelinePage } from './pages/PipelinePage.ts'
import { expect, recipes, test } from './support/fixtures.ts'

test('the stages of a run are read, repeated, skipped and left by hand', async ({ studio }) => {
  await studio.open('--recipe', recipes.story)
  const { page, run } = studio
  await run.waitForStep(2)
  await run.pause()
  await page.keyboard.press('Shift+P')
  await expect(page).toHaveURL(/#\/pipeline\/1$|#\/pipeline\/0001-/)

  const pipeline = new PipelinePage(page)
  await expect(pipeline.stages.getByRole('heading')).toHaveText(['short', 'long'])
  await expect(pipeline.stage('short')).toHaveAttribute('aria-current', 'step')
  await expect(pipeline.stage('short')).toContainText('rewardsaccuracy × 1format')
  await expect(pipeline.stage('long')).toContainText('token limit 24 → 32')
  await expect(pipeline.stage('long')).toContainText('48 steps')

  await pipeline.button('Repeat this stage').click()
  await pipeline.button('Go on').click()
  await expect(pipeline.stages.getByRole('heading')).toHaveText(['short', 'short (2)', 'long'], { timeout: 60_000 })
  await pipeline.stage('short (2)').getByRole('button', { name: 'Skip' }).click()
  await expect(pipeline.stages.getByRole('heading')).toHaveText(['short', 'long'], { timeout: 60_000 })
  await pipeline.button('Next stage now').click()
  await expect(pipeline.stage('short')).toContainText('ended by you', { timeout: 60_000 })
  await expect(pipeline.stage('long')).toHaveAttribute('aria-current', 'step')
  await pipeline.button('Pause').click()
  await expect(pipeline.button('Go on')).toBeVisible({ timeout: 60_000 })

  const [, from, to] = /steps (\d+) to (\d+)/.exec((await pipeline.stage('short').textContent()) ?? '')!
  expect(Number(from)).toBe(1)
  const stages = studio.record().stages()
  expect(stages[0]).toMatchObject({ lastStep: Number(to), endReason: 'steered' })
  await pipeline.stage('short').getByRole('button', { name: 'Its completions' }).click()
  await expect(page).toHaveURL(new RegExp(`fromStep=1&toStep=${to}$`))
  await page.goBack()
  await pipeline.stage('short').getByRole('button', { name: 'On the charts' }).click()
  await expect(run.title).toContainText('#1')
})
