/** What another trainer can be asked for now: only what it said that it can do. */
import { engineName } from '../../contract/engines.ts'
import { StudioError } from '../../contract/errors.ts'
import { type KnobName, knobs, knobValue, outOfRange } from '../../contract/knobs.ts'
import type { Attached, RunDetail, RunSource, SteeringCommand, SteeringKind } from '../../contract/records.ts'
import { withDelivered } from '../../contract/settings.ts'

type AttachedRun = RunDetail & { source: RunSource; attached: Attached }

/**
 * @throws StudioError bad-setting for a knob that it cannot turn, or a value out of its range or that changes nothing; bad-request for a command that it
 *   does not know, or that has no meaning now
 */
export function checkAttached(run: AttachedRun, command: SteeringCommand): void {
  const { kind } = command
  const name = `Run #${run.number}`
  const trainer = engineName(run.source.engine)
  const asked = (of: SteeringKind) => run.pending.some((event) => event.kind === of)
  const refuse = (message: string, hint: string): never => {
    throw new StudioError('bad-request', message, hint)
  }
  if (run.status === 'finished' || run.status === 'stopped' || run.status === 'failed')
    refuse(
      `${name} has ended: its trainer (${trainer}) hears nothing any more.`,
      'Start it again where it was started.',
    )
  if (kind === 'set') {
    checkChanges(run, trainer, command.changes ?? {})
    return
  }
  if (Object.keys(command.changes ?? {}).length > 0)
    refuse(`"${kind}" takes no values.`, 'Send the values with a "set" of their own.')
  if (!run.attached.commands.includes(kind))
    refuse(
      `${name} is trained by ${trainer}, which cannot be asked to ${kind}${because(run.attached.refusals[kind])}.`,
      `It can be asked to: ${['set', ...run.attached.commands].join(', ')}.`,
    )
  if (asked('stop')) refuse(`${name} is stopping.`, 'It ends after the step in hand.')
  if (asked(kind)) refuse(`${name} was asked to ${kind} already.`, 'Its trainer answers at its next step.')
  if (kind === 'pause' && run.status === 'paused') refuse(`${name} is paused already.`, 'Resume it, or take one step.')
  if (kind === 'resume' && run.status === 'running' && !asked('pause') && !asked('step'))
    refuse(`${name} is not paused.`, 'It is running: nothing needs resuming.')
}

function checkChanges(
  { attached, settings, pending }: AttachedRun,
  trainer: string,
  changes: Record<string, number>,
): void {
  const wrong = (message: string, hint: string) => new StudioError('bad-setting', message, hint)
  const given = Object.entries(changes)
  const offered = `Knobs of this run: ${attached.knobs.join(', ') || 'none'}.`
  if (given.length === 0) throw wrong('A "set" needs at least one value.', offered)
  const problems = given.flatMap(([name, value]) => {
    if (!attached.knobs.includes(name))
      return `${trainer} cannot turn ${name} while it trains${because(attached.refusals[name])}.`
    const knob = knobs.find((known) => known.name === name)
    if (knob) return outOfRange(knob, value) ?? []
    return Number.isFinite(value) ? [] : `${name} must be a number, not ${JSON.stringify(value)}.`
  })
  if (problems.length > 0) throw wrong(problems.join(' '), `Nothing was changed. ${offered}`)
  const expected = pending.reduce((all, event) => withDelivered(all, event.changes ?? {}), settings)
  if (given.every(([name, value]) => knobValue(expected, name as KnobName) === value)) {
    const values = given.map(([name, value]) => `${name} is ${value} already`)
    throw wrong(`This changes nothing: ${values.join(', ')}.`, 'Choose another value.')
  }
}

const because = (reason: string | undefined) => (reason ? ` (${reason.replace(/\.$/, '')})` : '')
