import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { StudioError } from '../contract/errors.ts'
import type { Estimate } from '../contract/evaluation.ts'
import type { JudgeReport } from '../contract/preferences.ts'
import { forkEngine } from '../host/engine-process.ts'
import { engineEntry } from '../host/entries.ts'
import { JobRunner } from '../host/jobs.ts'
import { modelPath } from '../library/places.ts'
import { readAnswers } from '../preferences/answers.ts'
import { baseUrlOf, ChatCompletions } from '../preferences/chat-completions.ts'
import { askAll, type Judge } from '../preferences/judge.ts'
import { judgedPairs } from '../preferences/judged.ts'
import { endpointJudge, oddsJudge, writingJudge } from '../preferences/judges.ts'
import { type Judging, Ledger } from '../preferences/ledger.ts'
import { drawPairs } from '../preferences/pairs.ts'
import { instructions } from '../preferences/question.ts'
import { onInterrupt } from './interrupt.ts'
import { backendOption, jsonOption, modelHelp, number, wholeNumber } from './options.ts'
import { decimals, percent, print, printJson, say, table } from './output.ts'

interface JudgeOptions {
  out: string
  endpoint?: string
  model?: string
  local?: string
  written?: boolean
  keyEnv: string
  guidelines?: string
  asks?: number
  gap: number
  each: number
  limit?: number
  keepLengths?: boolean
  atOnce: number
  maxTokens: number
  temperature?: number
  timeout: number
  retries: number
  seed: number
  force?: boolean
  backend?: string
  json?: boolean
}

