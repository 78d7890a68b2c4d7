import { type Command, InvalidArgumentError } from 'commander'
import { type QueueEntry, type QueueState, turns } from '../contract/queue.ts'
import type { RunSummary } from '../contract/records.ts'
import { Host } from '../host/host.ts'
import { askHolder } from '../host/requests.ts'
import { isLocked } from '../store/lock.ts'
import { type QueueOrder, queueEntries } from '../store/queue.ts'
import { lookInto } from '../store/reader.ts'
import { listRuns } from '../store/runs.ts'
import { ask } from './ask.ts'
import { type FollowOptions, follow } from './follow.ts'
import { onInterrupt } from './interrupt.ts'
import { dataFolder, dataOption, jsonOption, wholeNumber } from './options.ts'
import { duration, print, printJson, say, table } from './output.ts'

interface QueueOptions extends FollowOptions {
  data?: string
}

export function addQueue(program: Command): void {
  const queue = program
    .command('queue')
    .description('runs that wait their turn: list, move, remove, hold, start')
    .addHelpText(
      'after',
      `
"grpo-studio run … --queue" puts one in. The next starts by itself when the active run has ended, however; a paused run
holds the queue until it goes on, is stopped, or "queue start" sets it aside. After an app was closed or killed what waits
goes on when a run is started or resumed again, or with "queue start", first with the queue's run that was cut off.

Examples:
  grpo-studio queue list --json
  grpo-studio queue move q5 1
  grpo-studio queue remove q3 q4
  grpo-studio queue start`,
    )
  const verb = (name: string, description: string) =>
    queue.command(name).description(description).addOption(dataOption()).addOption(jsonOption())
  verb('list', 'what waits, and how long').action(list)
  verb('move', 'change the order of those that wait')
    .argument('<entry>', 'q3, as listed', entryId)
    .argument('<place>', 'its new place, from 1', wholeNumber(1, 1_000_000))
    .action(async (id: number, place: number, options: QueueOptions) =>
      show(await ask('queue.move', { id, place }, options), options),
    )
  verb('remove', 'take runs out of the queue, or refused ones off the list')
    .argument('<entries...>', 'q3 q4, as listed', (text: string, before: number[] = []) => [...before, entryId(text)])
    .action(async (ids: number[], options: QueueOptions) => show(await ask('queue.remove', { ids }, options), options))
  verb('hold', 'start nothing more in the app that is open until "queue start"').action(async (options: QueueOptions) =>
    show(await ask('queue.hold', {}, options), options),
  )
  verb('start', 'go on with what waits: in the app that is open, else here in the terminal').action(start)
}

/** @throws InvalidArgumentError */
function entryId(text: string): number {
  const found = /^q?(\d{1,9})$/i.exec(text)
  if (!found) throw new InvalidArgumentError(`"${text}" is no entry of the queue: they are called q1, q2 …`)
  return Number(found[1])
}

function list(options: QueueOptions): void {
  const folder = dataFolder(options)
  const { entries, active } = lookInto(folder, (db) => ({
    entries: queueEntries(db),
    active: listRuns(db).find(({ status }) => status === 'running' || status === 'starting' || status === 'paused'),
  }))
  const going = isLocked(folder) ? active : undefined
  if (options.json) printJson(entries)
  else print(queueTable(entries, going))
}

function queueTable(entries: QueueEntry[], active: RunSummary | undefined): string {
  const lines = active
    ? [`run #${active.number} ${active.name}: ${active.status}, step ${active.step} of ${active.totalSteps}`]
    : []
  if (active?.status === 'paused') lines.push('It is paused, and the queue waits for it: "queue start" sets it aside.')
  if (entries.length === 0) return [...lines, 'Nothing waits.'].join('\n')
  const waiting = entries.filter(({ status }) => status === 'waiting')
  const inTurn = turns(waiting, active ? remaining(active) : 0)
  const about = (seconds: number | null) => (seconds === null ? null : duration(seconds))
  const rows = entries.map((entry, i) => [
    `q${entry.id}`,
    entry.title,
    entry.seed,
    entry.steps,
    entry.sweep === null ? null : `${entry.sweep}: ${entry.cell}`,
    entry.status === 'failed' ? `refused: ${entry.error?.message}` : 'waits',
    about(entry.status === 'failed' ? null : inTurn[i]),
    about(entry.seconds),
  ])
  return [...lines, table(['entry', 'run', 'seed', 'steps', 'sweep', 'state', 'begins in', 'takes'], rows)].join('\n')
}

/** Seconds to its end at its pace so far. */
function remaining({ step, totalSteps, trainedSeconds }: RunSummary): number | null {
  return step === 0 || totalSteps === null ? null : ((totalSteps - step) * trainedSeconds) / step
}

async function start(options: QueueOptions): Promise<void> {
  const folder = dataFolder(options)
  if (isLocked(folder)) show(await ask('queue.start', {}, options), options)
  else process.exitCode = await workOff(folder, options)
}

/** Trains what waits, here, until nothing does. @param first done before @returns the exit status */
export async function workOff(
  folder: string,
  options: FollowOptions,
  first?: (host: Host) => unknown,
): Promise<number> {
  const host = new Host({ dataFolder: folder, command: 'grpo-studio queue start' })
  try {
    return await follow(host, onInterrupt(), options, async () => {
      first?.(host)
      await host.queue.start()
      if (!host.active) say('Nothing waits in the queue.')
      return host.active
    })
  } finally {
    await host.close()
  }
}

/** Puts runs into the queue of the app that is open, or else works it off here. @returns the exit status */
export async function queueUp(orders: QueueOrder[], options: QueueOptions): Promise<number> {
  const folder = dataFolder(options)
  if (!isLocked(folder)) return workOff(folder, options, (host) => host.queue.add(orders))
  const added = (await askHolder(folder, 'queue.add', orders, () => isLocked(folder))) as QueueEntry[]
  if (options.json) printJson(added)
  else for (const { id, title } of added) print(`q${id} ${title} waits: grpo-studio queue list`)
  return 0
}

function show(answer: unknown, { json }: QueueOptions): void {
  const { entries } = answer as QueueState
  if (json) printJson(answer)
  else print(queueTable(entries, undefined))
}
