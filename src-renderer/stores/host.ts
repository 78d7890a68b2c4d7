/** The window's one line to the host: connects, listens, connects again, and fetches what the stores need. */
import type { HostEvent } from '../../src-main/contract/api.ts'
import type { RunSummary } from '../../src-main/contract/records.ts'
import { type Api, type Connection, connect, serverAnswers } from '../transport/client.ts'
import { explain } from '../transport/explain.ts'
import { type Columns, emptyColumns, extend } from './columns.ts'
import { connectionStore } from './connection.ts'
import { forgetAfter, remember } from './groups.ts'
import { inputFirst } from './input.ts'
import { applyEvents, liveStore, nothing, phaseStore } from './live.ts'
import { queueStore } from './queue.ts'
import { runsStore, withoutRuns, withRun } from './runs.ts'

const retryMs = [250, 500, 1000, 2000]
/** Events are gathered so long before they are shown, so that a burst costs one drawing; milliseconds. */
const gatherMs = 33
/** Steps that come faster are shown so often at least: nobody reads figures faster; milliseconds. */
const streamMs = 250

let current: Connection | null = null
const listeners = new Set<(event: HostEvent) => void>()

/** @throws Error while the host cannot be reached */
export function api(): Api {
  if (!current) throw new Error('The host cannot be reached just now; the window is trying again.')
  return current.api
}

/** Called for every event of the host, before the stores show it. Returns how to stop. */
export function onHostEvent(listener: (event: HostEvent) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Never returns: one turn a connection. */
export async function stayConnected(): Promise<never> {
  for (let attempt = 0; ; attempt++) {
    try {
      const connection = await connect()
      attempt = 0
      current = connection
      await listen(connection)
    } catch (error) {
      console.warn('host:', explain(error).message)
    }
    current?.close()
    current = null
    const { met, status } = connectionStore.getState()
    const refused = attempt >= 2 && (await serverAnswers())
    const next = refused ? 'refused' : met ? 'lost' : 'connecting'
    if (next !== status) connectionStore.setState({ status: next })
    await sleep(retryMs[Math.min(attempt, retryMs.length - 1)])
  }
}

async function listen(connection: Connection): Promise<void> {
  const { api, closed } = connection
  const events = await api.live.subscribe()
  const [info, runs, recipes, queue] = await Promise.all([
    api.app.info(),
    api.runs.list(),
    api.recipes.list(),
    api.queue.get(),
  ])
  queueStore.setState(queue, true)
  runsStore.setState({ runs: [...runs].sort((a, b) => b.number - a.number), recipes })
  connectionStore.setState({ status: 'connected', met: true, info })
  const { runId } = liveStore.getState()
  if (runId) void load(runId)
  const gone = closed.then(() => {
    throw new Error('The connection to the host was lost.')
  })
  const heard = (async () => {
    for await (const event of events) take(event)
  })()
  await Promise.race([gone, heard])
}

let gathered: HostEvent[] = []
let gatheredSince = 0
let lastShown = Number.NEGATIVE_INFINITY
/** Set while a run is being fetched: its events wait, and are applied on top of what was fetched. */
let loading: { runId: string } | null = null

function take(event: HostEvent): void {
  if (gathered.push(event) > 1) return
  gatheredSince = performance.now()
  setTimeout(show, gatherMs)
}

/** A change that takes effect is what the person waits for. */
const answers = (event: HostEvent) => event.type === 'steering'

function show(): void {
  const early = performance.now() - lastShown < streamMs || inputFirst(gatheredSince)
  if (loading || (early && !gathered.some(answers))) {
    setTimeout(show, gatherMs)
    return
  }
  lastShown = performance.now()
  const events = gathered
  gathered = []
  for (const event of events) {
    if (event.type === 'step') remember(event.runId, event.step.step, event.step.groups)
    if (event.type === 'groups') remember(event.runId, event.step, event.groups)
    if (event.type === 'rewound') forgetAfter(event.runId, event.lastStep)
    if (event.type === 'queue') queueStore.setState(event.queue, true)
    for (const listener of listeners) listener(event)
  }
  const seen = events.filter((e) => e.type === 'run' || e.type === 'deleted')
  if (seen.length > 0) {
    const after = (list: RunSummary[], e: (typeof seen)[number]) =>
      e.type === 'run' ? withRun(list, e.run) : withoutRuns(list, e.runIds)
    runsStore.setState({ runs: seen.reduce(after, runsStore.getState().runs ?? []) })
  }
  applyEvents(events)
  const { runId } = liveStore.getState()
  const anew = (e: HostEvent) =>
    (e.type === 'rewound' && e.abandoned && e.runId === runId) ||
    (e.type === 'pruned' && e.runIds.includes(runId ?? ''))
  if (runId && events.some(anew)) void load(runId)
}

/** Shows this run on the live page from now on. */
export async function watch(runId: string | null): Promise<void> {
  if (liveStore.getState().runId === runId) return
  liveStore.setState(nothing(runId), true)
  phaseStore.setState({ phase: null })
  if (runId && current) await load(runId)
}

/** Fetches the whole run. What was shown stays until the answer is there. */
async function load(runId: string): Promise<void> {
  const mine = { runId }
  loading = mine
  try {
    const { runs } = api()
    const [detail, metrics, evaluations, events, alerts, checkpoints] = await Promise.all([
      runs.get({ runId }),
      runs.metrics({ runId }),
      runs.evaluations({ runId }),
      runs.events({ runId }),
      runs.alerts({ runId }),
      runs.checkpoints({ runId }),
    ])
    if (loading !== mine) return
    const columns: Columns = emptyColumns()
    extend(columns, metrics)
    const version = liveStore.getState().version + 1
    liveStore.setState({ ...nothing(runId), detail, columns, version, evaluations, events, alerts, checkpoints }, true)
  } catch (error) {
    if (loading === mine && liveStore.getState().runId === runId) liveStore.setState({ error: explain(error) })
  } finally {
    if (loading === mine) loading = null
  }
}
