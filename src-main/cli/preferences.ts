import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { StudioError } from '../contract/errors.ts'
import type { Estimate } from '../contract/evaluation.ts'
import type { LabelSet } from '../contract/labelling.ts'
import { jsonLines } from '../library/json-lines.ts'
import type { Db } from '../store/database.ts'
import { queries } from '../store/queries.ts'
import { lookInto } from '../store/reader.ts'
import { dataFolder, dataOption, jsonOption } from './options.ts'
import { percent, print, printJson, say, table } from './output.ts'

interface Options {
  out?: string
  data?: string
  json?: boolean
}

export function addPreferences(program: Command): void {
  const verbs = program
    .command('preferences')
    .description('labels that were given in the window: list, export')
    .addHelpText(
      'after',
      `
Examples:
  grpo-studio preferences list --json
  grpo-studio preferences export 1 --out pairs.jsonl
  grpo-studio reward-model train helpful-1 --kind helpfulness --model embedded --pairs pairs.jsonl`,
    )
  verbs
    .command('list')
    .description('the sets there are, how far each is, and how the labels agree')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(list)
  verbs
    .command('export')
    .description('the labels of a set as JSON lines, as reward-model train reads them')
    .argument('<set>', 'its number, or its name')
    .option('--out <file>', 'file to write (default: the standard output)')
    .addOption(dataOption())
    .addOption(jsonOption('print JSON lines (it always does)'))
    .action(exportSet)
}

function list(o: Options): void {
  const sets = lookInto(dataFolder(o), (db) => queries.labelSets(db))
  if (o.json) printJson(sets)
  else if (sets.length === 0) print('There is no set to label yet: the page Preferences of the window makes one.')
  else
    print(
      table(
        ['', 'name', 'kind', 'from', 'labelled', 'left', 'as the file says', 'as before'],
        sets.map((s) => [s.number, s.name, s.kind, s.source, `${s.done} of ${s.items}`, ...figures(s)]),
      ),
    )
}

const share = (e: Estimate | null) => percent(e?.value ?? null)
const figures = ({ left, agreement, repeats }: LabelSet) => [left, agreement, repeats].map(share)

function exportSet(name: string, o: Options): void {
  const folder = dataFolder(o)
  const lines = lookInto(folder, (db) => queries.labelledLines(db, folder, numberOf(db, name)))
  const text = jsonLines(lines)
  if (o.out === undefined) process.stdout.write(text)
  else {
    writeFileSync(resolve(o.out), text)
    say(`${lines.length} labels: ${resolve(o.out)}`)
  }
  if (lines.length === 0) say('! it has no label that says which is better, or what is safe, yet')
}

/** @throws StudioError not-found naming those that there are */
function numberOf(db: Db, name: string): number {
  const sets = queries.labelSets(db)
  const found = sets.find((set) => String(set.number) === name) ?? sets.find((set) => set.name === name)
  if (found) return found.number
  throw new StudioError(
    'not-found',
    `There is no set ${name} to label.`,
    sets.length > 0
      ? `Those that are there: ${sets.map((set) => `${set.number} (${set.name})`).join(', ')}.`
      : 'The page Preferences of the window makes one.',
  )
}
