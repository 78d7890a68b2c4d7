/** A run from its start message to its end: stages, steering, evaluations, checkpoints. The training itself is in stages/. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Domain } from '../contract/domains.ts'
import type { FromEngine, ToEngine } from '../contract/engine-messages.ts'
import { defaultEvaluation, type EvaluationForm } from '../contract/evaluation.ts'
import { measuredAtEnd } from '../contract/evaluation-plan.ts'
import { type Gate, gateReached } from '../contract/gates.ts'
import { settingsOf } from '../contract/knobs.ts'
import { replanned } from '../contract/plan.ts'
import { enterStage, type Recipe } from '../contract/recipe.ts'
import type { PhaseReport, StageRecord, SteeringEvent, StepReport } from '../contract/records.ts'
import { doubtsOf, type RewardModelNote } from '../contract/reward-models.ts'
import { mergeSettings } from '../contract/settings.ts'
import { gateOf, leavesPolicy } from '../contract/stages.ts'
import { rewardModelsOf } from '../library/reward-models.ts'
import { matchCritic } from './critic/critic.ts'
import { peak } from './estimate/peak.ts'
import { NonFiniteError } from './grpo/update.ts'
import { type Checkpoint, noGate, readCheckpoint, writeCheckpoint } from './model/checkpoint.ts'
import { disposeWeights, parameterCount, trainedOf } from './model/model.ts'
import { breather, listen, throttled } from './pace.ts'
import type { Prompts } from './prompts.ts'
import { mixed } from './reference.ts'
import { openRewardModels } from './reward-models/open.ts'
import { neuralRewardOn, withStep } from './rewards/composite.ts'
import { openOwnReward } from './rewards/own.ts'
import { CollectionError } from './stages/collection.ts'
import { enter } from './stages/enter.ts'
import { evaluate } from './stages/evaluate.ts'
import { checkStages, lacksLessons, promptsOf, stageWork, type Work } from './stages/work.ts'
import { freshState, longestLimit, mostTokens, openBackendFor, requireRoom } from './start.ts'
import { type Boundary, Steering } from './steering.ts'
import { questionOf } from './tasks/question.ts'
import { type ProblemSets, problemsOf } from './tasks/source.ts'
import { Tells } from './tells.ts'
import { requireBf16Products } from './tensor/bf16.ts'
import { compiling } from './tensor/compiled.ts'
import { undoPoint } from './undo.ts'
import { type Alert, Alerts } from './watch/alerts.ts'
import { evidenceOf } from './watch/evidence.ts'

export type Start = Extract<ToEngine, { type: 'start' }>

export interface EngineChannel {
  send(message: FromEngine): void
  /** Resolves when the host has stored this step. */
  stored(step: number): Promise<void>
  /** Hears of commands from now on. */
  onCommand(listener: Steering['push']): void
}

/** @throws StudioError before the first step: no backend, a bad model or checkpoint, a recipe that the model cannot hold */
export async function train(start: Start, channel: EngineChannel): Promise<void> {
  const backend = await openBackendFor(start.recipe.model, start.backend)
  compiling.bf16Products = start.recipe.bf16Products
  if (compiling.bf16Products) requireBf16Products(backend.name)
  const fresh = start.checkpoint === null
  const state = fresh ? begun(start.recipe) : readCheckpoint(join(start.folder, start.checkpoint!))
  state.policy.recomputeLayers = start.recipe.gradientCheckpointing
  const { recipe } = start
  // the host put its code into the recipe
  openOwnReward(typeof recipe.ownReward === 'object' ? recipe.ownReward : undefined)
  openRewardModels(
    rewardModelsOf(recipe, start.rewardModels ?? '', { folder: start.folder, done: state.position.stage }),
  )
  const sets = await problemsOf(recipe)
  const prompts = await promptsOf(recipe, state.policy, sets)
  requireRoom(recipe, state.policy.config.maxPositions, prompts.longest)
  await checkStages(recipe, state, sets, start.folder)
  const { name, device, probes } = backend
  channel.send({ type: 'ready', backend: name, device, probes, parameters: parameterCount(state.policy.weights) })
  await new Run(start, state, channel, sets, prompts).go(fresh)
}

