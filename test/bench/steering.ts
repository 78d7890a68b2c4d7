/** How soon a change is in force and a pause takes, on the real recipe, over the same socket as the window's. */
import type { HostEvent } from '../../src-main/contract/api.ts'
import { startHost } from './host-process.ts'
import type { BenchOptions } from './options.ts'

const CHANGES = 12
const PAUSES = 6

export async function steering({ backend }: BenchOptions): Promise<unknown> {
  const host = await startHost()
  try {
    const { api } = host
    const events = await api.live.subscribe()
    const waiting: { test: (e: HostEvent) => boolean; resolve: (e: HostEvent) => void }[] = []
    void (async () => {
      for await (const event of events) {
        for (const w of waiting.filter((w) => w.test(event))) {
          waiting.splice(waiting.indexOf(w), 1)
          w.resolve(event)
        }
      }
    })().catch(() => {
      // the socket closes with the host at the end
    })
    const next = (test: (e: HostEvent) => boolean) =>
      new Promise<HostEvent>((resolve) => waiting.push({ test, resolve }))
    const aStep = () => next((e) => e.type === 'step') as Promise<Extract<HostEvent, { type: 'step' }>>

    const first = aStep()
    const run = await api.runs.launch({ recipe: 'r1-zero-mini', backend: backend ?? null })
    await first

    let atNextStep = 0
    for (let i = 0; i < CHANGES; i++) {
      const { step: last } = await aStep()
      await pause(Math.random() * 1000)
      const temperature = 0.9 + 0.01 * (i + 1)
      const confirmation = next(
        (e) => e.type === 'steering' && e.event.changes?.temperature === temperature && e.event.effectiveStep !== null,
      )
      const event = await api.runs.steer({ runId: run.id, kind: 'set', changes: { temperature } })
      const done = (await confirmation) as Extract<HostEvent, { type: 'steering' }>
      let record = (await aStep()).step
      while (record.step < done.event.effectiveStep!) record = (await aStep()).step
      // the step that was under way when it was asked for is last + 1, or last + 2 if that one ended meanwhile
      const underWay = event.requestedStep + 1
      if (
        done.event.effectiveStep! <= underWay + 1 &&
        record.settings.temperature === temperature &&
        record.step >= last.step
      )
        atNextStep++
    }

    const pauses = []
    for (let i = 0; i < PAUSES; i++) {
      await aStep()
      await pause(Math.random() * 1000)
      const paused = next((e) => e.type === 'run' && e.run.status === 'paused')
      const asked = performance.now()
      const before = (await api.runs.steer({ runId: run.id, kind: 'pause' })).requestedStep
      const event = (await paused) as Extract<HostEvent, { type: 'run' }>
      pauses.push({ seconds: (performance.now() - asked) / 1000, steps: event.run.step - before })
      await api.runs.steer({ runId: run.id, kind: 'resume' })
    }

    const answers = []
    const until = performance.now() + 15_000
    while (performance.now() < until) {
      const asked = performance.now()
      await api.runs.metrics({ runId: run.id, afterStep: 0 })
      answers.push(performance.now() - asked)
      await pause(50)
    }
    answers.sort((a, b) => a - b)
    await api.runs.steer({ runId: run.id, kind: 'stop' })
    return {
      changes: { asked: CHANGES, inForceAtTheNextStep: atNextStep },
      pauses: {
        asked: PAUSES,
        mostSteps: Math.max(...pauses.map((p) => p.steps)),
        mostSeconds: Math.max(...pauses.map((p) => p.seconds)),
      },
      hostAnswersMilliseconds: {
        requests: answers.length,
        median: answers[Math.floor(answers.length / 2)],
        p99: answers[Math.floor(answers.length * 0.99)],
        max: answers.at(-1),
      },
    }
  } finally {
    await host.end()
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
