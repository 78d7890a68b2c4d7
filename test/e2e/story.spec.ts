import type { RunPage } from './pages/RunPage.ts'
import { expect, recipes, test } from './support/fixtures.ts'
import type { RunRecord } from './support/record.ts'

/** Every step from 1 to the newest is stored, and the window's charts say the same. */
async function everyStepIsThere(record: RunRecord, upTo: number): Promise<void> {
  expect(record.steps().map((s) => s.step)).toEqual(Array.from({ length: upTo }, (_, i) => i + 1))
}

/** Metrics of steps up to this one. */
const upTo = (metrics: Record<string, number | null>, step: number) =>
  Object.fromEntries(Object.entries(metrics).filter(([key]) => Number.parseInt(key, 10) <= step))

/** What a command may take from the window's click to the engine, milliseconds. */
const onItsWay = 100

async function goesOnAfterResume(run: RunPage, from: number): Promise<void> {
  await run.resumeButton.click()
  await expect(run.status).toHaveText('running')
  await run.waitForStep(from + 1)
}

test('from launch through pause, steering, a stage transition and an opened group to resume after a kill', async ({
  studio,
}) => {
  test.slow()
  await studio.open()
  const record = studio.record()

  const run = await test.step('launch: the charts get points', async () => {
    const launched = await studio.launch(recipes.story)
    await expect(launched.title).toHaveText('A short story #1')
    await launched.waitForStep(1)
    const first = await launched.chart('tokens/s').value.textContent()
    await expect(launched.chart('tokens/s').value).not.toHaveText(first ?? '')
    return launched
  })
  const { steer } = run

  const pausedAt = await test.step('pause takes at most one step', async () => {
    await run.waitForStep(3)
    const step = await run.pause()
    const pause = record.events().at(-1)!
    expect(pause.kind).toBe('pause')
    expect(step - pause.requestedStep).toBeLessThanOrEqual(1)
    expect(pause.effectiveStep).toBe(step + 1)
    expect(record.lastStep()).toBe(step)
    expect(record.checkpoints()).toContain(step)
    return step
  })

  await test.step('every chart has a value and a curve', async () => {
    for (const title of [
      'reward',
      'response length',
      'KL to reference',
      'entropy',
      'loss',
      'learning rate',
      'tokens/s',
    ]) {
      await expect(run.chart(title).value).toHaveText(/−?\d[\d.]*/)
      await expect.poll(() => run.chart(title).ink(), `curve of ${title}`).toBeGreaterThan(20)
    }
    await expect(run.chart('accuracy').value).toHaveText(/held-out \d+\.\d %/)
    await expect(run.chart('clip fraction').value).toHaveText('0')
  })

  await test.step('a value out of range is refused with its range', async () => {
    await steer.set('temperature', '9')
    await expect(steer.knob('temperature')).toHaveAttribute('aria-invalid', 'true')
    await expect(steer.knob('temperature')).toHaveAccessibleDescription(
      'temperature must be between 0.05 and 5, not 9.',
    )
    await steer.knob('temperature').press('Escape')
    await expect(steer.knob('temperature')).toHaveValue('1')
    expect(record.events().at(-1)?.kind).toBe('pause')
  })

  await test.step('a valid one is confirmed with the number of the next step, and in force there', async () => {
    await steer.knob('temperature').fill('0.8')
    await expect(steer.row('temperature')).toContainText(`1 → 0.8 from step ${pausedAt + 1}`)
    await steer.reason.fill('calmer')
    await steer.knob('temperature').press('Enter')
    await expect(studio.window.message('Temperature 1 → 0.8', `In force from step ${pausedAt + 1}.`)).toBeVisible()
    await expect(steer.row('temperature')).toContainText(`0.8 in force from step ${pausedAt + 1}`)
    await expect(steer.history.first()).toContainText('temperature 1 → 0.8')
    await expect(steer.history.first()).toContainText('calmer')
  })

  await test.step('one step is one step', async () => {
    await steer.button('One step').click()
    await run.waitForStep(pausedAt + 1)
    await expect(run.status).toHaveText('paused')
    await expect(steer.button('One step')).toBeEnabled()
    await everyStepIsThere(record, pausedAt + 1)
    const temperatures = record.steps().map((s) => s.settings.temperature)
    expect(temperatures).toEqual([...Array.from({ length: pausedAt }, () => 1), 0.8])
  })

  await test.step('the change is marked on every chart, with who, when and why', async () => {
    for (const title of ['reward', 'KL to reference', 'tokens/s'])
      await expect.poll(() => run.chart(title).hasSteeringMark(pausedAt + 1)).toBe(true)
    expect(await run.chart('reward').hasSteeringMark(pausedAt - 2)).toBe(false)
    const told = await run.chart('reward').pointAt(pausedAt + 1)
    await expect(told).toContainText('◆ temperature 1 → 0.8')
    await expect(told).toContainText(`from step ${pausedAt + 1}; asked by you`)
    await expect(told).toContainText('calmer')
  })

  await test.step('a change while it trains is in force at the very next step too', async () => {
    await run.goOn()
    await steer.set('KL coefficient β', '0.01')
    await expect(studio.window.message('KL coefficient β 0.001 → 0.01', /In force from step \d+\./)).toBeVisible()
    const change = record.events().find((e) => e.changes?.beta === 0.01)!
    await run.waitForStep(change.effectiveStep!)
    // The step in hand when the engine heard of it goes to its end as it began; the next one has the new value.
    const inHand = record.steps().find((s) => s.at > change.requestedAt + onItsWay)!
    expect(change.effectiveStep).toBeLessThanOrEqual(inHand.step + 1)
    const betas = record.steps().map((s) => [s.step, s.settings.beta])
    for (const [step, beta] of betas)
      expect(beta, `β in step ${step}`).toBe(step < change.effectiveStep! ? 0.001 : 0.01)
  })

  await test.step('the first stage ends after its steps, and the second begins', async () => {
    await expect(run.stage('short')).toContainText('16 steps, as planned', { timeout: 60_000 })
    await expect(run.stage('long')).toHaveAttribute('aria-current', 'step')
    await run.waitForStep(17)
    await run.pause()
    const stored = record.steps()
    expect(stored.find((s) => s.step === 16)).toMatchObject({ stage: 0, settings: { maxCompletionTokens: 24 } })
    expect(stored.find((s) => s.step === 17)).toMatchObject({ stage: 1, settings: { maxCompletionTokens: 32 } })
    // What was steered outlives the transition.
    expect(stored.find((s) => s.step === 17)?.settings.temperature).toBe(0.8)
    await expect(steer.knob('token limit')).toHaveValue('32')
    await expect(await run.chart('reward').pointAt(17)).toContainText('│ stage 2, long, from step 17')
  })

  await test.step('a group opened from the heatmap shows its samples side by side', async () => {
    const step = await run.step()
    await expect.poll(() => run.groups.step()).toBe(step)
    const groups = record.groups(step)
    await expect(run.groups.rows).toHaveCount(groups.length)
    const silent = groups.filter((g) => g.zeroSpread).length
    await expect(run.groups.root).toContainText(`${groups.length} prompts × 6 samples`)
    await expect(run.groups.root).toContainText(`${silent} without signal`)

    const { group, prompt } = groups.find((g) => !g.zeroSpread) ?? groups[0]
    const row = run.groups.row(group)
    await expect(run.groups.cells(row)).toHaveCount(6)
    await run.groups.cells(row).first().click()
    await expect(run.reader.prompt).toHaveAccessibleName(`Prompt ${prompt}`)
    const stored = record.completions(step, group)
    await expect(run.reader.samplesOf(step)).toHaveCount(stored.length)
    for (const completion of stored) {
      const card = run.reader.sample(completion.sample)
      const think = /<think>(.*?)<\/think>/s.exec(completion.text)?.[1]
      const answer = /<answer>(.*?)<\/answer>/s.exec(completion.text)?.[1]
      if (think) expect(await run.reader.textOf(card)).toContain(`think${think}`)
      if (answer) expect(await run.reader.textOf(card)).toContain(`answer${answer}`)
      await expect(card).toContainText(completion.parts.accuracy.value === 1 ? '✓ right' : '✗ wrong')
      await expect(card).toContainText(`${completion.tokens} tokens`)
      const cut = card.getByText(`${completion.tokens} tokens, cut`)
      await expect(cut).toHaveCount(completion.finishReason === 'length' ? 1 : 0)
      for (const [name, part] of Object.entries(completion.parts))
        await expect(card.getByRole('note', { name: new RegExp(`^${name} `) })).toHaveAccessibleName(
          new RegExp(`^${name} ${part.value} times weight ${part.weight}: `),
        )
      const advantage = Number(completion.advantage.toFixed(2))
      const shown = advantage === 0 ? '0.00' : `${advantage > 0 ? '+' : '−'}${Math.abs(advantage).toFixed(2)}`
      await expect(card.getByText(shown, { exact: true })).toBeVisible()
    }

    const earlier = record.stepsOf(prompt).at(-2)!
    await run.reader.moment.press('ArrowLeft')
    await expect(async () => {
      const at = await run.reader.moment.getAttribute('aria-valuetext')
      if (at !== `step ${earlier}`) await run.reader.moment.press('ArrowLeft')
      expect(at).toBe(`step ${earlier}`)
    }).toPass()
    await expect(run.reader.samplesOf(earlier)).toHaveCount(6)
    await run.reader.close()
    await expect(run.reader.root).toBeHidden()
  })

  await test.step('kill -9 of the engine: interrupted, with every stored step; resumed, it does the same again', async () => {
    await run.goOn()
    await run.waitForStep((await run.step()) + 2)
    studio.killEngine('0001-story')
    await expect(run.status).toHaveText('interrupted')
    const stored = record.lastStep()
    await expect(run.error).toContainText(`The engine was killed (SIGKILL) after step ${stored}`)
    await expect(run.figure('step')).toHaveText(`${stored} / 64`)
    await everyStepIsThere(record, stored)
    const before = record.metrics()
    await goesOnAfterResume(run, stored)
    expect(upTo(record.metrics(), stored)).toEqual(before)
  })

  await test.step('kill -9 of the whole app: started again, it is interrupted with every stored step; resumed, it finishes', async () => {
    const engine = record.enginePid('0001-story')
    await studio.kill()
    const stored = record.lastStep()
    const before = record.metrics()
    await studio.open()
    const again = studio.run
    await expect(again.status).toHaveText('interrupted')
    await expect(again.header).toContainText(`This run was interrupted at step ${stored}.`)
    await expect(again.figure('step')).toHaveText(`${stored} / 64`)
    await everyStepIsThere(record, stored)
    await expect.poll(() => again.chart('reward').hasSteeringMark(pausedAt + 1)).toBe(true)
    await expect.poll(() => again.chart('reward').ink()).toBeGreaterThan(20)

    await goesOnAfterResume(again, stored)
    expect(record.enginePid('0001-story')).not.toBe(engine)
    await expect(again.status).toHaveText('finished', { timeout: 120_000 })
    await everyStepIsThere(record, 64)
    expect(upTo(record.metrics(), stored)).toEqual(before)
    expect(record.stages()).toEqual([
      { stage: 0, firstStep: 1, lastStep: 16, endReason: 'steps' },
      { stage: 1, firstStep: 17, lastStep: 64, endReason: 'steps' },
    ])
    await expect(again.stage('long')).toContainText('48 steps, as planned')
    await expect(again.resumeButton).toBeHidden()
  })
})
