/** A recipe file that is edited between stop and resume is noticed, and taken over or not as a person says. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { recipeSource } from '../../src-main/host/recipe-edit.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { openHost, scripted, tinyRecipe, Watch } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

const stages = [
  { kind: 'grpo', name: 'first', steps: 400 },
  { kind: 'grpo', name: 'second', steps: 3 },
]

test('an edited recipe waits for a choice; what a run can take over is on record and comes into force', async () => {
  const file = join(temporaryFolder(), 'recipe.json')
  const write = (more: Record<string, unknown> = {}) =>
    writeFileSync(file, JSON.stringify(tinyRecipe({ stages, ...more })))
  write()
  const host = openHost({ startEngine: scripted({ steps: 4, ending: 'stay' }) })
  const { id } = await host.launch(loadRecipe(file, []), null, true, undefined, recipeSource(file, []))
  const stop = async () => {
    host.endNow()
    await host.idle()
  }
  await stop()

  // another layout says the same
  writeFileSync(file, JSON.stringify(tinyRecipe({ stages }), null, 2))
  expect(host.recipeEdit(id)).toBeNull()

  const settings = { ...(tinyRecipe().settings as object), beta: 0.05 }
  write({ settings, evalEvery: 5, trainPrompts: 16 })
  expect(host.recipeEdit(id)).toMatchObject({
    file,
    unreadable: null,
    changes: [
      { path: 'trainPrompts', from: 8, to: 16, refused: 'It decides what the run began with.' },
      { path: 'evalEvery', from: 7, to: 5, refused: null },
      { path: 'beta', from: 0.001, to: 0.05, refused: null },
    ],
  })
  await expect(host.resume(id)).rejects.toMatchObject({
    code: 'recipe-edited',
    message: expect.stringContaining('trainPrompts 8 → 16; evalEvery 7 → 5; beta 0.001 → 0.05.'),
    hint: '--keep-recipe goes on with the recipe as it was.',
  })
  await expect(host.resume(id, 'accept')).rejects.toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining('trainPrompts'),
    hint: expect.stringContaining('grpo-studio fork 1 --step'),
  })
  expect((await host.ask.run(id)).status).toBe('interrupted')

  // kept, it is not asked about again
  await host.resume(id, 'keep')
  await stop()
  expect(host.recipeEdit(id)).toBeNull()
  expect((await host.ask.run(id)).config.evalEvery).toBe(7)

  writeFileSync(file, '{ "name": ')
  await expect(host.resume(id)).rejects.toMatchObject({
    code: 'recipe-edited',
    message: expect.stringContaining('not valid JSON'),
  })
  await expect(host.resume(id, 'accept')).rejects.toMatchObject({ code: 'bad-request' })

  const [first, second] = stages
  write({
    settings,
    evalEvery: 5,
    stages: [
      { ...first, steps: 14 },
      { ...second, name: 'last', steps: 2 },
    ],
  })
  const watch = new Watch(host)
  await host.resume(id, 'accept')
  await watch.for((e) => e.type === 'steering' && e.event.kind === 'set' && e.event.effectiveStep !== null)
  const run = await host.ask.run(id)
  expect(run).toMatchObject({ config: { evalEvery: 5, settings: { beta: 0.05 } } })
  expect(run.stages).toMatchObject([{ plannedSteps: 14 }, { name: 'last', plannedSteps: 2 }])
  expect(await host.ask.events(id)).toMatchObject([
    { kind: 'recipe', effectiveStep: 1, before: { beta: 0.001 }, detail: { file } },
    { kind: 'set', changes: { beta: 0.05 }, effectiveStep: 1, refused: null },
  ])
  await stop()
  expect(host.recipeEdit(id)).toBeNull()
})
