import type { Command } from 'commander'
import { StudioError } from '../contract/errors.ts'
import type { KnobChanges } from '../contract/knobs.ts'
import { Host } from '../host/host.ts'
import { type FollowOptions, follow } from './follow.ts'
import { onInterrupt } from './interrupt.ts'
import { dataFolder, dataOption, jsonOption, setOption, wholeNumber } from './options.ts'

interface RollBackOptions extends FollowOptions {
  to: number
  set?: string[]
  note?: string
  data?: string
}

export function addRollBack(program: Command): void {
  program
    .command('roll-back')
    .description('go on with a run from an earlier checkpoint; the steps after it are kept, marked as abandoned')
    .argument('<run>', 'number, id, or "last"')
    .requiredOption('--to <n>', 'step of one of its checkpoints ("show" lists them)', wholeNumber(0, 10_000_000))
    .addOption(setOption('turn a knob, from the first step after it; repeatable'))
    .option('--note <text>', 'why; goes into the record')
    .addOption(dataOption())
    .addOption(jsonOption('print one JSON object a step, and a summary last'))
    .addHelpText(
      'after',
      `
What was abandoned has no influence on what comes after. It is a run of its own from then on ("runs" shows it below
this one): it can be looked at, compared, and forked. Fields that are no knobs are changed by "fork".

Examples:
  grpo-studio roll-back last --to 40
  grpo-studio roll-back 3 --to 40 --set learningRate=0.0001 --note "it exploded"`,
    )
    .action(rollBack)
}

async function rollBack(run: string, options: RollBackOptions): Promise<void> {
  const changes = knobChanges(options.set ?? [])
  const host = new Host({ dataFolder: dataFolder(options), command: `grpo-studio roll-back ${run}` })
  try {
    const begin = () => host.rollBack(run, options.to, changes, options.note)
    process.exitCode = await follow(host, onInterrupt(), options, begin)
  } finally {
    await host.close()
  }
}

/** @throws StudioError bad-setting for what is not `knob=number` */
function knobChanges(assignments: string[]): KnobChanges {
  return Object.fromEntries(
    assignments.map((assignment) => {
      const [, name, value] = /^([^=]+)=(.+)$/.exec(assignment) ?? []
      if (value === undefined || !Number.isFinite(Number(value)))
        throw new StudioError(
          'bad-setting',
          `"${assignment}" is not of the form knob=number.`,
          'For example: --set learningRate=0.0001. A fork takes any field of the recipe.',
        )
      return [name, Number(value)]
    }),
  )
}
