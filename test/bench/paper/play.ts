/** R1-Zero as it was published, played into a real host as fast as it takes it: pace, processor time, memory and disk by quarter of the run. */
import { spawn } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
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

/** What the run had come to at a moment. */
interface Moment {
  step: number
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
  const child = spawn(process.execPath, [player, host.dataFolder, String(steps)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const moments: Moment[] = []
  let [runId, started] = ['', 0]
  const answers: { seconds: number; milliseconds: number }[] = []
  const asking = new AbortController()
  const sinceStart = () => (performance.now() - started) / 1000
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { opened?: true; step: number; bytes: number }
    if (said.opened) {
      runId = (await host.api.runs.list())[0].id
      await host.api.retention.set({ runId, retention })
      started = performance.now()
      moments.push(await momentOf(host, runId, { step: 0, bytes: 0 }, 0))
      void ask(host, asking.signal, (milliseconds) => answers.push({ seconds: sinceStart(), milliseconds }))
      child.stdin.write('go\n')
    } else {
      moments.push(await momentOf(host, runId, said, sinceStart()))
      const { step, seconds, residentBytes, databaseBytes } = moments.at(-1)!
      if (step % 100 === 0)
        console.error(
          `  step ${step}: ${(seconds / step).toFixed(3)} s a step, ${mega(residentBytes)} MB, ${mega(databaseBytes)} MB on disk`,
        )
    }
  }
  asking.abort()
  if ((await ended) !== 0) throw new Error(`The player ended with ${await ended} after step ${moments.at(-1)?.step}.`)
  const { kept, gone } = await settled(host, runId)
  const bounds = [0, 0.25, 0.5, 0.75, 1].map((part) => moments.findLast(({ step }) => step <= part * steps)!)
  const quarters = bounds.slice(1).map((to, i) => quarter(bounds[i], to, answers))
  return { runId, steps, retention, quarters, kept, gone }
}

const mega = (bytes: number) => Math.round(bytes / 1e6)

async function ask({ api }: HostProcess, signal: AbortSignal, told: (milliseconds: number) => void): Promise<void> {
  while (!signal.aborted) {
    const asked = performance.now()
    await api.app.info()
    told(performance.now() - asked)
    await sleep(ASKED)
  }
}

/** Until nothing more is thinned. */
async function settled({ api }: HostProcess, runId: string) {
  for (let before = -1; ; ) {
    const now = await api.retention.of({ runId })
    if (now.kept === before) return now
    before = now.kept
    await sleep(3000)
  }
}

async function momentOf(
  { pid, dataFolder, api }: HostProcess,
  runId: string,
  { step, bytes }: { step: number; bytes: number },
  seconds: number,
): Promise<Moment> {
  const [, after] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const fields = after.split(' ')
  return {
    step,
    bytes,
    seconds,
    // in hundredths, of all threads
    processorSeconds: (Number(fields[11]) + Number(fields[12])) / 100,
    residentBytes: Number(fields[21]) * 4096,
    databaseBytes: statSync(databasePath(dataFolder)).size,
    textBytes: step % 100 === 0 ? (await api.retention.of({ runId })).bytes : Number.NaN,
  }
}

function quarter(from: Moment, to: Moment, answers: readonly { seconds: number; milliseconds: number }[]): Quarter {
  const steps = to.step - from.step
  const waited = answers
    .filter(({ seconds }) => seconds > from.seconds && seconds <= to.seconds)
    .map(({ milliseconds }) => milliseconds)
    .sort((a, b) => a - b)
  const at = (part: number) =>
    Math.round(10 * waited[Math.min(waited.length - 1, Math.floor(part * waited.length))]) / 10
  return {
    steps,
    secondsPerStep: (to.seconds - from.seconds) / steps,
    processorMillisecondsPerStep: (1000 * (to.processorSeconds - from.processorSeconds)) / steps,
    megabytesPerStep: (to.bytes - from.bytes) / steps / 1e6,
    residentMegabytes: mega(to.residentBytes),
    databaseMegabytes: mega(to.databaseBytes),
    textMegabytes: mega(to.textBytes),
    answered: { median: at(0.5), p99: at(0.99), slowest: at(1) },
  }
}
