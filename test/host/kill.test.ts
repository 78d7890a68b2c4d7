/** kill -9 at random moments, of the engine and of the whole app: what is stored stays, and the resumed run is the undisturbed one. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import type { FromEngine } from '../../src-main/contract/engine-messages.ts'
import { timingMetrics } from '../../src-main/contract/metrics.ts'
import { parseRecipe } from '../../src-main/contract/recipe.ts'
import type { SteeringEvent, StepReport } from '../../src-main/contract/records.ts'
import { forkEngine } from '../../src-main/host/engine-process.ts'
import { engineEntry } from '../../src-main/host/entries.ts'
import { isAlive, type ProcessIdentity } from '../../src-main/host/process-identity.ts'
import { databasePath } from '../../src-main/store/folder.ts'
import { queries } from '../../src-main/store/queries.ts'
import { lookInto } from '../../src-main/store/reader.ts'
import { tinyRecipe } from './support/hosts.ts'
import { temporaryFolder } from './support/temporary.ts'

const app = fileURLToPath(new URL('./support/app.ts', import.meta.url))
const stages = [
  { kind: 'grpo', name: 'short', steps: 12 },
  { kind: 'grpo', name: 'long', steps: 18, settings: { maxCompletionTokens: 20 } },
]

/** Repeatable from the seed that a failure prints. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

interface App {
  child: ChildProcess
  exited: Promise<unknown>
  /** Last step that it announced. */
  announced(): number
}

function startApp(folder: string, ...args: string[]): App {
  const child = spawn(process.execPath, [app, folder, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let last = 0
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    for (const [, step] of text.matchAll(/^step (\d+)$/gm)) last = Number(step)
  })
  return { child, exited: once(child, 'exit'), announced: () => last }
}

/** @returns whether there was one */
function killEngine(folder: string): boolean {
  const runs = join(folder, 'runs')
  const note = join(runs, existsSync(runs) ? (readdirSync(runs).at(-1) ?? '') : '', 'engine.pid')
  if (!existsSync(note)) return false
  const engine = JSON.parse(readFileSync(note, 'utf8')) as ProcessIdentity
  if (!isAlive(engine)) return false
  process.kill(engine.pid, 'SIGKILL')
  return true
}

function hasRun(folder: string): boolean {
  return existsSync(databasePath(folder)) && lookInto(folder, (db) => queries.runs(db).length > 0)
}

/** Somewhere in the start-up, or some way further into the run and then anywhere within a step. */
async function randomMoment(
  random: () => number,
  early: boolean,
  from: number,
  { exited, announced }: App,
): Promise<void> {
  const steps = Math.floor(10 * random())
  const rest = (early ? 700 : 150) * random()
  let over = false
  void exited.then(() => {
    over = true
  })
  while (!early && !over && announced() < from + steps) await sleep(5)
  await Promise.race([sleep(rest), exited])
}

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

/** The same configuration and steering events on an engine that nobody disturbs. */
async function undisturbed(
  recipe: object,
  folder: string,
  replay: SteeringEvent[],
): Promise<{ reports: StepReport[]; ended: FromEngine[] }> {
  const engine = forkEngine(engineEntry)
  onTestFinished(() => engine.kill())
  const reports: StepReport[] = []
  const other: FromEngine[] = []
  const ended = new Promise<void>((resolve) => {
    engine.onMessage((message) => {
      if (message.type === 'step') {
        reports.push(message.report)
        engine.send({ type: 'stored', step: message.report.step })
      } else other.push(message)
      if (message.type === 'finished' || message.type === 'failed') resolve()
    })
    engine.onExit(() => resolve())
  })
  engine.send({
    type: 'start',
    recipe: parseRecipe(recipe, 'recipe'),
    folder,
    backend: null,
    checkpoint: null,
    replay,
    paused: false,
  })
  await ended
  engine.disconnect()
  return { reports, ended: other }
}

test.each([
  { trained: 'all weights', recipe: tinyRecipe({ stages }), kills: 6 },
  { trained: 'adapters', recipe: tinyRecipe({ stages, lora: { rank: 4 } }), kills: 3 },
])(
  'a run of $trained, killed again and again, ends as the undisturbed one, bit for bit',
  {
    timeout: 180_000,
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
