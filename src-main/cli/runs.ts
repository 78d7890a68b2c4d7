import type { Command } from 'commander'
import { familyTree } from '../contract/family.ts'
import { lookInto } from '../store/reader.ts'
import { listRuns } from '../store/runs.ts'
import { asItIs } from './as-it-is.ts'
import { dataFolder, dataOption, jsonOption } from './options.ts'
import { decimals, percent, print, printJson, table } from './output.ts'

export function addRuns(program: Command): void {
  program
    .command('runs')
    .description('list all runs, the newest first, forks below the run that they began from')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText('after', '\nExamples:\n  grpo-studio runs\n  grpo-studio runs --json | jq ".[0].accuracy"')
    .action(list)
}

function list(options: { data?: string; json?: boolean }): void {
  const folder = dataFolder(options)
  const runs = lookInto(folder, listRuns).map((run) => asItIs(run, folder))
  if (options.json) {
    printJson(runs)
    return
  }
  const head = ['run', 'name', 'status', 'step', 'of', 'stage', 'reward', 'held-out', 'began']
  const rows = familyTree(runs).map(({ run, depth }) => [
    `${'  '.repeat(depth)}#${run.number}`,
    run.name,
    run.status,
    run.step,
    run.totalSteps,
    run.stageName,
    decimals(run.reward),
    percent(run.accuracy),
    run.createdAt.slice(0, 16).replace('T', ' '),
  ])
  print(table(head, rows))
}
