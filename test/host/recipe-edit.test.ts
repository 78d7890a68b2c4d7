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

test('a fork remembers its parent’s file, with what it changes over it', async () => {
  const file = join(temporaryFolder(), 'recipe.json')
  const write = (more: Record<string, unknown> = {}) => writeFileSync(file, JSON.stringify(tinyRecipe(more)))
  write()
  const host = openHost()
  await host.launch(loadRecipe(file, ['seed=3']), null, true, undefined, recipeSource(file, ['seed=3']))
  await host.idle()
  const { step } = (await host.ask.checkpoints('1')).findLast((checkpoint) => checkpoint.step < 12)!
  const fork = await host.fork('1', step, ['stages.1.steps=400', 'beta=0.02'], { anyway: true })
  host.endNow()
  await host.idle()
  expect(host.recipeEdit(fork.id)).toBeNull()
  // what the fork itself changed is no edit of the file
  write({ evalEvery: 5 })
  expect(host.recipeEdit(fork.id)!.changes).toEqual([{ path: 'evalEvery', from: 7, to: 5, refused: null }])
  await expect(host.resume(fork.id)).rejects.toMatchObject({ code: 'recipe-edited' })

  const second = await host.fork(fork.id, step, ['temperature=0.9'], { anyway: true })
  host.endNow()
  await host.idle()
  expect(host.recipeEdit(second.id)!.changes).toEqual([{ path: 'evalEvery', from: 7, to: 5, refused: null }])
  await host.resume(second.id, 'keep')
  host.endNow()
  await host.idle()
  expect(host.recipeEdit(second.id)).toBeNull()
}, 60_000)

test('a run that waited in the queue remembers its file', async () => {
  const file = join(temporaryFolder(), 'recipe.json')
  writeFileSync(file, JSON.stringify(tinyRecipe({ stages })))
  const host = openHost({ startEngine: scripted({ steps: 4, ending: 'stay' }) })
  const order = { recipe: loadRecipe(file, []), backend: null, anyway: true, source: recipeSource(file, []) }
  host.queue.add([order, { ...order, source: null }])
  await host.queue.settled()
  const { id } = host.active!
  host.queue.hold()
  host.endNow()
  await host.idle()
  writeFileSync(file, JSON.stringify(tinyRecipe({ stages, evalEvery: 5 })))
  expect(host.recipeEdit(id)!.changes).toEqual([{ path: 'evalEvery', from: 7, to: 5, refused: null }])
  await expect(host.resume(id)).rejects.toMatchObject({ code: 'recipe-edited' })
})
