/** Tokens of stored samples, asked of the nearest checkpoint while nothing of it enters the run. */
import { expect, test } from 'vitest'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { tokenViews } from '../../src-main/host/token-views.ts'
import { openHost, tinyRecipe, withOneRun } from './support/hosts.ts'

test('the nearest checkpoint is asked, and the run stays as it was', async () => {
  const host = openHost()
  await host.launch(loadRecipe(tinyRecipe(), []))
  await host.idle()
  const kept = (await host.ask.checkpoints('1')).map(({ step }) => step)
  const before = await host.ask.metrics('1', undefined, 0)
  const group = await host.ask.group('1', 5, 0)
  const samples = group.completions.map(({ sample, text, finishReason }) => ({
    sample,
    text: text!,
    ended: finishReason === 'stop',
  }))
  const ask = { runId: '1', source: 'train' as const, group: 0, prompt: group.prompt, samples }
  const nearest = (step: number) => kept.toSorted((a, b) => Math.abs(a - step) - Math.abs(b - step))[0]
  // a step samples from what the one before it has left
  for (const step of [5, 13]) expect((await tokenViews(host, { ...ask, step })).checkpoint).toBe(nearest(step - 1))
  const measured = await tokenViews(host, { ...ask, source: 'evaluation', group: null, step: 12 })
  expect(measured.checkpoint).toBe(nearest(12))
  const views = await tokenViews(host, { ...ask, step: 5 })
  expect(views.samples.map((tokens) => tokens.map(({ text }) => text).join(''))).toEqual(
    samples.map(({ text }) => text),
  )
  expect(views.samples.every((tokens, i) => tokens.at(-1)?.end === (samples[i].ended ? true : undefined))).toBe(true)
  expect(await host.ask.metrics('1', undefined, 0)).toEqual(before)
  expect(await host.ask.problemKind('1', group.prompt)).toBe('sum')
  expect(await host.ask.problemKind('1', 'never asked')).toBe('')
})

test('a run without checkpoints is refused with the reason', async () => {
  const host = openHost({ dataFolder: await withOneRun() })
  const samples = [{ sample: 0, text: '2', ended: true }]
  const ask = { runId: '1', source: 'train' as const, step: 1, group: 0, prompt: '1+1=', samples }
  await expect(tokenViews(host, ask)).rejects.toMatchObject({
    code: 'not-found',
    message: 'Run #1 has no checkpoint that could be asked.',
  })
})