/** Before the first step, which may be one of a student or a reward model. */
function begun(recipe: Recipe): Checkpoint {
  const state = freshState(recipe)
  const [first] = recipe.stages
  if (first.kind === 'distil' || first.kind === 'reward-model') enter(state, undefined, first, recipe)
  return state
}

type StageEnd = NonNullable<StageRecord['endReason']>

class Run {
  /** Its stages are those planned now. */
  private recipe: Recipe
  private readonly folder: string
  private readonly state: Checkpoint
  private readonly channel: EngineChannel
  private readonly steering: Steering
  private readonly sets: ProblemSets
  private prompts: Prompts
  private work!: Work
  /** A step broke off half-way: what it had in hand is not what lies on the disk. */
  private workIsStale = false
  private readonly rewardModels: string
  private readonly domains: ReadonlySet<Domain>
  private readonly alerts: Alerts
  private readonly tells: Tells
  private readonly breathe = breather()
  /** By prompt, in words. */
  private readonly questions: ReadonlyMap<string, string>
  /** The step before, whose samples alerts point at. */
  private newest: StepReport | undefined
  /** Step of the newest checkpoint. */
  private checkpointed: number
  /** Step whose checkpoint the disk refused, until the person resumes: one alert is enough. */
  private refusedAt = -1
  /** The host was told that the run goes. */
  private running = false

  constructor(start: Start, state: Checkpoint, channel: EngineChannel, sets: ProblemSets, prompts: Prompts) {
    const { recipe } = start
    this.recipe = recipe
    this.folder = start.folder
    this.state = state
    this.channel = channel
    this.rewardModels = start.rewardModels ?? ''
    this.checkpointed = state.position.step
    this.alerts = new Alerts(state.position.alerts)
    this.tells = new Tells(channel.send.bind(channel), () => state.position.step)
    this.sets = sets
    this.questions = new Map(sets.training.map((problem) => [problem.prompt, questionOf(problem)]))
    this.domains = new Set(sets.training.map((problem) => problem.domain))
    this.prompts = prompts
    this.steering = new Steering(
      {
        confirmed: (c) => channel.send({ type: 'applied', ...c }),
        staying: (staying) => channel.send({ type: 'staying', staying }),
        paused: async (step, reason) => {
          await this.checkpoint()
          this.running = false
          channel.send({ type: 'paused', step, reason })
        },
        running: (step) => {
          if (!this.running) channel.send({ type: 'running', step })
          this.running = true
          this.refusedAt = -1
        },
      },
      {
        paused: start.paused,
        staying: state.position.staying,
        replay: start.replay,
        mostTokens: mostTokens(state.policy.config.maxPositions, prompts.longest),
        refusePlan: (event, before) => this.refusePlan(event, before),
      },
    )
    channel.onCommand((event) => this.steering.push(event))
  }

  async go(fresh: boolean): Promise<void> {
    const { position } = this.state
    if (fresh) {
      this.channel.send({ type: 'stage-began', stage: 0, firstStep: 1, settings: position.settings })
      await this.evaluate(this.recipe.finalEvalPrompts)
      this.checkpointed = -1
      await this.checkpoint()
    }
    await this.prepareStage()
    for (;;) {
      await listen()
      this.askAtGate()
      const boundary = await this.steering.boundary(position.step + 1, position.settings)
      this.recipe = this.withPlan(boundary.plan)
      const ended = this.stageEnd(boundary)
      if (ended && (await this.leaveStage(ended, boundary)) === 'finished') return
      this.take(boundary)
      if (!(await this.step())) continue
      if (this.evaluationIsDue()) await this.evaluate(this.recipe.evalPrompts)
      if (position.step % this.recipe.checkpointEvery === 0) await this.checkpoint()
    }
  }

  /** The recipe with these changes of its plan. */
  private withPlan(events: readonly SteeringEvent[]): Recipe {
    const { stage } = this.state.position
    const stages = events.reduce((plan, event) => replanned(plan, stage, event), this.recipe.stages)
    return { ...this.recipe, stages }
  }

