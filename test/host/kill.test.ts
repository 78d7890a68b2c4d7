/** kill -9 at random moments, of the engine and of the whole app: what is stored stays, and the resumed run is the undisturbed one. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { timingMetrics } from '../../src-main/contract/metrics.ts'
import { queries } from '../../src-main/store/queries.ts'
import { lookInto } from '../../src-main/store/reader.ts'
import { tinyRecipe } from './support/hosts.ts'
import { hasRun, killEngine, randomFrom, randomMoment, startApp, undisturbed } from './support/killing.ts'
import { temporaryFolder } from './support/temporary.ts'

const stages = [
  { kind: 'grpo', name: 'short', steps: 12 },
  { kind: 'grpo', name: 'long', steps: 18, settings: { maxCompletionTokens: 20 } },
]

function whatIsStored(folder: string) {
  return lookInto(folder, (db) => {
    const run = queries.run(db, folder, 'last')
    const { steps, series } = queries.metrics(db, folder, 'last', undefined, 0)
    for (const name of timingMetrics) delete series[name]
    return {
      run,
      steps,
      series,
      groups: steps.map((step) =>
        queries.groupsOfStep(db, folder, run.id, step).map((g) => queries.group(db, folder, run.id, step, g.group)),
      ),
      evaluations: queries.evaluations(db, folder, 'last').map(({ at: _, seconds: __, ...rest }) => rest),
      stages: run.stages,
      events: queries.events(db, folder, 'last'),
    }
  })
}

test.each([
  { trained: 'all weights', recipe: tinyRecipe({ stages }), kills: 6 },
  { trained: 'adapters', recipe: tinyRecipe({ stages, lora: { rank: 4 } }), kills: 3 },
])(
  'a run of $trained, killed again and again, ends as the undisturbed one, bit for bit',
  {
    timeout: 600_000,
  },
  async ({ recipe, kills }) => {
    const seed = Number(process.env.KILL_SEED ?? Date.now() % 100_000)
    console.log(`KILL_SEED=${seed}`)
    const random = randomFrom(seed)
    const folder = temporaryFolder()
    const recipeFile = join(folder, 'recipe.json')
    writeFileSync(recipeFile, JSON.stringify(recipe))

    const killedAt: number[] = []
    for (;;) {
      const app = startApp(folder, ...(hasRun(folder) ? ['resume'] : ['launch', recipeFile]))
      if (killedAt.length < kills) {
        const early = killedAt.length % 3 === 1
        await randomMoment(random, early, killedAt.at(-1) ?? 0, app)
        // In the start-up the engine that is noted may still be the last app's.
        if (early || random() < 0.5 || !killEngine(folder)) app.child.kill('SIGKILL')
      }
      await app.exited
      if (!hasRun(folder)) continue
      const { run, steps } = whatIsStored(folder)
      // A step is stored before it is shown.
      expect(run.step).toBeGreaterThanOrEqual(app.announced())
      expect(steps).toEqual(Array.from({ length: run.step }, (_, i) => i + 1))
      if (run.status === 'finished') break
      expect(killedAt.length).toBeLessThan(kills)
      killedAt.push(run.step)
    }
    console.log(`killed after steps ${killedAt.join(', ')}`)
    expect(killedAt.some((step) => step > 0)).toBe(true)

    const stored = whatIsStored(folder)
    expect(stored.run).toMatchObject({ status: 'finished', step: 30, error: null })
    expect(stored.events).toMatchObject([{ kind: 'set', refused: null, effectiveStep: expect.any(Number) }])
    expect(stored.run.settings.temperature).toBe(0.8)
    expect(stored.stages).toMatchObject([
      { firstStep: 1, lastStep: 12, endReason: 'steps' },
      { firstStep: 13, lastStep: 30, endReason: 'steps' },
    ])

    const reference = await undisturbed(recipe, temporaryFolder(), stored.events)
    expect(reference.reports).toHaveLength(30)
    // That two equal runs are compared would prove little if nothing happened in them.
    expect(new Set(reference.reports.map((r) => r.metrics.loss)).size).toBeGreaterThan(10)
    for (const [i, report] of reference.reports.entries()) {
      for (const [name, values] of Object.entries(stored.series)) {
        const value = report.metrics[name as keyof typeof report.metrics]
        expect({ step: i + 1, name, value: values[i] }).toEqual({
          step: i + 1,
          name,
          value: Number.isFinite(value) ? value : null,
        })
      }
      expect(stored.groups[i]).toEqual(report.groups)
    }
    const evaluations = reference.ended.flatMap((m) => (m.type === 'evaluation' ? [m.report] : []))
    expect(stored.evaluations).toEqual(evaluations.map(({ samples: _, at: __, seconds: ___, ...rest }) => rest))

    // Nothing half written or superfluous remains.
    const checkpoints = readdirSync(join(stored.run.folder, 'checkpoints')).sort()
    expect(checkpoints.every((name) => /^step-\d+$/.test(name))).toBe(true)
    expect(checkpoints).toContain('step-000030')
  },
)
