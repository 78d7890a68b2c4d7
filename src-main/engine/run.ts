/** A run from its start message to its end: stages, steering, evaluations, checkpoints. The training itself is in stages/. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { FromEngine, ToEngine } from '../contract/engine-messages.ts'
import { StudioError } from '../contract/errors.ts'
import { enterStage, initialSettings, type Recipe } from '../contract/recipe.ts'
import { mergeSettings, type Settings, settingsOf } from '../contract/settings.ts'
import { Alerts } from './alerts.ts'
import { NonFiniteError } from './grpo/update.ts'
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './model/checkpoint.ts'
import { modelFolder } from './model/embedded.ts'
import { copyWeights, disposeWeights, loadPolicy, parameterCount } from './model/policy.ts'
import { AdamW } from './optim/adamw.ts'
import { evaluate } from './stages/evaluate.ts'
import { grpoStep } from './stages/grpo.ts'
import { Steering } from './steering.ts'
import { assertDisjoint, evaluationSet, trainingSet } from './tasks/sets.ts'
import { type BackendName, openBackend } from './tensor/index.ts'

type Start = Extract<ToEngine, { type: 'start' }>

export interface EngineChannel {
  send(message: FromEngine): void
  /** Resolves when the host has stored this step. */
  stored(step: number): Promise<void>
  /** Hears of commands from now on. */
  onCommand(listener: Steering['push']): void
}

/** Lets messages in between pieces of work, at most so often. */
const BREATH_MS = 40

export async function train(start: Start, channel: EngineChannel): Promise<void> {
  const { recipe } = start
  const backend = await openBackend((start.backend as BackendName | null) ?? undefined)
  const state = start.checkpoint === null ? freshState(recipe) : readCheckpoint(join(start.folder, start.checkpoint))
  const { policy, optimizer, position } = state
  requireRoom(recipe, policy.config.maxPositions)
  const problems = trainingSet(recipe.task, recipe.trainPrompts, recipe.seed)
  const heldOut = evaluationSet(recipe.task, Math.max(recipe.finalEvalPrompts, recipe.evalPrompts))
  assertDisjoint(problems, heldOut)
  channel.send({
    type: 'ready',
    backend: backend.name,
    device: backend.device,
    probes: backend.probes,
    parameters: parameterCount(policy.weights),
  })

  const steering = new Steering(
    {
      confirmed: (c) => channel.send({ type: 'applied', ...c }),
      paused: (step, reason) => channel.send({ type: 'paused', step, reason }),
      running: (step) => {
        if (wasPaused) channel.send({ type: 'running', step })
        wasPaused = false
      },
      staying: (staying) => channel.send({ type: 'staying', staying }),
    },
    { paused: start.paused, staying: position.staying, replay: start.replay },
  )
  let wasPaused = true
  channel.onCommand((event) => steering.push(event))
  const alerts = new Alerts()
  const breathe = breather()
  const phase = (step: number) => {
    const send = throttled((p: 'evaluate' | 'rollout' | 'reward' | 'update', fraction: number) =>
      channel.send({ type: 'phase', phase: { step, phase: p, fraction } }),
    )
    return async (p: 'evaluate' | 'rollout' | 'reward' | 'update', fraction: number) => {
      send(p, fraction)
      await breathe()
    }
  }
  const evaluateNow = async (prompts: number) => {
    const report = await evaluate({
      policy,
      problems: heldOut.slice(0, prompts),
      maxTokens: longestLimit(recipe),
      seed: recipe.seed,
      step: position.step,
      progress: (f) => phase(position.step)('evaluate', f),
    })
    channel.send({ type: 'evaluation', report })
  }
  const checkpoint = async () => {
    position.optimizerStep = optimizer.step
    position.staying = steering.staying
    await channel.stored(position.step)
    mkdirSync(join(start.folder, 'checkpoints'), { recursive: true })
    const folder = join('checkpoints', `step-${String(position.step).padStart(6, '0')}`)
    const bytes = writeCheckpoint(join(start.folder, folder), state)
    channel.send({ type: 'checkpoint', record: { step: position.step, at: new Date().toISOString(), folder, bytes } })
  }

  if (start.checkpoint === null) {
    channel.send({ type: 'stage-began', stage: 0, firstStep: 1, settings: position.settings })
    await evaluateNow(recipe.finalEvalPrompts)
    await checkpoint()
  }

  let checkpointed = position.step
  for (;;) {
    const step = position.step + 1
    const boundary = await steering.boundary(step, position.settings)
    const ended = boundary.stop
      ? 'stopped'
      : boundary.nextStage
        ? 'steered'
        : stageDone(recipe, position) && !steering.staying
          ? 'steps'
          : null
    if (ended) {
      channel.send({ type: 'stage-ended', stage: position.stage, lastStep: position.step, reason: ended })
      const last = position.stage + 1 >= recipe.stages.length
      if (last && ended !== 'stopped') await evaluateNow(recipe.finalEvalPrompts)
      if (checkpointed !== position.step) await checkpoint()
      if (last || ended === 'stopped') {
        channel.send({ type: 'finished', reason: ended === 'stopped' ? 'stopped' : 'steps', step: position.step })
        return
      }
      checkpointed = position.step
      position.stage++
      position.stageFirstStep = step
      position.settings = enterStage(position.settings, recipe.stages[position.stage])
      channel.send({ type: 'stage-began', stage: position.stage, firstStep: step, settings: position.settings })
    }
    for (const change of boundary.changes) position.settings = mergeSettings(position.settings, settingsOf(change))
    if (boundary.refreshReference || referenceIsDue(position.settings, position)) refreshReference(state, step)

    const undo = snapshot(state)
    try {
      const report = await grpoStep({
        step,
        stage: position.stage,
        seed: recipe.seed,
        settings: position.settings,
        policy,
        reference: state.reference,
        optimizer,
        problems,
        tokensBefore: position.tokens,
        progress: phase(step),
      })
      undo.forget()
      await channel.stored(position.step)
      channel.send({ type: 'step', report, seconds: report.metrics['seconds/step'] })
      position.step = step
      position.tokens = report.metrics.num_tokens
      for (const alert of alerts.look(step, report.metrics))
        channel.send({ type: 'alert', alert: { ...alert, at: report.at }, pause: false })
    } catch (error) {
      if (!(error instanceof NonFiniteError)) throw error
      undo.restore()
      channel.send({ type: 'alert', alert: nonFiniteAlert(error, step), pause: true })
      steering.hold()
      wasPaused = true
      continue
    }
    const lastOfRun = position.stage + 1 >= recipe.stages.length && stageDone(recipe, position)
    if (recipe.evalEvery > 0 && step % recipe.evalEvery === 0 && !lastOfRun) await evaluateNow(recipe.evalPrompts)
    if (step % recipe.checkpointEvery === 0) {
      await checkpoint()
      checkpointed = step
    }
  }
}

