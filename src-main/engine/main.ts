/** The engine process: one run, then it ends; or jobs, one after the other. It hears and tells only what contract/engine-messages.ts names. */
import type { FromEngine, ToEngine } from '../contract/engine-messages.ts'
import { reportOf } from '../contract/errors.ts'
import type { SteeringEvent } from '../contract/records.ts'
import { work } from './jobs.ts'
import { train } from './run.ts'

/** Electron's utility process talks over parentPort, a forked Node over its IPC channel. */
const electronPort = (
  process as unknown as {
    parentPort?: { postMessage(m: unknown): void; on(e: 'message', f: (m: { data: unknown }) => void): void }
  }
).parentPort

let storedStep = 0
let waiting: { step: number; resolve: () => void }[] = []
let listener: ((event: SteeringEvent) => void) | null = null
const early: SteeringEvent[] = []

function receive(message: ToEngine): void {
  if (message.type === 'stored') {
    storedStep = Math.max(storedStep, message.step)
    for (const w of waiting.filter((w) => w.step <= storedStep)) w.resolve()
    waiting = waiting.filter((w) => w.step > storedStep)
  } else if (message.type === 'command') {
    if (listener) listener(message.event)
    else early.push(message.event)
  } else if (message.type === 'job') void takeJob(message)
  else void begin(message)
}

async function begin(start: Extract<ToEngine, { type: 'start' }>): Promise<void> {
  // a checkpoint's own step is in the database already
  storedStep = start.checkpoint === null ? 0 : Number(/step-(\d+)$/.exec(start.checkpoint)?.[1] ?? 0)
  try {
    await train(start, {
      send,
      stored: (step) =>
        step <= storedStep ? Promise.resolve() : new Promise((resolve) => waiting.push({ step, resolve })),
      onCommand: (l) => {
        listener = l
        for (const event of early.splice(0)) l(event)
      },
    })
  } catch (error) {
    console.error(error)
    send({ type: 'failed', error: reportOf(error) })
    process.exitCode = 1
  }
}

async function takeJob({ name, ask }: Extract<ToEngine, { type: 'job' }>): Promise<void> {
  try {
    const answer = await work(name, ask as never, (news) => send({ type: 'job-news', news }))
    send({ type: 'job-done', answer })
  } catch (error) {
    const report = reportOf(error)
    if (report.code === 'internal') console.error(error)
    send({ type: 'job-failed', error: report })
  }
}

function send(message: FromEngine): void {
  if (electronPort) electronPort.postMessage(message)
  // to a host that has just hung up there is nothing to say: its going ends this process
  else if (process.connected) process.send!(message, undefined, undefined, () => {})
}

if (electronPort) electronPort.on('message', ({ data }) => receive(data as ToEngine))
else {
  process.on('message', receive)
  // the host ends a finished engine by hanging up, after all that it said has arrived; and without a host nobody would store what we make
  process.on('disconnect', () => process.exit())
}
