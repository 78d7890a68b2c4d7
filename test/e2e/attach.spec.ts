import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { violations } from './support/axe.ts'
import { expect, test } from './support/fixtures.ts'

let trainer: ChildProcess | undefined
test.afterEach(() => void trainer?.kill('SIGKILL'))

test('a run of another trainer is watched and steered like one of ours, and what it does not deliver is said', async ({
  studio,
}) => {
  await studio.open()
  const { page, window, run, runs } = studio
  const script = join(import.meta.dirname, '../support/fake-trainer.ts')
  trainer = spawn(process.execPath, [script, studio.dataFolder, '100000'], { stdio: 'inherit' })
  await window.goTo('Live')

  await test.step('its steps come as they are reported', async () => {
    await expect(run.title).toContainText('Qwen2.5-1.5B on GSM8K')
    await expect(run.status).toHaveText('running')
    await expect(run.header).toContainText('TRL 1.16.0')
    await expect(run.header).toContainText('gpu-box')
    await expect(run.figure('seed')).toHaveText('not delivered')
    await run.waitForStep(3)
    const step = await run.step()
    await run.waitForStep(step + 3)
    await expect(page.getByRole('img', { name: 'accuracy_reward over steps' })).toBeVisible()
    await expect(run.groups.rows).toHaveCount(3)
  })

  await test.step('its tokens are coloured by what its sampler told of them, where it did', async () => {
    const colour = async (group: number) => {
      await run.groups.cells(run.groups.row(group)).first().click()
      await expect(run.reader.samples.first()).toBeVisible()
      await page.keyboard.press('v')
    }
    await colour(0)
    await expect(run.reader.samples.first()).toContainText(/least likely: .+ 1\.8 %/)
    await expect(run.reader.root).toContainText('one in 50 or less, as its sampler saw them')
    await page.keyboard.press('v')
    await expect(run.reader.root).toContainText('tokens: choice: not delivered')
    await page.keyboard.press('v')
    await page.keyboard.press('v')
    await page.keyboard.press('Escape')
    await colour(1)
    await expect(run.reader.root).toContainText('TRL did not deliver the tokens of these samples')
    for (let i = 0; i < 3; i++) await page.keyboard.press('v')
    await page.keyboard.press('Escape')
  })

  await test.step('only its own knobs and commands are offered, and why not others', async () => {
    const refused = run.steer.root.getByRole('region', { name: 'What cannot be turned' })
    await expect(refused).toContainText('TRL fixes the size of groups when it builds its sampler.')
    await expect(run.steer.knob('group size')).toHaveCount(0)
    await expect(run.steer.row('token limit')).toContainText('not delivered')
    await expect(run.steer.knob('token limit')).toHaveValue('')
    await expect(run.steer.button('Next stage now')).toHaveCount(0)
    await expect(run.steer.button('One step')).toBeDisabled()
  })

  await test.step('a knob that is turned is in force from the step that the trainer says', async () => {
    await run.steer.set('temperature', '0.5')
    await expect(run.steer.history.first()).toContainText('temperature 1 → 0.5')
    await expect(run.steer.history.first()).toContainText(/from step \d+/)
    await run.steer.button('Pause').click()
    await expect(run.status).toHaveText('paused')
    expect(await violations(page)).toEqual([])
    await run.steer.button('Go on').click()
    await expect(run.status).toHaveText('running')
  })

  await test.step('its checkpoints lie with it', async () => {
    await run.waitForStep(6)
    await page.getByRole('tab', { name: /^Checkpoints/ }).click()
    const checkpoints = page.getByRole('list', { name: 'Checkpoints' })
    await expect(checkpoints).toContainText('/scratch/qwen-gsm8k/checkpoint-5')
    await expect(checkpoints.getByRole('button', { name: /^(Fork|Roll back)/ })).toHaveCount(0)
  })

  await test.step('it stands in the list with its trainer, without what needs a recipe', async () => {
    await window.goTo('Runs')
    await expect(runs.row(1)).toContainText('TRL')
    await runs.row(1).getByRole('button', { name: 'More about run 1' }).click()
    await expect(page.getByRole('menuitem', { name: 'Tags and note…' })).toBeVisible()
    await expect(page.getByRole('menuitem', { name: 'Duplicate…' })).toHaveCount(0)
    await page.keyboard.press('Escape')
  })

  await test.step('its completions are read, those without tokens too', async () => {
    await window.goTo('Traces')
    const hits = page.getByRole('list', { name: 'Completions' }).getByRole('button')
    await hits.first().click()
    await expect(page.getByText('tokens not delivered')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Try in the playground' })).toBeDisabled()
    await window.goTo('Groups')
    await expect(page.getByText('What is 1 + 0?').first()).toBeVisible()
    await window.goTo('Pipeline')
    await expect(page.getByText('TRL trains this run by a plan of its own')).toBeVisible()
  })
})
