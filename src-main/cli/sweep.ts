import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { StudioError } from '../contract/errors.ts'
import type { Estimate } from '../contract/evaluation.ts'
import type { CellResult, SweepResult, SweepSummary } from '../contract/sweep.ts'
import { sweepFrom, valuesOf } from '../contract/sweep-form.ts'
import type { Host } from '../host/host.ts'
import { gib } from '../host/refusal.ts'
import { isSweep, listSetUps, type PreparedSweep, prepareSweep, startSweep } from '../host/sweeps.ts'
import { version } from '../host/version.ts'
import { storageError } from '../store/database.ts'
import { isLocked } from '../store/lock.ts'
import { queries } from '../store/queries.ts'
import { lookInto } from '../store/reader.ts'
import { ask } from './ask.ts'
import { backendOption, dataFolder, dataOption, jsonOption, setOption, wholeNumber } from './options.ts'
import { decimals, duration, print, printJson, say, table } from './output.ts'
import { workOff } from './queue.ts'

interface SweepOptions {
  grid?: Record<string, unknown[]>
  list?: string
  set?: string[]
  seeds?: number
  steps?: number
  name?: string
  backend?: string
  data?: string
  json?: boolean
  dry?: boolean
}

export function addSweep(program: Command): void {
  const sweep = program
    .command('sweep')
    .description('train a recipe with several settings and seeds, and compare what comes of them')
    .argument('[what]', 'a recipe (name or file), or a sweep that comes along or is a file')
    .addOption(
      new Option(
        '--grid <key=values>',
        'values of a setting, by commas; repeatable, and every combination is a cell',
      ).argParser(gridOption),
    )
    .option('--list <json>', 'changes that belong together, a JSON array of objects: a file, or the JSON itself')
    .addOption(setOption('change a field or setting in all runs; repeatable'))
    .option('--seeds <n>', 'so many seeds for each cell, from the recipe’s own on', wholeNumber(1, 64))
    .option('--steps <n>', 'steps of each run', wholeNumber(1, 10_000_000))
    .option('--name <name>', 'what to call it: small letters, digits and dashes')
    .option('--dry', 'say what would be trained, and queue nothing')
    .addOption(backendOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Its runs are queued behind those that wait. While an app is open that one trains them; else they are trained here, and the
comparison comes last. After Ctrl-C "grpo-studio queue start" goes on.

Examples:
  grpo-studio sweep r1-zero-mini --grid beta=0,0.001,0.1 --grid groupSize=4,16 --seeds 2
  grpo-studio sweep r1-zero-mini --list '[{"epsilonLow":0.01,"epsilonHigh":0.01},{"epsilonLow":0.2,"epsilonHigh":0.28}]'
  grpo-studio sweep clip-ratio
  grpo-studio sweep show last
  grpo-studio sweep report clip-ratio --out clip-ratio.html`,
    )
    .action((what: string | undefined, options: SweepOptions) => run(what, options))
  // an option that a parent has too is the parent's: `sweep show X --json`
  const both = (options: SweepOptions, command: Command) => ({ ...options, ...command.optsWithGlobals<SweepOptions>() })
  sweep
    .command('list')
    .description('all sweeps, and those that come along')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action((options: SweepOptions, command: Command) => list(both(options, command)))
  sweep
    .command('show')
    .description('the comparison: held-out accuracy with intervals, time, tokens and memory of each cell')
    .argument('<name>', 'of the sweep, or "last"')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action((name: string, options: SweepOptions, command: Command) => show(name, both(options, command)))
  sweep
    .command('report')
    .description('the comparison as one HTML file, with its curves')
    .argument('<name>', 'of the sweep, or "last"')
    .option('--out <file>', 'where to write it (default: sweep-NAME.html here)')
    .addOption(dataOption())
    .addOption(jsonOption('print the path as JSON'))
    .action((name: string, options: SweepOptions & { out?: string }, command: Command) =>
      report(name, { ...both(options, command), out: options.out }),
    )
}

/** `beta=0,0.1`: each value is JSON, or else text; commas within brackets and quotes part nothing. @throws InvalidArgumentError */
export function gridOption(text: string, before: Record<string, unknown[]> = {}): Record<string, unknown[]> {
  const at = text.indexOf('=')
  const key = text.slice(0, at)
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError(`"${text}" is not of the form key=value,value: --grid beta=0,0.001`)
  if (key in before) throw new InvalidArgumentError(`${key} has a grid already: give all of its values in one.`)
  return { ...before, [key]: valuesOf(text.slice(at + 1)) }
}

async function run(what: string | undefined, options: SweepOptions): Promise<void> {
  if (what === undefined) {
    list(options)
    return
  }
  const prepared = prepareSweep(sweepOf(what, options))
  if (options.dry) {
    if (options.json) printJson(prepared.plan)
    else print(dryText(prepared))
    return
  }
  const folder = dataFolder(options)
  const backend = options.backend ?? null
  if (isLocked(folder)) {
    const name = (await ask('sweep.start', { ...prepared, backend }, options)) as string
    if (options.json) printJson({ name, runs: prepared.runs.length })
    else print(`${name}: ${prepared.runs.length} runs wait. When they are done: grpo-studio sweep show ${name}`)
    return
  }
  let name = ''
  process.exitCode = await workOff(folder, { quiet: options.json }, (host: Host) => {
    name = startSweep(host, prepared, backend)
    say(`${name}: ${prepared.runs.length} runs`)
  })
  show(name, options)
}

/** A sweep's own name or file as it is, or one that is made of a recipe and what was asked for. */
function sweepOf(
  what: string,
  { grid, list, set, seeds, steps, name }: SweepOptions,
): string | Record<string, unknown> {
  const changes = set && Object.fromEntries(set.map((text) => pair(text)))
  if (isSweep(what)) {
    if (grid || list || set || seeds !== undefined || steps !== undefined || name !== undefined)
      throw new StudioError(
        'bad-request',
        `${what} is a whole sweep: --grid, --list, --set, --seeds, --steps and --name go with a recipe.`,
        'Leave them out, or copy the sweep’s file and change it.',
      )
    return what
  }
  return sweepFrom({
    recipe: what.endsWith('.json') ? resolve(what) : what,
    grid: grid ?? {},
    list: list === undefined ? [] : listOf(list),
    set: changes,
    seeds: seeds ?? 1,
    steps,
    name,
  })
}

function pair(text: string): [string, unknown] {
  const at = text.indexOf('=')
  if (at < 1)
    throw new StudioError('bad-setting', `"${text}" is not of the form key=value.`, 'For example: --set beta=0.001')
  try {
    return [text.slice(0, at), JSON.parse(text.slice(at + 1))]
  } catch {
    return [text.slice(0, at), text.slice(at + 1)]
  }
}

/** @param text JSON, or the path of a file of it; each of its objects is a cell's changes, or `{ label, set }` */
function listOf(text: string): unknown[] {
  const json = existsSync(text) ? readFileSync(text, 'utf8') : text
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch (error) {
    throw new StudioError(
      'bad-request',
      `--list ${text} is neither a file nor JSON: ${(error as Error).message}.`,
      'For example: --list \'[{"beta":0},{"beta":0.1}]\'',
      { cause: error },
    )
  }
  if (!Array.isArray(parsed) || parsed.some((row) => typeof row !== 'object' || row === null))
    throw new StudioError('bad-request', '--list is no array of objects.', 'For example: [{"beta":0},{"beta":0.1}]')
  return parsed.map((row: Record<string, unknown>) => (row.set === undefined ? { set: row } : row))
}

function dryText({ name, plan, runs }: PreparedSweep): string {
  const lines = plan.cells.map(({ label }, i) => `  ${label}${i === plan.reference ? '  (reference)' : ''}`)
  return [
    `${name}: ${plan.cells.length} cells, seeds ${plan.seeds.join(', ')}: ${runs.length} runs of ${plan.recipe}`,
    ...lines,
  ].join('\n')
}

function list(options: SweepOptions): void {
  const setUps = listSetUps()
  const sweeps = known(dataFolder(options))
  if (options.json) {
    printJson({ sweeps, setUps })
    return
  }
  const of = ({ runs }: SweepSummary) => `${runs.finished} of ${runs.all}`
  if (sweeps.length > 0)
    print(
      `${table(
        ['sweep', 'title', 'recipe', 'cells', 'seeds', 'finished', 'wait', 'failed'],
        sweeps.map((s) => [s.name, s.title, s.recipe, s.cells, s.seeds.length, of(s), s.runs.waiting, s.runs.failed]),
      )}\n`,
    )
  print(
    table(
      ['comes along', 'title', 'recipe', 'cells', 'seeds'],
      setUps.map((s) => [s.name, s.title, s.recipe, s.cells.join(' | '), s.seeds]),
    ),
  )
}

/** None where there is no data folder yet. */
function known(folder: string): SweepSummary[] {
  try {
    return lookInto(folder, (db) => queries.sweeps(db))
  } catch (error) {
    if (error instanceof StudioError && error.code === 'not-found') return []
    throw error
  }
}

function show(name: string, options: SweepOptions): void {
  const folder = dataFolder(options)
  const result = lookInto(folder, (db) => queries.sweep(db, folder, name))
  if (options.json) printJson(result)
  else print(comparison(result))
}

function comparison({ sweep, plan, cells }: SweepResult): string {
  const { runs } = sweep
  const head = `${sweep.name}: ${sweep.title}, recipe ${sweep.recipe}, seeds ${plan.seeds.join(', ')}`
  const state = `${runs.finished} of ${runs.all} runs finished${runs.waiting > 0 ? `, ${runs.waiting} wait` : ''}${runs.failed > 0 ? `, ${runs.failed} failed` : ''}`
  const mixing = cells.some(({ languageMixing }) => languageMixing !== null && languageMixing.value > 0)
  const rows = cells.map((cell, i) => [
    cell.label,
    cell.runs.filter(({ status }) => status === 'finished').length,
    interval(cell.accuracy),
    i === plan.reference ? 'reference' : interval(cell.difference, true),
    decimals(cell.meanLength?.mean ?? null, 1),
    ...(mixing ? [interval(cell.languageMixing)] : []),
    cell.seconds && duration(cell.seconds.mean),
    decimals(cell.secondsPerStep?.mean ?? null, 2),
    cell.tokens && Math.round(cell.tokens.mean),
    cell.memory && gib(cell.memory.max * 2 ** 20),
  ])
  const problems = cells.flatMap(({ label, runs }) =>
    runs.flatMap(({ seed, error }) => (error ? [`${label}, seed ${seed}: ${error.message}`] : [])),
  )
  return [
    head,
    state,
    '',
    table(
      [
        'cell',
        'runs',
        'held-out accuracy',
        'less the reference, points',
        'tokens each',
        ...(mixing ? ['other language'] : []),
        'training',
        's/step',
        'tokens',
        'memory',
      ],
      rows,
    ),
    '',
    'Means over seeds; 95 % intervals in brackets, of the prompts alone where a cell has one run.',
    ...problems,
  ].join('\n')
}

function interval(of: CellResult['accuracy'], sign = false): string | null {
  if (!of) return null
  const show = (share: number) => `${sign && share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`
  const { value, low, high }: Estimate = of
  return `${show(value)}${sign ? '' : ' %'} (${show(low)} to ${show(high)})`
}

async function report(name: string, options: SweepOptions & { out?: string }): Promise<void> {
  const folder = dataFolder(options)
  const result = lookInto(folder, (db) => queries.sweep(db, folder, name))
  const { sweepReport } = await import('../report/sweep.ts')
  const file = resolve(options.out ?? `sweep-${result.sweep.name}.html`)
  try {
    writeFileSync(file, sweepReport(result, version))
  } catch (error) {
    throw storageError(error, file)
  }
  if (options.json) printJson({ file })
  else print(file)
}
