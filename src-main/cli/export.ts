import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { type TableFormat, tableFormats } from '../contract/table.ts'
import { exportRun } from '../store/export.ts'
import { requireRun } from '../store/queries.ts'
import { lookInto } from '../store/reader.ts'
import { dataFolder, dataOption, jsonOption } from './options.ts'
import { print, printJson } from './output.ts'

interface ExportOptions {
  format: TableFormat
  out: string
  data?: string
  json?: boolean
}

export function addExport(program: Command): void {
  program
    .command('export')
    .description('write all that is stored of a run into files for other tools')
    .argument('<run>', 'number, id, or "last"')
    .addOption(
      new Option('--format <format>', 'csv, jsonl (JSON lines), or parquet (typed)')
        .choices(tableFormats)
        .default('csv'),
    )
    .requiredOption('--out <dir>', 'folder to write into; files of an earlier export in it are replaced')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Files: run, stages, steps (metrics and settings), problems, completions, evaluations, evaluation-samples, steering, checkpoints,
alerts. "grpo-studio import" takes them back in, here or elsewhere.

Examples:
  grpo-studio export last --format csv --out ./run-3
  grpo-studio export 3 --format parquet --out /tmp/run-3`,
    )
    .action(exportFiles)
}

function exportFiles(name: string, options: ExportOptions): void {
  const files = lookInto(dataFolder(options), (db) =>
    exportRun(db, requireRun(db, name), options.format, resolve(options.out)),
  )
  if (options.json) printJson(files)
  else for (const { file, records } of files) print(`${file}: ${records} ${records === 1 ? 'record' : 'records'}`)
}