  /** What only the engine knows: where the run is by now, and whether it can read what the stage needs. */
  private async refusePlan(event: SteeringEvent, before: readonly SteeringEvent[]): Promise<string | null> {
    try {
      const recipe = this.withPlan([...before, event])
      requireRoom(recipe, this.state.policy.config.maxPositions, this.prompts.longest)
      await checkStages(recipe, this.state, this.sets, this.folder)
      return null
    } catch (error) {
      return (error as Error).message
    }
  }

  /** Why the stage ends before the next step, if it does. */
  private stageEnd(boundary: Boundary): StageEnd | null {
    if (boundary.stop) return 'stopped'
    if (boundary.nextStage) return 'steered'
    if (this.steering.staying || this.gate?.onReach === 'ask') return null
    if (this.stageDone()) return 'steps'
    return this.reached() ? 'gate' : null
  }

  private get gate(): Gate | undefined {
    return gateOf(this.recipe.stages[this.state.position.stage])
  }

  private reached(): string | null {
    return this.gate ? gateReached(this.gate, this.state.position.gate.values, this.state.position.gate.seconds) : null
  }

  /** Once a stage: who then goes on without ending the stage has answered. */
  private askAtGate(): void {
    const { position } = this.state
    if (this.gate?.onReach !== 'ask' || position.gate.asked || this.steering.staying) return
    const { name, steps } = this.recipe.stages[position.stage]
    const why = this.stageDone() ? `it has had its ${steps} steps` : this.reached()
    if (!why) return
    position.gate.asked = true
    if (this.steering.decidedAt(position.step + 1)) return
    this.steering.hold(true)
    this.tells.gate(name, why)
  }

  private stageDone(): boolean {
    const { step, stage, stageFirstStep } = this.state.position
    return step - stageFirstStep + 1 >= this.recipe.stages[stage].steps
  }

  private get lastStage(): boolean {
    return this.state.position.stage + 1 >= this.recipe.stages.length
  }

  private async leaveStage(reason: StageEnd, boundary: Boundary): Promise<'finished' | 'next'> {
    const { position } = this.state
    const { recipe, channel } = this
    const done = reason !== 'stopped' && reason !== 'skipped'
    if (done && !(await this.finishStage(boundary))) return this.leaveStage('stopped', boundary)
    channel.send({ type: 'stage-ended', stage: position.stage, lastStep: position.step, reason })
    if (this.measuredAtEnd && done) await this.evaluate(this.promptsAtEnd)
    const written = await this.checkpoint()
    if (this.lastStage || reason === 'stopped') {
      if (!written) await this.lastCheckpoint()
      channel.send({ type: 'finished', reason: reason === 'stopped' ? 'stopped' : 'steps', step: position.step })
      return 'finished'
    }
    const before = recipe.stages[position.stage]
    position.stage++
    position.stageFirstStep = position.step + 1
    position.gate = structuredClone(noGate)
    position.settings = enterStage(position.settings, recipe.stages[position.stage])
    const { stage, stageFirstStep, settings } = position
    const missing = await lacksLessons(recipe.stages[stage], recipe, this.sets, this.folder)
    if (missing === null) enter(this.state, before, recipe.stages[stage], recipe)
    channel.send({ type: 'stage-began', stage, firstStep: stageFirstStep, settings })
    if (missing !== null) {
      this.tells.skipped(recipe.stages[stage].name, missing)
      return this.leaveStage('skipped', boundary)
    }
    if (recipe.stages[stage].kind === 'distil') await this.meetStudent()
    await this.prepareStage()
    return 'next'
  }

  /** Writes what the stage leaves behind; a disk that refuses it pauses the run until it is there. @returns false: a person stopped meanwhile */
  private async finishStage(boundary: Boundary): Promise<boolean> {
    if (!this.work.finish) return true
    for (;;) {
      try {
        const note = await this.work.finish()
        const done = this.state.position.stage + 1
        openRewardModels(rewardModelsOf(this.recipe, this.rewardModels, { folder: this.folder, done }))
        return !this.tellDoubts(note) || (await this.waited(boundary))
      } catch (error) {
        this.steering.hold()
        this.tells.refused(error, 'What the stage leaves behind', this.folder)
        if (!(await this.waited(boundary))) return false
      }
    }
  }

