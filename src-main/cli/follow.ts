/** A run followed from a terminal to its end: progress on stderr, with --json its steps on stdout. */
import { createInterface } from 'node:readline/promises'
import type { HostEvent } from '../contract/api.ts'
import type { RunSummary } from '../contract/records.ts'
import type { Host } from '../host/host.ts'
import type { Interrupt } from './interrupt.ts'
import { decimals, duration, percent, print, printJson, say } from './output.ts'
import { Progress } from './progress.ts'

export interface FollowOptions {
  json?: boolean
}

/** The shell's status of a program that Ctrl-C ended. */
const interruptedStatus = 130

/**
 * @param begin starts or resumes the run, once somebody listens
 * @returns the exit status
 */
export async function follow(
  host: Host,
  interrupt: Interrupt,
  options: FollowOptions,
  begin: () => Promise<RunSummary>,
): Promise<number> {
  for (const { message, hint } of host.notices) say(`! ${message}\n  ${hint}`)
  const progress = new Progress()
  const leave = new AbortController()
  const onward = AbortSignal.any([interrupt.signal, leave.signal])
  void interrupt.first.then(() => {
    progress.end()
    say('Pausing at a checkpoint; Ctrl-C again ends it at once.')
  })
  void interrupt.second.then(() => host.endNow())
  const events = host.subscribe(onward)
  const run = await begin()
  let paused: AbortController | undefined
  for await (const event of events) {
    progress.show(event)
    if (options.json && event.type === 'step') printStep(event)
    if (event.type !== 'run' || event.run.id !== run.id) continue
    const { status } = event.run
    if (isOver(status)) break
    if (status !== 'paused') paused?.abort()
    else if (!paused || paused.signal.aborted) {
      paused = new AbortController()
      if (process.stdin.isTTY) void askToGoOn(host, run.id, AbortSignal.any([paused.signal, onward]))
      else {
        leave.abort()
        break
      }
    }
  }
  paused?.abort()
  progress.end()
  if (!onward.aborted) await host.idle()
  else await host.close(interrupt.happened() ? 'Ctrl-C in the terminal.' : 'Nobody at the terminal to go on.')
  return report(host, run.id, interrupt, options)
}

function isOver(status: RunSummary['status']): boolean {
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

async function report(host: Host, runId: string, interrupt: Interrupt, { json }: FollowOptions): Promise<number> {
  const { run, evaluations } = host.look(runId)
  const status =
    run.status === 'finished' || run.status === 'stopped' ? 0 : interrupt.happened() ? interruptedStatus : 1
  if (json) {
    const { config: _, settings: __, pending: ___, ...summary } = run
    printJson({ type: 'summary', run: summary, evaluations })
  } else {
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
  say(`Every step up to ${run.step} is stored. To go on: grpo-studio resume ${run.number}`)
  return status
}
