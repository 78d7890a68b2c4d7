import { type Command, Option } from 'commander'
import { StudioError } from '../contract/errors.ts'
import { keepsAll, type Retention, type RetentionPlan, type RunTexts } from '../contract/retention.ts'
import { ask } from './ask.ts'
import { dataOption, jsonOption, number, wholeNumber } from './options.ts'
import { print, printJson } from './output.ts'

interface TextsOptions {
  share?: number
  newest?: number
  budget?: number | false
  all?: boolean
  yes?: boolean
  data?: string
  json?: boolean
}

export function addTexts(program: Command): void {
  program
    .command('texts')
    .description('how much of the texts of a run is kept, and changing that')
    .argument('[run]', 'number, id, or "last"; left out: what new runs begin with')
    .addOption(new Option('--share <percent>', 'keep so much of each step').argParser(percent))
    .option('--newest <steps>', 'keep all texts of so many newest steps (50)', wholeNumber(1, 1_000_000))
    .addOption(new Option('--budget <GB>', 'keep less of the oldest steps beyond it').argParser(gigabytes))
    .option('--no-budget', 'no limit on the disk')
    .option('--all', 'keep all texts from now on')
    .option('--yes', 'although texts go, which nothing brings back')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Of every step the best and the worst stay, and whatever an alert names or a person labelled. Rewards, advantages, lengths and
metrics all stay.

Examples:
  grpo-studio texts last
  grpo-studio texts last --share 5 --budget 2 --yes
  grpo-studio texts --share 20`,
    )
    .action(texts)
}

const percent = (given: string) => number(0, 100)(given.replace(/\s*%$/, '')) / 100
const gigabytes = (given: string) => Math.round(number(0.001, 1e6)(given) * 1e9)

async function texts(run: string | undefined, { share, newest, budget, all, yes, ...options }: TextsOptions) {
  const before = run === undefined ? undefined : ((await ask('texts.of', run, options)) as RunTexts)
  const kept = before?.retention ?? ((await ask('texts.default', null, options)) as Retention)
  const changed = [share, newest, budget, all].some((given) => given !== undefined)
  const retention: Retention = {
    share: all ? 1 : (share ?? kept.share),
    newest: newest ?? kept.newest,
    budget: all || budget === false ? null : (budget ?? kept.budget),
  }
  if (!changed) return tell(before ?? { retention: kept }, options)
  if (run === undefined)
    return tell({ retention: (await ask('texts.set-default', retention, options)) as Retention }, options)
  const plan = (await ask('texts.plan', { run, retention }, options)) as RetentionPlan
  if (plan.texts > 0 && !yes)
    throw new StudioError(
      'bad-request',
      `About ${plan.texts.toLocaleString('en')} texts would go (${megabytes(plan.bytes)}), and nothing brings them back.`,
      'Give --yes as well, if that is meant.',
    )
  tell((await ask('texts.set', { run, retention }, options)) as RunTexts, options)
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`

function tell(texts: Pick<RunTexts, 'retention'> & Partial<RunTexts>, { json }: { json?: boolean }): void {
  if (json) {
    printJson(texts)
    return
  }
  const { retention, kept, gone, bytes = 0 } = texts
  print(`Kept: ${inWords(retention)}.`)
  if (kept !== undefined)
    print(`${kept.toLocaleString('en')} texts (${megabytes(bytes)} packed); ${gone?.toLocaleString('en')} are gone.`)
}

function inWords(retention: Retention): string {
  const { share, newest, budget } = retention
  if (keepsAll(retention)) return 'all texts'
  const limit = budget === null ? '' : `, at most ${megabytes(budget)}`
  if (share === 1) return `all texts${limit}`
  return `${Number((100 * share).toFixed(4))} % of each step and the ${newest} newest steps whole${limit}`
}