  /** Waits while the run is paused; what is asked for meanwhile holds from the same step as what was asked before. @returns false: to stop */
  private async waited(boundary: Boundary): Promise<boolean> {
    const { position } = this.state
    const more = await this.steering.boundary(position.step + 1, position.settings)
    boundary.changes.push(...more.changes)
    boundary.refreshReference ||= more.refreshReference
    return !more.stop
  }

  /** @returns whether there are any, for which the run then waits */
  private tellDoubts(note: RewardModelNote): boolean {
    const [doubt] = doubtsOf(note)
    if (!doubt) return false
    this.steering.hold()
    this.tells.doubtful(note.name, doubt.message)
    return true
  }

  private async prepareStage(): Promise<void> {
    const { recipe, folder, state, sets, prompts } = this
    this.work = await stageWork({ recipe, folder, state, sets, prompts })
    this.workIsStale = false
  }

  /** It has a tokenizer and room of its own. */
  private async meetStudent(): Promise<void> {
    const { policy } = this.state
    this.prompts = await promptsOf(this.recipe, policy, this.sets)
    this.steering.mostTokens = mostTokens(policy.config.maxPositions, this.prompts.longest)
  }

  /** Waits until what was learned lies on the disk; who asks to stop meanwhile gives it up. */
  private async lastCheckpoint(): Promise<void> {
    const { position } = this.state
    do {
      const { stop } = await this.steering.boundary(position.step + 1, position.settings)
      if (stop) return
    } while (!(await this.checkpoint()))
  }

  private take(boundary: Boundary): void {
    const { position } = this.state
    const inStage = position.step + 2 - position.stageFirstStep
    for (const { at, settings } of this.recipe.stages[position.stage].milestones ?? [])
      if (at === inStage) position.settings = mergeSettings(position.settings, settings)
    for (const change of boundary.changes) position.settings = mergeSettings(position.settings, settingsOf(change))
    matchCritic(this.state, this.recipe.stages[position.stage].kind)
    const { refreshReferenceEvery } = position.settings
    const due = refreshReferenceEvery > 0 && position.step - position.referenceStep >= refreshReferenceEvery
    if (!boundary.refreshReference && !due) return
    const { reference, policy } = this.state
    this.state.reference = mixed(
      reference,
      trainedOf(policy),
      boundary.refreshReference ? 1 : position.settings.referenceMixture,
    )
    disposeWeights(reference)
    position.referenceStep = position.step
  }

  /** @returns whether the step was made; if its loss was not finite it was undone, and the run waits for a person */
  private async step(): Promise<boolean> {
    const { position } = this.state
    const step = position.step + 1
    const undo = undoPoint(this.state)
    try {
      if (this.workIsStale) await this.prepareStage()
      const report = await this.work.step(this.phases(step))
      report.metrics['memory/peak'] = peak() / 2 ** 20
      undo.forget()
      await this.channel.stored(position.step)
      this.channel.send({ type: 'step', report, seconds: report.metrics['seconds/step'] })
      position.step = step
      // what is asked from here on is of the next step, and comes again if that does
      position.staying = this.steering.staying
      position.tokens = report.metrics.num_tokens
      // kept where it decides something: a checkpoint is otherwise the same whatever the clock says
      if (this.gate?.minutes !== undefined) position.gate.seconds += report.metrics['seconds/step']
      position.running = withStep(position.running ?? {}, report.groups)
      this.newest = report
      if (this.recipe.stages[position.stage].kind === 'grpo')
        await this.raise(this.alerts.neuralReward(step, neuralRewardOn(this.domains, position.settings)))
      await this.raise(this.alerts.look(step, report.metrics))
      return true
    } catch (error) {
      undo.restore()
      if (error instanceof CollectionError) {
        this.workIsStale = true
        this.steering.hold()
        this.tells.refused(error, `What step ${step} collected`, error.path)
        return false
      }
      if (!(error instanceof NonFiniteError)) throw error
      this.steering.hold()
      this.tells.undone(step, error.message)
      return false
    }
  }