export function addJudge(verbs: Command): void {
  verbs
    .command('judge')
    .description('ask a judge which of two answers is better, and keep the clear cases as preferences')
    .argument('<file>', 'rows {"prompt","answers":[…]}, or preferences to judge again')
    .requiredOption('--out <file>', 'preferences to be written; verdicts and a report lie beside it')
    .option('--endpoint <url>', 'an OpenAI-compatible server, such as http://127.0.0.1:8000/v1')
    .option('--model <name>', 'the judge, as the server calls it')
    .option('--key-env <name>', 'environment variable that holds the key', 'OPENAI_API_KEY')
    .option('--local <model>', `a judge on this machine, asked for the odds of A and B: ${modelHelp}`)
    .option('--written', 'with --local: it writes its verdict, as a server’s does')
    .option('--guidelines <file>', 'what is better, in your words; added to the instruction')
    .option('--asks <n>', 'askings of a pair (default: 4; for odds, which never vary, 2)', wholeNumber(1, 100))
    .option('--gap <g>', 'keep pairs whose mean score is further from 0 than this', number(0, 100), 1)
    .option('--each <n>', 'pairs of a prompt that has more than two answers', wholeNumber(1, 10_000), 1)
    .option('--limit <n>', 'judge so many pairs', wholeNumber(1, 10_000_000))
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

async function judge(file: string, o: JudgeOptions): Promise<void> {
  const paths = { out: resolve(o.out), verdicts: `${resolve(o.out)}.verdicts`, report: `${resolve(o.out)}.report.json` }
  const pairs = await pairsOf(file, o)
  const asks = o.asks ?? (o.local !== undefined && !o.written ? 2 : 4)
  const interrupt = onInterrupt()
  const { judge, judging, close } = judgeOf(o, asks)
  if (o.force) rmSync(paths.verdicts, { force: true })
  const ledger = new Ledger(paths.verdicts, judging)
  try {
    if (ledger.verdicts.length > 0) say(`goes on after ${ledger.verdicts.length} verdicts: ${paths.verdicts}`)
    await askAll(judge, pairs, ledger, { asks, seed: o.seed, signal: interrupt.signal, progress: progress() })
    const settings = { judge: judge.name, asks, gap: o.gap, balance: !o.keepLengths }
    const { kept, report } = judgedPairs(pairs, ledger.verdicts, settings)
    write(paths.out, kept.map((preference) => `${JSON.stringify(preference)}\n`).join(''))
    write(paths.report, `${JSON.stringify(report, null, 2)}\n`)
    if (o.json) printJson(report)
    else print(`${table(['judged', 'figure'], rowsOf(report))}\n${paths.out}`)
    for (const doubt of report.doubts) say(`! ${doubt}`)
    if (report.kept === 0) process.exitCode = 1
  } finally {
    ledger.close()
    close()
  }
}

/** @throws StudioError bad-request */
async function pairsOf(file: string, o: JudgeOptions) {
  const { pairs, without } = drawPairs(await readAnswers(file), o.each, o.seed)
  if (without > 0) say(`${without} prompts have no two answers that differ after the thinking: they are left out`)
  if (pairs.length === 0)
    throw new StudioError(
      'bad-request',
      `${file} has no pair to judge: the answers of each prompt are alike after the thinking, or there is nothing after it.`,
      'Sample more answers, or at a higher temperature.',
    )
  return pairs.slice(0, o.limit)
}

/** @throws StudioError bad-request, not-found */
function judgeOf(o: JudgeOptions, asks: number): { judge: Judge; judging: Judging; close(): void } {
  const { endpoint, model, local, written, seed, maxTokens, temperature, backend } = o
  const guidelines = o.guidelines === undefined ? '' : readText(o.guidelines)
  const system = instructions(local !== undefined && !written ? 'letter' : 'verdict', guidelines)
  const given = { instructions: system, asks, seed }
  if (local !== undefined && endpoint === undefined && model === undefined) {
    const jobs = new JobRunner(() => forkEngine(engineEntry))
    const own = {
      model: modelPath(local),
      backend,
      run: ((name, ask, signal) => jobs.run(name, ask, { signal })) as Parameters<typeof oddsJudge>[1]['run'],
    }
    const close = () => jobs.close()
    if (!written)
      return { judge: oddsJudge(local, own, system), judging: { judge: `odds of ${local}`, ...given }, close }
    const sampling = { maxTokens, temperature: temperature ?? 1, seed }
    return {
      judge: writingJudge(local, own, system, sampling),
      judging: { judge: `verdicts of ${local}`, ...given, maxTokens, temperature: sampling.temperature },
      close,
    }
  }
  if (endpoint === undefined || model === undefined || local !== undefined)
    throw new StudioError(
      'bad-request',
      'It is not said who judges.',
      'Give --endpoint URL and --model NAME, or --local MODEL.',
    )
  const baseUrl = baseUrlOf(endpoint)
  const key = process.env[o.keyEnv] || undefined
  if (key && baseUrl.startsWith('http:') && !/^http:\/\/(127\.|localhost|\[::1\])/.test(baseUrl))
    say(`! the key in ${o.keyEnv} goes to ${baseUrl} without encryption`)
  const chat = new ChatCompletions({
    ...{ baseUrl, model, key, keyVariable: o.keyEnv, maxTokens, temperature },
    ...{ timeout: 1000 * o.timeout, retries: o.retries, backOff: 1000 },
  })
  return {
    judge: endpointJudge(model, chat, system, o.atOnce),
    judging: { judge: `${model} at ${baseUrl}`, ...given, maxTokens, temperature },
    close() {},
  }
}

function readText(path: string): string {
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

/** Whole, or as it was before. */
function write(path: string, content: string): void {
  writeFileSync(`${path}.new`, content)
  renameSync(`${path}.new`, path)
}

function progress(): (done: number, all: number) => void {
  let told = 0
  return (done, all) => {
    if (Date.now() - told < 2000 && done < all) return
    told = Date.now()
    say(`${done} of ${all} verdicts`)
  }
}

const within = (e: Estimate | null) =>
  e === null ? null : `${percent(e.value)} (${percent(e.low)} to ${percent(e.high)})`

function rowsOf(r: JudgeReport): [string, string | null][] {
  return [
    ['judge', r.judge],
    ['pairs, each asked', `${r.pairs}, ${r.asks} times`],
    ['replies without a verdict', `${r.unreadable} of ${r.verdicts}`],
    ['prefers the answer shown first (50 % without bias)', within(r.position.first)],
    ['both orders prefer the same answer', within(r.position.consistent)],
    ['mean score of the answer shown first', decimals(r.position.lean, 2)],
    ['prefers the longer answer', within(r.length.longer)],
    ['score and length (correlation)', decimals(r.length.correlation, 2)],
    ...(r.mass === null ? [] : [['probability of A or B', percent(r.mass)] as [string, string | null]]),
    ['pairs without enough verdicts', String(r.unread)],
    ['pairs that are too close', String(r.undecided)],
    ['left out to balance lengths', `${r.leftOut}, longer preferred ${percent(r.longerBefore) ?? '–'} before`],
    ['kept', `${r.kept}, longer preferred ${percent(r.longerAfter) ?? '–'}`],
    [
      'characters of the better and the other answer',
      `${decimals(r.meanChosen, 0) ?? '–'}, ${decimals(r.meanRejected, 0) ?? '–'}`,
    ],
  ]
}
