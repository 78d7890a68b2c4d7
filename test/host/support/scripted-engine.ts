/**
 * A process that speaks an engine's messages and computes nothing: for what the real engine cannot be made to do, such as to crash, to
 * hang, or to fill a disk in a few steps. `SCRIPT` in the environment is a JSON object of `Script`.
 */
import type { FromEngine, ToEngine } from '../../../src-main/contract/engine-messages.ts'
import { initialSettings } from '../../../src-main/contract/recipe.ts'
import type { SteeringEvent } from '../../../src-main/contract/records.ts'
import { evaluationReport, stepReport } from './records.ts'

export interface Script {
  /** Steps before the ending. */
  steps?: number
  ending?: 'finish' | 'exit' | 'crash' | 'silence' | 'fail' | 'repeat' | 'stay'
  exitCode?: number
  /** Characters of each completion. */
  textLength?: number
  /** Completions of a group differ, after their thinking. */
  different?: boolean
  /** Milliseconds between steps. */
  pace?: number
  /** Steps a second, in place of a pace: one that came late is caught up with. */
  perSecond?: number
  /** Groups of a step. */
  groups?: number
}

const script = JSON.parse(process.env.SCRIPT ?? '{}') as Script
let stored = 0
let paused = false
const asked: SteeringEvent[] = []
let wake = () => {}

process.on('disconnect', () => process.exit())
process.on('message', (message: ToEngine) => {
  if (message.type === 'stored') stored = message.step
  else if (message.type === 'command') asked.push(message.event)
  else if (message.type === 'start') void run(message)
  else if (message.type === 'job')
    send({ type: 'job-failed', error: { code: 'internal', message: 'It computes nothing.', hint: '' } })
  wake()
})

function send(message: FromEngine): void {
  process.send!(message)
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise<void>((resolve) => {
      wake = resolve
    })
  }
}

async function run({ recipe }: Extract<ToEngine, { type: 'start' }>): Promise<void> {
  const settings = initialSettings(recipe)
  send({ type: 'ready', backend: 'scripted', device: 'none', probes: [], parameters: 0 })
  send({ type: 'stage-began', stage: 0, firstStep: 1, settings })
  send({ type: 'evaluation', report: evaluationReport(0) })
  const began = performance.now()
  for (let step = 1; step <= (script.steps ?? 0); step++) {
    const due = script.perSecond ? began + (step * 1000) / script.perSecond - performance.now() : (script.pace ?? 1)
    if (due > 0) await new Promise((resolve) => setTimeout(resolve, due))
    await boundary(step)
    const report = stepReport(step, { settings })
    const [model] = report.groups
    if (script.groups) report.groups = Array.from({ length: script.groups }, (_, group) => ({ ...model, group }))
    const text = letters(script.textLength ?? 10)
    for (const { group, completions } of report.groups)
      for (const completion of completions)
        completion.text = script.different ? `<think>${step}</think>answer ${group} ${completion.sample} ${text}` : text
    send({ type: 'step', report, seconds: 0.01 })
    await until(() => stored >= step)
  }
  const step = script.steps ?? 0
  switch (script.ending ?? 'finish') {
    case 'finish':
      send({ type: 'stage-ended', stage: 0, lastStep: step, reason: 'steps' })
      send({ type: 'finished', reason: 'steps', step })
      return
    case 'exit':
      console.error('first line\nthe last words of the engine')
      process.exit(script.exitCode ?? 0)
      break
    case 'crash':
      process.abort()
      break
    case 'silence':
      // Neither answers nor ends when its host goes.
      process.removeAllListeners('disconnect')
      setInterval(() => {}, 1000)
      return
    case 'fail':
      send({
        type: 'failed',
        error: { code: 'bad-model', message: 'model.safetensors is damaged.', hint: 'Take it again.' },
      })
      return
    case 'repeat':
      send({ type: 'step', report: stepReport(1), seconds: 0.01 })
      return
    case 'stay':
      for (;;) await boundary(step + 1, true)
  }
}

async function boundary(step: number, forever = false): Promise<void> {
  do {
    if (forever) await until(() => asked.length > 0)
    for (const { id, kind, changes } of asked.splice(0)) {
      const refused = changes?.temperature === 4 ? 'Not at this temperature.' : null
      const settings = initialSettings({ stages: [{ settings: {} }], settings: {} } as never)
      send({ type: 'applied', id, effectiveStep: step, before: {}, refused, settings })
      if (kind === 'pause') {
        paused = true
        send({ type: 'paused', step: step - 1, reason: 'asked' })
      }
      if (kind === 'resume') {
        paused = false
        send({ type: 'running', step })
      }
      if (kind === 'stop') {
        send({ type: 'finished', reason: 'stopped', step: step - 1 })
        process.disconnect()
      }
    }
    if (paused) await until(() => asked.length > 0)
  } while (paused)
}

/** In no order, so that packing saves little. */
function letters(count: number): string {
  const random = new Uint32Array(1)
  return Array.from({ length: count }, () => {
    random[0] = Math.imul(random[0], 1_664_525) + 1_013_904_223
    return String.fromCharCode(97 + ((random[0] >>> 16) % 26))
  }).join('')
}
