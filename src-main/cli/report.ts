import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { version } from '../host/version.ts'
import { storageError } from '../store/database.ts'
import { extremeSamples } from '../store/extremes.ts'
import { queries } from '../store/queries.ts'
import { lookInto } from '../store/reader.ts'
import { asItIs } from './as-it-is.ts'
import { dataFolder, dataOption, jsonOption } from './options.ts'
import { print, printJson } from './output.ts'

export function addReport(program: Command): void {
  program
    .command('report')
    .description('a run as one HTML file with its charts, to read, print or pass on')
    .argument('<run>', 'number, id, or "last"')
    .option('--out <file>', 'where to write it (default: run-N.html here)')
    .addOption(dataOption())
    .addOption(jsonOption('print the path as JSON'))
    .addHelpText('after', '\nExamples:\n  grpo-studio report last\n  grpo-studio report 3 --out run.html')
    .action(report)
}

async function report(name: string, options: { out?: string; data?: string; json?: boolean }): Promise<void> {
  const folder = dataFolder(options)
  const story = lookInto(folder, (db) => {
    const run = asItIs(queries.run(db, folder, name), folder)
    return {
      run,
      metrics: queries.metrics(db, folder, name, undefined, 0),
      evaluations: queries.evaluations(db, folder, name),
      events: queries.events(db, folder, name),
      alerts: queries.alerts(db, folder, name),
      best: extremeSamples(db, run.number, 'best', 4),
      worst: extremeSamples(db, run.number, 'worst', 4),
    }
  })
  const write = await import('../report/report.ts')
  const file = resolve(options.out ?? `run-${story.run.number}.html`)
  try {
    writeFileSync(file, write.report({ ...story, version }))
  } catch (error) {
    throw storageError(error, file)
  }
  if (options.json) printJson({ file })
  else print(file)
}
