/** Apps of their own processes that are killed, and the undisturbed run that theirs must equal. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import type { FromEngine } from '../../../src-main/contract/engine-messages.ts'
import { parseRecipe } from '../../../src-main/contract/recipe.ts'
import type { SteeringEvent, StepReport } from '../../../src-main/contract/records.ts'
import { forkEngine } from '../../../src-main/host/engine-process.ts'
import { engineEntry } from '../../../src-main/host/entries.ts'
import { isAlive, type ProcessIdentity } from '../../../src-main/host/process-identity.ts'
import { databasePath } from '../../../src-main/store/folder.ts'
import { queries } from '../../../src-main/store/queries.ts'
import { lookInto } from '../../../src-main/store/reader.ts'

const app = fileURLToPath(new URL('./app.ts', import.meta.url))

/** Repeatable from the seed that a failure prints. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

export interface App {
  child: ChildProcess
  exited: Promise<unknown>
  /** Last step that it announced. */
  announced(): number
}

export function startApp(folder: string, ...args: string[]): App {
  const child = spawn(process.execPath, [app, folder, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let last = 0
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    for (const [, step] of text.matchAll(/^step (\d+)$/gm)) last = Number(step)
  })
  return { child, exited: once(child, 'exit'), announced: () => last }
}

/** @returns whether there was one */
export function killEngine(folder: string): boolean {
  const runs = join(folder, 'runs')
  const note = join(runs, existsSync(runs) ? (readdirSync(runs).at(-1) ?? '') : '', 'engine.pid')
  if (!existsSync(note)) return false
  const engine = JSON.parse(readFileSync(note, 'utf8')) as ProcessIdentity
  if (!isAlive(engine)) return false
  process.kill(engine.pid, 'SIGKILL')
  return true
}

export function hasRun(folder: string): boolean {
  return existsSync(databasePath(folder)) && lookInto(folder, (db) => queries.runs(db).length > 0)
}

/** Somewhere in the start-up, or some way further into the run and then anywhere within a step. */
export async function randomMoment(
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

/** The same configuration and steering events on an engine that nobody disturbs. */
export async function undisturbed(
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
