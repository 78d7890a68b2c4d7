import type { Command } from 'commander'
import { smallModels } from '../contract/backends.ts'
import { diagnose } from '../host/diagnose.ts'
import { dataFolder, dataOption, jsonOption } from './options.ts'
import { print, printJson } from './output.ts'

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('what this machine has, which tensor backend runs on it, and why not a better one')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExit status: 0 when a backend works.\n\nExamples:\n  grpo-studio doctor\n  grpo-studio doctor --json | jq .chosen',
    )
    .action(doctor)
}

async function doctor(options: { data?: string; json?: boolean }): Promise<void> {
  const found = await diagnose(dataFolder(options))
  if (found.chosen === null) process.exitCode = 1
  if (options.json) {
    printJson(found)
    return
  }
  const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  print(`grpo-studio ${found.version}, Node ${found.node}, ${found.platform}, SQLite ${found.sqlite}`)
  print(`${found.cpu}, ${found.cores} cores, ${gib(found.memoryBytes)} memory`)
  print(
    `data folder ${found.dataFolder}: ${found.dataFolderWritable ? 'writable' : 'NOT writable'}, ${gib(found.freeDiskBytes)} free`,
  )
  print(`tensor backend: ${found.chosen ? `${found.chosen} on ${found.device}` : 'none works'}`)
  if (found.chosenForSmall !== found.chosen) print(smallModels(found.chosenForSmall!))
  for (const probe of found.probes) print(`  ${probe.available ? '✓' : '✗'} ${probe.name}: ${probe.reason}`)
  print(`Electron: ${found.electron.available ? 'yes' : 'no'}: ${found.electron.reason}`)
}
