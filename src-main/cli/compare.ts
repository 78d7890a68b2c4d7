import type { Command } from 'commander'
import { StudioError } from '../contract/errors.ts'
import type { Comparison, Estimate, EvaluationEntry, Flip } from '../contract/evaluation.ts'
import { queries } from '../store/queries.ts'
import { lookInto } from '../store/reader.ts'
import { dataFolder, dataOption, jsonOption } from './options.ts'
import { percent, print, printJson, table } from './output.ts'

export function addCompare(program: Command): void {
  program
    .command('compare')
    .description('two evaluations on the prompts that both have, with intervals and the paired difference')
    .argument('[a]', 'e3 of "evaluate"; a run, whose last evaluation it is; a run and a step, 3@170')
    .argument('[b]', 'the other one')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Without names it lists all evaluations that there are.

Examples:
  grpo-studio compare
  grpo-studio compare last@0 last
  grpo-studio compare e1 e2 --json`,
    )
    .action(compare)
}

function compare(a: string | undefined, b: string | undefined, options: { data?: string; json?: boolean }): void {
  const folder = dataFolder(options)
  if (a === undefined) {
    const entries = lookInto(folder, (db) => queries.evaluationEntries(db))
    if (options.json) printJson(entries)
    else print(entryTable(entries))
    return
  }
  if (b === undefined)
    throw new StudioError('bad-request', `${a} is to be compared, but not with what.`, 'Name two: compare 3@0 3.')
  const found = lookInto(folder, (db) => queries.comparison(db, folder, a, b))
  if (options.json) printJson(found)
  else print(comparisonText(found))
}

function entryTable(entries: EvaluationEntry[]): string {
  return table(
    ['name', 'what', 'problems', 'prompts', 'k', 'pass@1', '95 % interval'],
    entries.map(({ name, subject, problems, summary: s }) => [
      ...[name, subject, problems, s.prompts, s.samplesPerPrompt, percent(s.accuracy)],
      `${percent(s.accuracyLow)} – ${percent(s.accuracyHigh)}`,
    ]),
  )
}

function comparisonText({ a, b, prompts, rows, p, test, gained, lost }: Comparison): string {
  const lines = rows.map((row) => {
    const show = /@/.test(row.measure) ? (v: number) => percent(v) ?? '–' : (v: number) => v.toFixed(2)
    const cell = ({ value, low, high }: Estimate, sign = '') => `${sign}${show(value)} (${show(low)} – ${show(high)})`
    return [row.measure, cell(row.a), cell(row.b), cell(row.difference, row.difference.value > 0 ? '+' : '')]
  })
  const flips = (title: string, of: Flip[]) =>
    of.length === 0
      ? []
      : [`${of.length} ${title}:`, ...of.slice(0, 10).map((f) => `  ${f.prompt.split('\n')[0].slice(0, 100)}`)]
  return [
    `A  ${a.name}: ${a.subject} (${a.problems})`,
    `B  ${b.name}: ${b.subject} (${b.problems})`,
    `${prompts} prompts that both have; 95 % intervals in brackets`,
    '',
    table(['', 'A', 'B', 'B − A, paired'], lines),
    '',
    `pass@1 differs with p = ${p < 0.0001 ? p.toExponential(1) : p.toFixed(4)} (${test})`,
    ...flips('became right', gained),
    ...flips('became wrong', lost),
  ].join('\n')
}