  /** Tells of what was found, with samples that show it. Those that the recipe names pause the run. */
  private async raise(alerts: Alert[]): Promise<void> {
    this.state.position.alerts = this.alerts.memory
    const { newest } = this
    for (const alert of alerts) {
      // recipes of version 0.1.0 had no such list
      const pause = (this.recipe.pauseOn ?? []).includes(alert.kind)
      const questions = newest?.groups.map(({ prompt }) => this.questions.get(prompt) ?? prompt) ?? []
      const evidence = newest ? await evidenceOf(alert.kind, newest, questions) : []
      if (pause) this.steering.hold()
      this.channel.send({ type: 'alert', alert: { ...alert, at: new Date().toISOString(), evidence }, pause })
    }
  }

  private get measuredAtEnd(): boolean {
    return measuredAtEnd(this.recipe.stages, this.state.position.stage)
  }

  private get promptsAtEnd(): number {
    const stage = this.recipe.stages[this.state.position.stage]
    return (stage.kind === 'evaluate' ? stage.prompts : undefined) ?? this.recipe.finalEvalPrompts
  }

  private get evaluationForm(): EvaluationForm {
    const stage = this.recipe.stages[this.state.position.stage]
    return (stage.kind === 'evaluate' ? stage.evaluation : undefined) ?? this.recipe.evaluation ?? defaultEvaluation
  }

  private evaluationIsDue(): boolean {
    const { evalEvery, stages } = this.recipe
    if (leavesPolicy(stages[this.state.position.stage])) return false
    const ends = this.measuredAtEnd && this.stageDone() && !this.steering.staying
    return evalEvery > 0 && this.state.position.step % evalEvery === 0 && !ends
  }

  private async evaluate(prompts: number): Promise<void> {
    const { step } = this.state.position
    const progress = this.phases(step)
    const report = await evaluate({
      policy: this.state.policy,
      problems: this.sets.heldOut.slice(0, prompts),
      general: this.sets.general,
      promptIds: this.prompts.ids,
      form: this.evaluationForm,
      maxTokens: longestLimit(this.recipe),
      seed: this.recipe.seed,
      step,
      settings: this.state.position.settings,
      progress: (fraction) => progress('evaluate', fraction),
    })
    await this.channel.stored(step)
    this.channel.send({ type: 'evaluation', report })
    await this.raise(this.alerts.evaluated(report, this.state.position.settings.rewardWeights))
    if (this.gate && step >= this.state.position.stageFirstStep)
      this.state.position.gate.values.push(report[this.gate.metric])
  }

  /** Writes a checkpoint of this step if there is none yet. A disk that refuses it pauses the run. @returns whether there is one */
  private async checkpoint(): Promise<boolean> {
    const { position, optimizer } = this.state
    if (this.checkpointed === position.step) return true
    position.optimizerStep = optimizer.step
    await this.channel.stored(position.step)
    const folder = join('checkpoints', `step-${String(position.step).padStart(6, '0')}`)
    try {
      mkdirSync(join(this.folder, 'checkpoints'), { recursive: true })
      const bytes = await writeCheckpoint(join(this.folder, folder), this.state)
      this.checkpointed = position.step
      this.channel.send({
        type: 'checkpoint',
        record: { step: position.step, at: new Date().toISOString(), folder, bytes },
      })
    } catch (error) {
      this.steering.hold()
      const what = `The checkpoint of step ${position.step}`
      if (this.refusedAt !== position.step) this.tells.refused(error, what, join(this.folder, folder))
      this.refusedAt = position.step
    }
    return this.checkpointed === position.step
  }

  private phases(step: number): (phase: PhaseReport['phase'], fraction: number) => Promise<void> {
    const send = throttled((phase: PhaseReport['phase'], fraction) =>
      this.channel.send({ type: 'phase', phase: { step, phase, fraction } }),
    )
    return async (phase, fraction) => {
      send(phase, fraction)
      await this.breathe()
    }
  }
}
