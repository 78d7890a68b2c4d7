/** A run followed from a terminal to its end: progress on stderr, with --json its steps on stdout. */
import { createInterface } from 'node:readline/promises'
import type { HostEvent } from '../contract/api.ts'
import { isOver as jobIsOver } from '../contract/ray.ts'
import type { RunSummary } from '../contract/records.ts'
import { explosions, wayBack } from '../contract/way-back.ts'
import type { Host } from '../host/host.ts'
import { countWaiting } from '../store/queue.ts'
import { lookInto } from '../store/reader.ts'
import type { Interrupt } from './interrupt.ts'
import { decimals, duration, percent, print, printJson, say } from './output.ts'
import { Progress } from './progress.ts'

export interface FollowOptions {
  json?: boolean
  /** Nothing on stdout: whoever asks prints what came of it. */
  quiet?: boolean
  /** It is trained on a cluster, and goes on without us. */
  remote?: boolean
}

const leaving = 'Leaving: its job goes on, and is followed again when the app is opened (grpo-studio serve).'

/** The shell's status of a program that Ctrl-C ended. */
const interruptedStatus = 130

/**
 * Follows a run to its end, and then those that the queue goes on with.
 * @param begin starts or resumes the run, once somebody listens; undefined: there is nothing to follow
 * @returns the exit status: that of the first run that did not end well
 */
export async function follow(
  host: Host,
  interrupt: Interrupt,
  options: FollowOptions,
  begin: () => Promise<RunSummary | undefined>,
): Promise<number> {
  for (const { message, hint } of host.notices) say(`! ${message}\n  ${hint}`)
  const progress = new Progress()
  const leave = new AbortController()
  const onward = AbortSignal.any([interrupt.signal, leave.signal])
  void interrupt.first.then(() => {
    progress.end()
    say(options.remote ? leaving : 'Pausing at a checkpoint; Ctrl-C again ends it at once.')
  })
  void interrupt.second.then(() => host.endNow())
  const events = host.subscribe(onward)
  let status = 0
  for (let run = await begin(); run; run = host.active) {
    await untilOver(host, run.id, events, options, progress, onward, leave)
    progress.end()
    if (!onward.aborted) await host.idle()
    else await host.close(interrupt.happened() ? 'Ctrl-C in the terminal.' : 'Nobody at the terminal to go on.')
    status ||= report(host, run.id, interrupt, options)
    if (onward.aborted) break
    await host.queue.settled()
  }
  void events.return()
  const waiting = lookInto(host.dataFolder, countWaiting)
  if (waiting > 0) say(`In the queue ${waiting} wait. To go on with them: grpo-studio queue start`)
  return status
}

/** @param leave aborted when the run is paused and nobody is there to go on */
async function untilOver(
  host: Host,
  runId: string,
  events: AsyncGenerator<HostEvent, void, void>,
  options: FollowOptions,
  progress: Progress,
  onward: AbortSignal,
  leave: AbortController,
): Promise<void> {
  let paused: AbortController | undefined
  for (;;) {
    const { value: event, done } = await events.next()
    if (done) break
    progress.show(event)
    if (options.json && event.type === 'step') printStep(event)
    if (event.type !== 'run' || event.run.id !== runId) continue
    const { status } = event.run
    if (isOver(event.run)) break
    if (status !== 'paused') paused?.abort()
    else if (!paused || paused.signal.aborted) {
      paused = new AbortController()
      if (process.stdin.isTTY) void askToGoOn(host, runId, AbortSignal.any([paused.signal, onward]))
      else if (!options.remote) {
        leave.abort()
        break
      }
    }
  }
  paused?.abort()
}

function isOver({ status, job }: RunSummary): boolean {
  // silence is no end of a job
  if (status === 'interrupted' && job && !jobIsOver(job.status)) return false
  return status === 'finished' || status === 'stopped' || status === 'failed' || status === 'interrupted'
}

function printStep({ step: { groups: _, ...step } }: Extract<HostEvent, { type: 'step' }>): void {
  printJson({ type: 'step', ...step })
}

/** An alert has paused the run: a person may put right what is wrong and go on. */
async function askToGoOn(host: Host, runId: string, signal: AbortSignal): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  terminal.on('SIGINT', () => process.emit('SIGINT'))
  try {
    while (!signal.aborted) {
      await terminal.question('Paused. Enter goes on, Ctrl-C leaves. ', { signal })
      try {
        host.steer(runId, { kind: 'resume' })
        return
      } catch (error) {
        say((error as Error).message)
      }
    }
  } catch {
    // Left, or gone on from elsewhere.
  } finally {
    terminal.close()
  }
}

function report(host: Host, runId: string, interrupt: Interrupt, { json, quiet }: FollowOptions): number {
  const { run, evaluations, alerts, checkpoints } = host.look(runId)
  const status =
    run.status === 'finished' || run.status === 'stopped' ? 0 : interrupt.happened() ? interruptedStatus : 1
  if (json) {
    const { config: _, settings: __, pending: ___, ...summary } = run
    printJson({ type: 'summary', run: summary, evaluations })
  } else if (!quiet) {
    const first = evaluations.at(0)
    const last = evaluations.at(-1)
    print(
      `run #${run.number} ${run.name}: ${run.status} after ${run.step} steps, ${duration(run.trainedSeconds)} of training`,
    )
    if (first && last && last !== first) {
      print(`held-out accuracy ${percent(first.accuracy)} → ${percent(last.accuracy)} of ${last.prompts} prompts`)
      print(`response length ${decimals(first.meanLength, 1)} → ${decimals(last.meanLength, 1)} tokens`)
    }
    print(`folder ${run.folder}`)
  }
  if (status === 0) return status
  if (run.error) say(`${run.error.message}\n  ${run.error.hint}`)
  if (run.job && !jobIsOver(run.job.status)) return status
  say(`Every step up to ${run.step} is stored. To go on: grpo-studio resume ${run.number}`)
  const last = alerts.at(-1)
  const back = last && explosions.includes(last.kind) && wayBack(last.step, checkpoints, run.settings)
  if (back)
    say(`To go back: grpo-studio roll-back ${run.number} --to ${back.to} --set learningRate=${back.learningRate}`)
  return status
}
