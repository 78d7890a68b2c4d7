import { readFileSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { StudioError } from '../contract/errors.ts'
import { safetyGuidelines } from '../contract/labelling.ts'
import type { JudgeReport, SafetyJudgeReport, Verdict } from '../contract/preferences.ts'
import { type RewardModelKind, rewardModelKinds } from '../contract/reward-models.ts'
import { jsonLines } from '../library/json-lines.ts'
import { readAnswers } from '../preferences/answers.ts'
import type { JudgingSettings } from '../preferences/averages.ts'
import { askAll } from '../preferences/judge.ts'
import { judgedOutputs } from '../preferences/judged-outputs.ts'
import { judgedPairs } from '../preferences/judged-pairs.ts'
import { Ledger } from '../preferences/ledger.ts'
import { outputInstructions, outputItem } from '../preferences/output-question.ts'
import { readOutputs } from '../preferences/outputs.ts'
import { pairInstructions, pairItem } from '../preferences/pair-question.ts'
import { drawPairs } from '../preferences/pairs.ts'
import type { Item } from '../preferences/question.ts'
import { onInterrupt } from './interrupt.ts'
import { type JudgeNamed, judgeNamed, replyForm } from './judge-named.ts'
import { judgeTable } from './judge-report.ts'
import { backendOption, jsonOption, modelHelp, number, wholeNumber } from './options.ts'
import { onlyWriter, writeWhole } from './out-file.ts'
import { print, printJson, say } from './output.ts'

interface JudgeOptions extends JudgeNamed {
  kind: RewardModelKind
  out: string
  guidelines?: string
  asks?: number
  gap: number
  each: number
  limit?: number
  keepLengths?: boolean
  force?: boolean
  json?: boolean
}

export function addJudge(verbs: Command): void {
  verbs
    .command('judge')
    .description('ask a judge which of two answers is better, or whether an output is safe, and keep the clear cases')
    .argument('<file>', 'rows {"prompt","answers":[…]}; preferences to judge again; for safety {"prompt","completion"}')
    .requiredOption('--out <file>', 'preferences or labels to be written; verdicts and a report lie beside it')
    .addOption(
      new Option('--kind <kind>', 'which of two is better, or whether one is safe')
        .choices(rewardModelKinds)
        .default('helpfulness'),
    )
    .option('--endpoint <url>', 'an OpenAI-compatible server, such as http://127.0.0.1:8000/v1')
    .option('--model <name>', 'the judge, as the server calls it')
    .option('--key-env <name>', 'environment variable that holds the key', 'OPENAI_API_KEY')
    .option('--local <model>', `a judge on this machine, asked for the odds of A and B: ${modelHelp}`)
    .option('--written', 'with --local: it writes its verdict, as a server’s does')
    .option('--guidelines <file>', 'what is better, or what is unsafe, in your words; part of the instruction')
    .option(
      '--asks <n>',
      'askings of a pair or output (default: 4; for odds, which never vary, 2)',
      wholeNumber(1, 100),
    )
    .option('--gap <g>', 'keep what has a mean score further from 0 than this', number(0, 100), 1)
    .option('--each <n>', 'pairs or outputs of a prompt that has more', wholeNumber(1, 10_000), 1)
    .option('--limit <n>', 'judge so many', wholeNumber(1, 10_000_000))
    .option('--keep-lengths', 'do not leave pairs out to balance the lengths of better and other answers')
    .option('--at-once <n>', 'questions beside one another', wholeNumber(1, 256), 4)
    .option('--max-tokens <n>', 'of a reply', wholeNumber(1, 131_072), 2048)
    .option('--temperature <t>', 'of the judge (default: the server’s own; 1 with --written)', number(0, 5))
    .option('--timeout <s>', 'seconds that a reply may take', number(0.01, 86_400), 120)
    .option('--retries <n>', 'tries after the first where the server is busy', wholeNumber(0, 100), 6)
    .option('--seed <n>', 'seed of the orders', wholeNumber(0, 4_294_967_295), 0)
    .option('--force', 'begin anew: what the judge said before is deleted')
    .addOption(backendOption())
    .addOption(jsonOption('print the report as JSON'))
    .action(judge)
}

/** What is judged, and what the verdicts on it come to. */
interface Matter {
  instructions: string
  items: Item[]
  judged(
    verdicts: readonly Verdict[],
    settings: JudgingSettings,
  ): { kept: object[]; report: JudgeReport | SafetyJudgeReport }
}

async function judge(file: string, o: JudgeOptions): Promise<void> {
  const paths = { out: resolve(o.out), verdicts: `${resolve(o.out)}.verdicts`, report: `${resolve(o.out)}.report.json` }
  const form = replyForm(o)
  const { instructions, items, judged } = o.kind === 'safety' ? await outputsOf(file, o) : await pairsOf(file, o)
  const asks = o.asks ?? (form === 'letter' ? 2 : 4)
  const interrupt = onInterrupt()
  const { judge, head, close } = judgeNamed(o, instructions)
  const release = onlyWriter(paths.out)
  try {
    if (o.force) rmSync(paths.verdicts, { force: true })
    const ledger = new Ledger<Verdict>(paths.verdicts, { ...head, instructions, asks, seed: o.seed })
    try {
      if (ledger.lines.length > 0) say(`goes on after ${ledger.lines.length} verdicts: ${paths.verdicts}`)
      await askAll(judge, items, ledger, { asks, seed: o.seed, signal: interrupt.signal, progress: progress() })
    } finally {
      ledger.close()
    }
    const { kept, report } = judged(ledger.lines, { judge: judge.name, asks, gap: o.gap })
    writeWhole(paths.out, jsonLines(kept))
    writeWhole(paths.report, `${JSON.stringify(report, null, 2)}\n`)
    if (o.json) printJson(report)
    else print(`${judgeTable(report)}\n${paths.out}`)
    for (const doubt of report.doubts) say(`! ${doubt}`)
    if (report.kept === 0) process.exitCode = 1
  } finally {
    release()
    close()
  }
}

/** @throws StudioError bad-request */
async function pairsOf(file: string, o: JudgeOptions): Promise<Matter> {
  const drawn = drawPairs(await readAnswers(file), o.each, o.seed)
  if (drawn.without > 0)
    say(`${drawn.without} prompts have no two answers that differ after the thinking: they are left out`)
  if (drawn.pairs.length === 0)
    throw new StudioError(
      'bad-request',
      `${file} has no pair to judge: the answers of each prompt are alike after the thinking, or there is nothing after it.`,
      'Sample more answers, or at a higher temperature.',
    )
  const pairs = drawn.pairs.slice(0, o.limit)
  return {
    instructions: pairInstructions(replyForm(o), guidelinesOf(o) ?? ''),
    items: pairs.map(pairItem),
    judged: (verdicts, settings) => judgedPairs(pairs, verdicts, { ...settings, balance: !o.keepLengths }),
  }
}

/** @throws StudioError bad-request */
async function outputsOf(file: string, o: JudgeOptions): Promise<Matter> {
  if (o.keepLengths)
    throw new StudioError(
      'bad-request',
      '--keep-lengths is about pairs, and safety judges one output at a time.',
      'Leave it away.',
    )
  const form = replyForm(o)
  const outputs = (await readOutputs(file, o.each, o.seed)).slice(0, o.limit)
  return {
    instructions: outputInstructions(form, guidelinesOf(o) ?? safetyGuidelines),
    items: outputs.map((output) => outputItem(output, form)),
    judged: (verdicts, settings) => judgedOutputs(outputs, verdicts, settings),
  }
}

/** @throws StudioError bad-request */
function guidelinesOf({ guidelines: path }: JudgeOptions): string | undefined {
  if (path === undefined) return undefined
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new StudioError(
      'bad-request',
      `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}.`,
      'Give the path of a text file.',
      { cause: error },
    )
  }
}

function progress(): (done: number, all: number) => void {
  let told = 0
  return (done, all) => {
    if (Date.now() - told < 2000 && done < all) return
    told = Date.now()
    say(`${done} of ${all} verdicts`)
  }
}
