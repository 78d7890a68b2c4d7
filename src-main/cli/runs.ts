import type { Command } from 'commander'
import { engineName } from '../contract/engines.ts'
import { familyTree } from '../contract/family.ts'
import { withSizes } from '../host/bin.ts'
import { inBin } from '../store/bin.ts'
import { lookInto } from '../store/reader.ts'
import { listRuns } from '../store/runs.ts'
import { asItIs } from './as-it-is.ts'
import { dataFolder, dataOption, jsonOption } from './options.ts'
import { decimals, percent, print, printJson, table } from './output.ts'

export function addRuns(program: Command): void {
  program
    .command('runs')
    .description('list all runs, the newest first, forks below the run that they began from')
    .option('--archived', 'those that were archived, and no others')
    .option('--bin', 'those that were deleted')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExamples:\n  grpo-studio runs\n  grpo-studio runs --json | jq ".[0].accuracy"\n  grpo-studio runs --bin',
    )
    .action(list)
}

interface RunsOptions {
  archived?: boolean
  bin?: boolean
  data?: string
  json?: boolean
}

async function list(options: RunsOptions): Promise<void> {
  const folder = dataFolder(options)
  if (options.bin) {
    await listBin(folder, options)
    return
  }
  const runs = lookInto(folder, listRuns)
    .filter(({ archived }) => archived === (options.archived ?? false))
    .map((run) => asItIs(run, folder))
  if (options.json) {
    printJson(runs)
    return
  }
  const head = ['run', 'name', 'status', 'step', 'of', 'stage', 'reward', 'held-out', 'began', 'marks']
  const rows = familyTree(runs).map(({ run, depth }) => [
    `${'  '.repeat(depth)}#${run.number}`,
    run.name,
    run.status,
    run.step,
    run.totalSteps ?? '–',
    run.source ? engineName(run.source.engine) : run.stageName,
    decimals(run.reward),
    percent(run.accuracy),
    run.createdAt.slice(0, 16).replace('T', ' '),
    [run.starred ? '★' : '', ...run.tags].filter(Boolean).join(' '),
  ])
  print(table(head, rows))
}

async function listBin(folder: string, { json }: RunsOptions): Promise<void> {
  const binned = await withSizes(lookInto(folder, inBin), folder)
  if (json) printJson(binned)
  else if (binned.length === 0) print('The bin is empty.')
  else {
    const rows = binned.map(({ number, name, deletedAt, bytes }) => [
      `#${number}`,
      name,
      deletedAt.slice(0, 16).replace('T', ' '),
      `${Math.ceil(bytes / 2 ** 20)} MiB`,
    ])
    print(table(['run', 'name', 'deleted', 'folder'], rows))
  }
}
