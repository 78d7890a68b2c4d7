import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { bytes, createReport } from '../../scripts/setup/report.mjs'
import { StudioError } from '../contract/errors.ts'
import {
  type ImportAsk,
  type ImportFormat,
  type ImportFound,
  type ImportState,
  importFamilies,
  importFields,
  importFormats,
} from '../contract/imports.ts'
import { type ServiceName, serve } from '../host/desk.ts'
import { Host } from '../host/host.ts'
import { askHolder } from '../host/requests.ts'
import { isLocked } from '../store/lock.ts'
import { mappingOf } from './import-mapping.ts'
import { onInterrupt } from './interrupt.ts'
import { dataFolder, dataOption, jsonOption, repeated } from './options.ts'
import { print, printJson, say, table } from './output.ts'

interface ImportOptions {
  as?: ImportFormat
  map?: string[]
  mapFile?: string
  exact?: boolean
  title?: string
  look?: boolean
  data?: string
  json?: boolean
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description('bring in a run that another trainer, or another copy of this app, left on the disk')
    .argument('<path>', 'folder or file')
    .addOption(new Option('--as <format>', 'what it is (default: what it looks like)').choices(importFormats))
    .option('--map <field=column>', 'which column of a table is what; an empty column leaves the field out', repeated)
    .option('--map-file <file>', 'the same as a JSON object')
    .option('--exact', 'read no column that the mapping does not name')
    .option('--title <title>', 'what the run is called (default: what the files are called)')
    .option('--look', 'only say what would be read')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Formats: the output_dir of TRL's GRPOTrainer, verl's rollouts and validations, TensorBoard's event files, tables (CSV, JSON lines, Parquet), and
what "grpo-studio export" wrote.
Fields of a table: ${[...Object.keys(importFields), ...Object.keys(importFamilies).map((family) => `${family}.NAME`)].join(', ')}.

Examples:
  grpo-studio import ~/runs/qwen-gsm8k
  grpo-studio import logs/history.csv --look
  grpo-studio import logs/history.csv --map step=global_step --map metric.reward=mean_reward
  grpo-studio import ./run-3 --title "From the other machine"`,
    )
    .action(bringIn)
}

type Asker = (name: ServiceName, input: unknown) => Promise<unknown>

async function bringIn(path: string, options: ImportOptions): Promise<void> {
  const { as, exact = false, title, look = false, json = false } = options
  const asked: ImportAsk = { path: resolve(path), as, map: mappingOf(options), exact, title }
  await withApp(dataFolder(options), async (ask) => {
    const found = (await ask('import.look', asked)) as ImportFound
    if (look && json) return printJson(found)
    if (!json && (look || !found.problem)) describe(found, look ? print : say)
    if (look) return
    await ask('import.start', asked)
    const state = await follow(ask, json)
    if (state.phase === 'failed') throw new StudioError('bad-request', state.error!.message, state.error!.hint)
    if (state.phase === 'cancelled')
      throw new StudioError('cancelled', `The import of ${found.path} was cancelled.`, 'Nothing of it was kept.')
    if (json) printJson(state)
    else print(`run #${state.run!.number}: ${state.title}, ${state.steps} steps`)
  })
}

/** By the app that has the folder, or by a host of our own. */
async function withApp(folder: string, work: (ask: Asker) => Promise<void>): Promise<void> {
  if (isLocked(folder)) return work((name, input) => askHolder(folder, name, input, () => isLocked(folder)))
  const host = new Host({ dataFolder: folder, command: 'grpo-studio import' })
  try {
    await work((name, input) => serve(host, name, input))
  } finally {
    await host.close()
  }
}

/** Until it has ended; Ctrl-C cancels it. */
async function follow(ask: Asker, quiet: boolean): Promise<ImportState> {
  const interrupt = onInterrupt()
  const report = createReport()
  void interrupt.first.then(() => ask('import.cancel', {}))
  for (;;) {
    const state = (await ask('import.state', {})) as ImportState
    if (state.phase !== 'reading') return state
    if (!quiet) report.progress(`${bytes(state.bytes)} of ${bytes(state.totalBytes)}, step ${state.steps}`)
    await sleep(100)
  }
}

function describe(
  { format, path, title, sentences, bytes: size, table: of, known, problem }: ImportFound,
  out: (text: string) => void,
): void {
  out(`${path}: ${format}, ${bytes(size)}, "${title}"`)
  for (const sentence of sentences) out(`  ${sentence}`)
  if (of) {
    const columns = Object.entries(of.map).map(([field, column]) => [
      field,
      column,
      of.guessed.includes(field) ? 'guessed' : '',
      of.rows[0]?.[of.columns.indexOf(column)]?.slice(0, 40) ?? '',
    ])
    out(table(['field', 'column', '', 'first row'], columns))
    const left = of.columns.filter((column) => !Object.values(of.map).includes(column))
    if (left.length > 0) out(`Not read: ${left.join(', ')}`)
  }
  if (problem) out(`${problem.message}\n  ${problem.hint}`)
  if (known) out(`It was imported before: run #${known.number}, ${known.name}${known.binned ? ', in the bin' : ''}.`)
}
