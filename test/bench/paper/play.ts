/** R1-Zero as it was published, played into a real host as fast as it takes it: pace, processor time, memory and disk by quarter of the run. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Retention } from '../../../src-main/contract/retention.ts'
import { databasePath } from '../../../src-main/store/folder.ts'
import type { HostProcess } from '../host-process.ts'
import { published } from './course.ts'

const player = fileURLToPath(new URL('./player.ts', import.meta.url))

export const retention: Retention = { share: 0.05, newest: 50, budget: 1_000_000_000 }

/** Milliseconds between two questions that a window might ask meanwhile. */
const ASKED = 200

/** What the run had come to at a moment. Kept in the folder, so that a run that was cut off goes on where it was. */
interface Moment {
  step: number
  /** How long a window waited for its answers since the moment before; milliseconds. */
  waited: number[]
  /** That were sent. */
  bytes: number
  seconds: number
  processorSeconds: number
  residentBytes: number
  databaseBytes: number
  textBytes: number
}

export interface Quarter {
  steps: number
  secondsPerStep: number
  processorMillisecondsPerStep: number
  megabytesPerStep: number
  residentMegabytes: number
  databaseMegabytes: number
  /** The most that they were. */
  textMegabytes: number
  /** Of an answer to a window, milliseconds. */
  answered: { median: number; p99: number; slowest: number }
}

export interface Played {
  runId: string
  steps: number
  retention: Retention
  quarters: Quarter[]
  kept: number
  gone: number
}

/** @param steps how many the same course takes */
export async function play(host: HostProcess, steps: number = published.steps): Promise<Played> {
  const file = join(host.dataFolder, 'moments.jsonl')
  const moments = existsSync(file) ? momentsIn(file) : []
  const child = spawn(process.execPath, [player, host.dataFolder, String(steps)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  let runId = ''
  let clock: Clock | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as Said
    if (said.opened) {
      runId = (await host.api.runs.list())[0].id
      await host.api.retention.set({ runId, retention })
      if (moments.length === 0) moments.push(begun)
      clock = clockFrom(host, runId, moments.at(-1)!)
      child.stdin.write('go\n')
    } else {
      const moment = await clock!.moment(said)
      moments.push(moment)
      appendFileSync(file, `${JSON.stringify(moment)}\n`)
      const { step, seconds, residentBytes, databaseBytes } = moment
      if (step % 100 === 0)
        console.error(
          `  step ${step}: ${(seconds / step).toFixed(3)} s a step, ${mega(residentBytes)} MB, ${mega(databaseBytes)} MB on disk`,
        )
    }
  }
  clock?.stop()
  const [status] = await ended
  if (status !== 0) throw new Error(`The player ended with ${status} after step ${moments.at(-1)?.step}.`)
  const { kept, gone } = await settled(host, runId)
  const bounds = [0, 0.25, 0.5, 0.75, 1].map((part) => moments.findLastIndex(({ step }) => step <= part * steps))
  const quarters = bounds.slice(1).map((to, i) => quarter(moments.slice(bounds[i], to + 1)))
  return { runId, steps, retention, quarters, kept, gone }
}

interface Said {
  opened?: true
  step: number
  /** Sent by this player. */
  bytes: number
}

const begun: Moment = {
  ...{ step: 0, waited: [], bytes: 0, seconds: 0, processorSeconds: 0 },
  ...{ residentBytes: 0, databaseBytes: 0, textBytes: 0 },
}

const momentsIn = (file: string): Moment[] => [
  begun,
  ...readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Moment),
]

const mega = (bytes: number) => Math.round(bytes / 1e6)

/** Until nothing more is thinned. */
async function settled({ api }: HostProcess, runId: string) {
  for (let before = -1; ; ) {
    const now = await api.retention.of({ runId })
    if (now.kept === before) return now
    before = now.kept
    await sleep(3000)
  }
}

interface Clock {
  moment(said: Said): Promise<Moment>
  stop(): void
}

/** Measures from here on: what was measured before goes before it. */
function clockFrom({ pid, dataFolder, api }: HostProcess, runId: string, before: Moment): Clock {
  const started = performance.now()
  const processor = before.processorSeconds - statOf(pid).processorSeconds
  let waited: number[] = []
  const timer = setInterval(async () => {
    const asked = performance.now()
    await api.app.info()
    waited.push(Math.round(performance.now() - asked))
  }, ASKED)
  const moment = async ({ step, bytes }: Said) => {
    const now: Moment = {
      step,
      waited,
      bytes: before.bytes + bytes,
      seconds: before.seconds + (performance.now() - started) / 1000,
      processorSeconds: processor + statOf(pid).processorSeconds,
      residentBytes: statOf(pid).residentBytes,
      databaseBytes: statSync(databasePath(dataFolder)).size,
      textBytes: (await api.retention.of({ runId })).bytes,
    }
    waited = []
    return now
  }
  return { moment, stop: () => clearInterval(timer) }
}

function statOf(pid: number): { processorSeconds: number; residentBytes: number } {
  const [, after] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const fields = after.split(' ')
  // hundredths of all threads; pages
  return { processorSeconds: (Number(fields[11]) + Number(fields[12])) / 100, residentBytes: Number(fields[21]) * 4096 }
}

function quarter(moments: readonly Moment[]): Quarter {
  const [from, to] = [moments[0], moments.at(-1)!]
  const steps = to.step - from.step
  const waited = moments.flatMap((moment, i) => (i === 0 ? [] : moment.waited)).sort((a, b) => a - b)
  const at = (part: number) => waited[Math.min(waited.length - 1, Math.floor(part * waited.length))]
  return {
    steps,
    secondsPerStep: (to.seconds - from.seconds) / steps,
    processorMillisecondsPerStep: (1000 * (to.processorSeconds - from.processorSeconds)) / steps,
    megabytesPerStep: (to.bytes - from.bytes) / steps / 1e6,
    residentMegabytes: mega(to.residentBytes),
    databaseMegabytes: mega(to.databaseBytes),
    textMegabytes: mega(Math.max(...moments.map(({ textBytes }) => textBytes))),
    answered: { median: at(0.5), p99: at(0.99), slowest: at(1) },
  }
}
