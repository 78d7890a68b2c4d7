import { type Command, Option } from 'commander'
import type { MarksChange } from '../contract/marks.ts'
import type { RunSummary } from '../contract/records.ts'
import { ask } from './ask.ts'
import { dataOption, jsonOption, repeated } from './options.ts'
import { print, printJson } from './output.ts'

interface MarkOptions {
  star?: boolean
  archive?: boolean
  tag?: string[]
  untag?: string[]
  note?: string
  data?: string
  json?: boolean
}

export function addMark(program: Command): void {
  program
    .command('mark')
    .description('star, tag, archive or annotate runs; nothing of it changes what is trained')
    .argument('<runs...>', 'numbers, ids, or "last"')
    .option('--star', 'star them')
    .option('--no-star', 'take their star away')
    .option('--archive', 'list them only where the archive is asked for')
    .option('--no-archive', 'take them out of the archive')
    .addOption(new Option('--tag <name>', 'add a tag; repeatable').argParser(repeated))
    .addOption(new Option('--untag <name>', 'take a tag away; repeatable').argParser(repeated))
    .option('--note <text>', 'in place of the note that they have; "" takes it away')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  grpo-studio mark last --star --tag baseline
  grpo-studio mark 3 4 5 --archive
  grpo-studio mark 7 --note "collapsed after the clip was opened"`,
    )
    .action(mark)
}

async function mark(runs: string[], { star, archive, tag, untag, note, ...options }: MarkOptions): Promise<void> {
  const change: MarksChange = { starred: star, archived: archive, note, addTags: tag, removeTags: untag }
  const marked = (await ask('runs.mark', { runs, change }, options)) as RunSummary[]
  if (options.json) printJson(marked)
  else for (const run of marked) print(lineOf(run))
}

function lineOf({ number, name, starred, archived, tags, note }: RunSummary): string {
  const marks = [starred && 'starred', archived && 'archived', ...tags, note && `“${note}”`].filter(Boolean)
  return `#${number} ${name}: ${marks.join(', ') || 'no marks'}`
}