function freshState(recipe: Recipe): Checkpoint {
  const policy = loadPolicy(modelFolder(recipe.model))
  return {
    policy,
    reference: copyWeights(policy.weights),
    optimizer: new AdamW(),
    position: {
      step: 0,
      stage: 0,
      stageFirstStep: 1,
      staying: false,
      settings: initialSettings(recipe),
      optimizerStep: 0,
      tokens: 0,
      referenceStep: 0,
    },
  }
}

/** @throws StudioError bad-recipe when prompts and token limit together exceed what the model can attend to */
function requireRoom(recipe: Recipe, maxPositions: number): void {
  const limit = longestLimit(recipe)
  if (limit >= maxPositions) {
    throw new StudioError(
      'bad-recipe',
      `maxCompletionTokens ${limit} does not fit into the model's ${maxPositions} positions.`,
      `Choose at most ${maxPositions - 32}.`,
    )
  }
}

/** The largest token limit of the recipe: evaluations use it, so that their accuracy compares across stages. */
function longestLimit(recipe: Recipe): number {
  let settings = initialSettings(recipe)
  let longest = settings.maxCompletionTokens
  for (const stage of recipe.stages.slice(1)) {
    settings = enterStage(settings, stage)
    longest = Math.max(longest, settings.maxCompletionTokens)
  }
  return longest
}

function stageDone(recipe: Recipe, position: Checkpoint['position']): boolean {
  return position.step - position.stageFirstStep + 1 >= recipe.stages[position.stage].steps
}

function referenceIsDue(settings: Settings, position: Checkpoint['position']): boolean {
  return settings.refreshReferenceEvery > 0 && position.step - position.referenceStep >= settings.refreshReferenceEvery
}

/** The reference becomes what the policy is before this step. */
function refreshReference(state: Checkpoint, step: number): void {
  disposeWeights(state.reference)
  state.reference = copyWeights(state.policy.weights)
  state.position.referenceStep = step - 1
}

/** Holds on to weights and moments, so that a failed step can be undone whole. */
function snapshot({ policy, optimizer }: Checkpoint) {
  const held = [policy.weights, optimizer.firstMoments, optimizer.secondMoments].map((map) => ({
    map,
    copy: copyWeights(map),
  }))
  const step = optimizer.step
  return {
    forget() {
      for (const { copy } of held) disposeWeights(copy)
    },
    restore() {
      optimizer.step = step
      for (const { map, copy } of held) {
        disposeWeights(map)
        map.clear()
        for (const [name, t] of copy) map.set(name, t)
      }
    },
  }
}

function nonFiniteAlert(error: NonFiniteError, step: number) {
  return {
    step,
    at: new Date().toISOString(),
    kind: 'non-finite' as const,
    message: `${error.message} Step ${step} was undone and the run is paused; nothing stored is lost.`,
    hint: 'Lower the learning rate, then resume; if it comes again, stop and resume from an earlier checkpoint.',
  }
}

function breather(): () => Promise<void> {
  let last = performance.now()
  return async () => {
    if (performance.now() - last < BREATH_MS) return
    await new Promise((resolve) => setImmediate(resolve))
    last = performance.now()
  }
}

/** Ten reports a second are enough for an eye; the first of each phase always goes. */
function throttled<A extends unknown[]>(send: (...args: A) => void): (...args: A) => void {
  let last = 0
  let phase: unknown
  return (...args) => {
    const now = performance.now()
    if (args[0] === phase && now - last < 100) return
    last = now
    phase = args[0]
    send(...args)
  }
}
