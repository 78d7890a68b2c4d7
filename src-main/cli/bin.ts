import type { Command } from 'commander'
import type { RunSummary } from '../contract/records.ts'
import { ask } from './ask.ts'
import { dataOption, jsonOption } from './options.ts'
import { print, printJson } from './output.ts'

interface BinOptions {
  data?: string
  json?: boolean
}

export function addBin(program: Command): void {
  program
    .command('delete')
    .description('put runs into the bin, out of which "restore" takes them until "empty-bin"')
    .argument('<runs...>', 'numbers or ids')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
What a run abandoned when it was rolled back goes with it. A run that others were forked from is deleted only together with
them, since their first steps lie with it.

Examples:
  grpo-studio delete 3 5
  grpo-studio runs --bin
  grpo-studio restore 3`,
    )
    .action(async (names: string[], options: BinOptions) => {
      const ids = (await ask('runs.remove', names, options)) as string[]
      if (options.json) printJson(ids)
      else
        print(
          `In the bin: ${ids.join(', ')}. "grpo-studio restore" takes out again, "grpo-studio empty-bin" deletes for good.`,
        )
    })
  program
    .command('restore')
    .description('take deleted runs out of the bin')
    .argument('<runs...>', 'numbers or ids, as "runs --bin" lists them')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nThe runs in which they have their beginnings come with them.\n\nExamples:\n  grpo-studio restore 3',
    )
    .action(async (names: string[], options: BinOptions) => {
      const runs = (await ask('runs.restore', names, options)) as RunSummary[]
      if (options.json) printJson(runs)
      else print(`Restored: ${runs.map(({ number, name }) => `#${number} ${name}`).join(', ')}.`)
    })
  program
    .command('empty-bin')
    .description('delete for good what lies in the bin: samples, metrics, checkpoints, folders')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nNothing brings it back. "runs --bin" lists it first.\n\nExamples:\n  grpo-studio empty-bin',
    )
    .action(async (options: BinOptions) => {
      const emptied = (await ask('runs.empty-bin', {}, options)) as number
      if (options.json) printJson({ emptied })
      else print(emptied === 0 ? 'The bin is empty.' : `${emptied} ${emptied === 1 ? 'run' : 'runs'} deleted for good.`)
    })
}
