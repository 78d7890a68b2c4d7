/** kill -9 at random moments of a roll back and after it: the run is as it was or has gone back, and goes on as if nothing had been abandoned. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { queries } from '../../src-main/store/queries.ts'
import { lookInto } from '../../src-main/store/reader.ts'
import { courseOf } from './support/course.ts'
import { tinyRecipe } from './support/hosts.ts'
import { killEngine, randomFrom, randomMoment, startApp, undisturbed } from './support/killing.ts'
import { temporaryFolder } from './support/temporary.ts'

const stages = [
  { kind: 'grpo', name: 'short', steps: 12 },
  { kind: 'grpo', name: 'long', steps: 12, settings: { maxCompletionTokens: 20 } },
]
const back = 12
const end = 24

test('a run that is rolled back, and killed again and again, goes on as if nothing had been abandoned', {
  timeout: 600_000,
}, async () => {
  const seed = Number(process.env.KILL_SEED ?? Date.now() % 100_000)
  console.log(`KILL_SEED=${seed}`)
  const random = randomFrom(seed)
  const folder = temporaryFolder()
  const recipe = tinyRecipe({ stages })
  const recipeFile = join(folder, 'recipe.json')
  writeFileSync(recipeFile, JSON.stringify(recipe))
  process.env.STEER_LATE = '1'
  await startApp(folder, 'launch', recipeFile).exited
  delete process.env.STEER_LATE
  const look = () => lookInto(folder, (db) => queries.runs(db))
  expect(look()).toMatchObject([{ status: 'finished', step: end }])
  const first = courseOf(folder, '1')

  let kills = 0
  for (;;) {
    const abandoned = look().some(({ status }) => status === 'abandoned')
    // killed before it was done, a roll back has not been
    if (!abandoned) expect(courseOf(folder, '1')).toEqual(first)
    const [run] = look().slice(-1)
    if (abandoned && run.status === 'finished') break
    const app = startApp(folder, ...(abandoned ? ['resume'] : ['roll-back', String(back)]))
    if (kills++ < 5) {
      await randomMoment(random, kills < 4, run.step === end ? back : run.step, app)
      if (kills < 4 || random() < 0.5 || !killEngine(folder)) app.child.kill('SIGKILL')
    }
    await app.exited
  }

  const left = String(look().find(({ status }) => status === 'abandoned')!.number)
  const { own, kept, events } = lookInto(folder, (db) => ({
    own: queries.run(db, folder, '1'),
    kept: queries.run(db, folder, left),
    events: queries.events(db, folder, '1'),
  }))
  expect(look()).toHaveLength(2)
  expect(kept).toMatchObject({ status: 'abandoned', parent: 1, forkStep: back, step: end })
  expect(kept.settings.groupSize).toBe(3)
  expect(courseOf(folder, left)).toEqual(first)
  expect(own.settings).toMatchObject({ groupSize: 4, learningRate: 0.0005 })
  expect(events.filter(({ kind }) => kind === 'set')).toMatchObject([
    { changes: { temperature: 0.8 } },
    { changes: { learningRate: 0.0005 }, effectiveStep: back + 1 },
  ])

  const reference = await undisturbed(
    recipe,
    temporaryFolder(),
    events.filter(({ kind }) => kind === 'set'),
  )
  const { groups, series } = courseOf(folder, '1')
  expect(groups).toEqual(reference.reports.map((report) => report.groups))
  expect(series.loss).toEqual(reference.reports.map(({ metrics }) => metrics.loss))
  expect(groups.slice(back)).not.toEqual(first.groups.slice(back))
})
