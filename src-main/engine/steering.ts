/**
 * The only place where a person's change enters. Commands gather while a step runs and are taken at the boundary before the next one;
 * on resume, confirmed changes come again at the steps at which they were in force.
 */
import { contradiction } from '../contract/contradictions.ts'
import { type KnobChanges, type KnobName, knobValue, refusal, settingsOf } from '../contract/knobs.ts'
import { isPlanned } from '../contract/plan.ts'
import type { SteeringEvent } from '../contract/records.ts'
import { mergeSettings, type Settings } from '../contract/settings.ts'

export interface Confirmation {
  id: number
  effectiveStep: number
  before: KnobChanges
  refused: string | null
  settings: Settings
}

export interface SteeringSink {
  confirmed(confirmation: Confirmation): void
  /** Everything up to `step` is done and nothing more will be until someone resumes. */
  paused(step: number, reason: 'asked' | 'alert'): Promise<void>
  running(step: number): void
  staying(staying: boolean): void
}

/** What the boundary before a step decided. */
export interface Boundary {
  stop: boolean
  /** Leave the stage now. */
  nextStage: boolean
  refreshReference: boolean
  /** Changes of the plan, in the order in which they were asked for; before the stage ends, if it does. */
  plan: SteeringEvent[]
  /** Applied after a stage change, so that a change asked for at its boundary outlives it. */
  changes: KnobChanges[]
}

export interface SteeringStart {
  paused: boolean
  staying: boolean
  /** Confirmed events to be re-applied at their own steps. */
  replay: SteeringEvent[]
  /** Longest output that the model has room for. */
  mostTokens: number
  /** Why a change of the plan cannot be; null if it can. */
  refusePlan?: (event: SteeringEvent, before: readonly SteeringEvent[]) => Promise<string | null>
}

export class Steering {
  staying: boolean
  private readonly sink: SteeringSink
  /** Longest output that the model in training has room for. */
  mostTokens: number
  private readonly queue: SteeringEvent[] = []
  private replay: SteeringEvent[]
  private paused: boolean
  private pauseReason: 'asked' | 'alert' = 'asked'
  /** Paused to ask what comes next: whoever says it goes on with the run. */
  private asking = false
  /** Steps still allowed while paused. */
  private singleSteps = 0
  private readonly refusePlan: NonNullable<SteeringStart['refusePlan']>
  private wake: (() => void) | null = null

  constructor(sink: SteeringSink, start: SteeringStart) {
    this.sink = sink
    this.mostTokens = start.mostTokens
    this.refusePlan = start.refusePlan ?? (async () => null)
    this.paused = start.paused
    this.staying = start.staying
    this.replay = [...start.replay]
  }

  push(event: SteeringEvent): void {
    this.queue.push(event)
    this.wake?.()
  }

  /** Pauses before the next step: a person should look. @param asking until they say whether the stage ends */
  hold(asking = false): void {
    this.paused = true
    this.asking = asking
    this.pauseReason = 'alert'
    this.singleSteps = 0
  }

  /** Whether what a person once said of the stage at this step is to come again. */
  decidedAt(step: number): boolean {
    return this.replay.some((e) => e.effectiveStep === step && (e.kind === 'next-stage' || e.kind === 'stay'))
  }

  /** Takes what was asked; waits here while paused. */
  async boundary(step: number, inForce: Settings): Promise<Boundary> {
    const result: Boundary = { stop: false, nextStage: false, refreshReference: false, plan: [], changes: [] }
    for (const event of this.replay.filter((e) => e.effectiveStep === step)) this.take(event, result)
    this.replay = this.replay.filter((e) => (e.effectiveStep ?? 0) > step)

    let settings = result.changes.reduce((s, c) => mergeSettings(s, settingsOf(c)), inForce)
    let announced = false
    for (;;) {
      for (let event = this.queue.shift(); event; event = this.queue.shift()) {
        const wasPaused = this.paused
        const refused = isPlanned(event.kind)
          ? await this.refusePlan(event, result.plan)
          : refusalOf(event, settings, this.mostTokens)
        const before = refused ? {} : valuesOf(settings, event.changes ?? {})
        if (!refused) {
          this.take(event, result)
          if (event.changes) settings = mergeSettings(settings, settingsOf(event.changes))
          this.control(event)
          if (event.kind === 'stop') result.stop = true
        }
        this.sink.confirmed({ id: event.id, effectiveStep: step, before, refused, settings })
        if (wasPaused && !this.paused) announced = false
        if (!refused && (event.kind === 'stay' || event.kind === 'next-stage')) this.sink.staying(this.staying)
      }
      if (result.stop) return result
      if (!this.paused || this.singleSteps > 0) break
      if (!announced) {
        announced = true
        await this.sink.paused(step - 1, this.pauseReason)
        continue
      }
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
      this.wake = null
    }
    if (this.singleSteps > 0) this.singleSteps--
    this.sink.running(step)
    return result
  }

  /** What changes the course of the run: the same whether asked now or replayed. */
  private take(event: SteeringEvent, result: Boundary): void {
    if (event.kind === 'set') result.changes.push(event.changes ?? {})
    if (isPlanned(event.kind)) result.plan.push(event)
    if (event.kind === 'refresh-reference') result.refreshReference = true
    if (event.kind === 'stay') this.staying = true
    if (event.kind === 'next-stage') {
      this.staying = false
      result.nextStage = true
    }
  }

  private control(event: SteeringEvent): void {
    if (this.asking && (event.kind === 'next-stage' || event.kind === 'stay')) this.paused = false
    this.asking &&= event.kind === 'set' || event.kind === 'refresh-reference' || isPlanned(event.kind)
    if (event.kind === 'pause') {
      this.paused = true
      this.pauseReason = 'asked'
      this.singleSteps = 0
    } else if (event.kind === 'resume') this.paused = false
    else if (event.kind === 'step') {
      this.paused = true
      this.pauseReason = 'asked'
      this.singleSteps++
    }
  }
}

function valuesOf(settings: Settings, changes: KnobChanges): KnobChanges {
  return Object.fromEntries(Object.keys(changes).map((name) => [name, knobValue(settings, name as KnobName)]))
}

/** Why the engine cannot take a command: ranges, and what only makes sense together. */
function refusalOf(event: SteeringEvent, settings: Settings, mostTokens: number): string | null {
  if (event.kind !== 'set') return null
  for (const [name, value] of Object.entries(event.changes ?? {})) {
    const reason = refusal(name, value, settings)
    if (reason) return reason
  }
  const after = mergeSettings(settings, settingsOf(event.changes ?? {}))
  if (after.maxCompletionTokens > mostTokens) {
    return `The model has room for outputs of at most ${mostTokens} tokens, not ${after.maxCompletionTokens}.`
  }
  if (after.promptsPerStep * after.groupSize < after.miniBatches) {
    return `${after.promptsPerStep} prompts × ${after.groupSize} samples cannot be split into ${after.miniBatches} mini-batches.`
  }
  const wrong = contradiction(after)
  if (wrong) return `This makes no sense together: ${wrong.what}.`
  return null
}
