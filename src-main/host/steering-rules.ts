/** Which commands make sense now; the ranges of values are the settings table's. */
import { contradiction } from '../contract/contradictions.ts'
import { StudioError } from '../contract/errors.ts'
import { type KnobName, knobs, knobsOf, knobValue, refusal, settingsOf } from '../contract/knobs.ts'
import { isPlanned, replanned } from '../contract/plan.ts'
import { parseRecipe } from '../contract/recipe.ts'
import type { RunDetail, SteeringCommand, SteeringEvent } from '../contract/records.ts'
import { mergeSettings, type Settings } from '../contract/settings.ts'

/**
 * @throws StudioError bad-setting for a value out of its range or one that changes nothing, bad-request for a command that has no
 *   meaning in the run's present state; each says what would do instead
 */
export function checkCommand(run: RunDetail, command: SteeringCommand): void {
  const asked = (kind: SteeringEvent['kind']) => run.pending.some((event) => event.kind === kind)
  const name = `Run #${run.number}`
  const refuse = (message: string, hint: string): never => {
    throw new StudioError('bad-request', message, hint)
  }
  if (command.kind !== 'set' && command.changes && Object.keys(command.changes).length > 0) {
    refuse(`"${command.kind}" takes no values.`, 'Send the values with a "set" of their own.')
  }
  if (asked('stop')) refuse(`${name} is stopping.`, 'It ends with a checkpoint after the step in hand.')
  if (isPlanned(command.kind)) {
    checkPlan(run, command)
    return
  }
  switch (command.kind) {
    case 'set':
      checkChanges(run, command)
      return
    case 'pause':
      if (run.status === 'paused') refuse(`${name} is paused already.`, 'Resume it, or take one step.')
      if (asked('pause')) refuse(`${name} is about to pause.`, 'It takes at most the step in hand.')
      return
    case 'resume':
      if (asked('resume')) refuse(`${name} is about to go on.`, 'It was asked to already.')
      if (run.status !== 'paused' && !asked('pause') && !asked('step')) {
        refuse(`${name} is not paused.`, 'It is running: nothing needs resuming.')
      }
      return
    case 'save':
      refuse(
        `${name} writes its checkpoints by itself.`,
        `It does every ${run.config.checkpointEvery} steps, and when it pauses.`,
      )
      return
    case 'next-stage':
      if (run.stage === run.stageCount - 1) {
        refuse(
          `${name} is in its last stage, "${run.stageName}": there is no next one.`,
          'Use stop to end the run here; it keeps a checkpoint.',
        )
      }
      if (asked('next-stage')) refuse(`${name} is about to go to its next stage.`, 'It does after the step in hand.')
      return
    case 'stay':
      if (run.staying || asked('stay')) {
        refuse(
          `${name} stays in stage "${run.stageName}" already.`,
          'Use next-stage to leave it, or stop to end the run.',
        )
      }
      return
  }
}

/** @throws StudioError bad-request, bad-recipe */
function checkPlan(run: RunDetail, command: SteeringCommand): void {
  const { config, stage, pending } = run
  const name = `Run #${run.number}`
  if (pending.some(({ kind }) => isPlanned(kind)))
    throw new StudioError('bad-request', `The plan of ${name} is about to change.`, 'Ask again after the step in hand.')
  let stages: unknown[]
  try {
    stages = replanned(config.stages, stage, command as Pick<SteeringEvent, 'kind' | 'detail'>)
  } catch {
    throw new StudioError(
      'bad-request',
      `Stage ${(command.detail?.stage ?? -1) + 1} of ${name} is not to come: it is in stage ${stage + 1} of ${config.stages.length}.`,
      command.kind === 'skip-stage'
        ? 'Use next-stage to leave the one that it is in.'
        : `Choose a place from ${stage + 2} to ${config.stages.length + 1}.`,
    )
  }
  parseRecipe({ ...config, stages }, `The plan of ${name}`)
}

function checkChanges(run: RunDetail, command: SteeringCommand): void {
  const changes = Object.entries(command.changes ?? {})
  if (changes.length === 0) {
    throw new StudioError(
      'bad-setting',
      'A "set" needs at least one value.',
      `Knobs: ${knobsOf(run.settings)
        .map((k) => k.name)
        .join(', ')}.`,
    )
  }
  const expected = withPending(run)
  const problems = changes.flatMap(([name, value]) => refusal(name, value, expected) ?? [])
  if (problems.length > 0) {
    throw new StudioError('bad-setting', problems.join(' '), 'Nothing was changed; choose a value in the range.')
  }
  if (changes.every(([name, value]) => knobValue(expected, name as KnobName) === value)) {
    const values = changes.map(([name, value]) => `${knobs.find((k) => k.name === name)!.label} is ${value} already`)
    throw new StudioError('bad-setting', `This changes nothing: ${values.join(', ')}.`, 'Choose another value.')
  }
  const after = mergeSettings(expected, settingsOf(command.changes ?? {}))
  if (after.promptsPerStep * after.groupSize < after.miniBatches) {
    throw new StudioError(
      'bad-setting',
      `${after.promptsPerStep} prompts × ${after.groupSize} samples cannot be split into ${after.miniBatches} mini-batches.`,
      `Choose values whose product is at least ${after.miniBatches}.`,
    )
  }
  const wrong = contradiction(after)
  if (wrong) throw new StudioError('bad-setting', `Nothing was changed: ${wrong.what}.`, wrong.hint)
}

/** The settings once everything asked for has come into force. */
function withPending(run: RunDetail): Settings {
  return run.pending.reduce((settings, event) => mergeSettings(settings, settingsOf(event.changes ?? {})), run.settings)
}
