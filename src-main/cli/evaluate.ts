import { resolve } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type DataMap, dataFields, dataMapSchema } from '../contract/data-set.ts'
import { type Domain, domains } from '../contract/domains.ts'
import { StudioError } from '../contract/errors.ts'
import type { EvaluationEntry, ProblemSource } from '../contract/evaluation.ts'
import { levelsAt, puzzleLevels, type TaskKind, taskKinds } from '../contract/recipe.ts'
import { type RewardName, rewardInfo, rewardNames } from '../contract/rewards.ts'
import { evaluateOutside } from '../host/evaluate.ts'
import { Host } from '../host/host.ts'
import { onInterrupt } from './interrupt.ts'
import { backendOption, dataFolder, dataOption, jsonOption, number, wholeNumber } from './options.ts'
import { decimals, percent, print, printJson, say, table } from './output.ts'

interface EvaluateOptions {
  step?: number
  task?: Partial<Record<TaskKind, number>>
  level?: number
  problems?: string
  map?: DataMap
  domain: Domain
  prompts: number
  samples: number
  temperature: number
  topP: number
  maxTokens?: number
  reward?: RewardName
  seed: number
  backend?: string
  data?: string
  json?: boolean
}

const judges = rewardNames.filter((name) => rewardInfo[name].correctness)

export function addEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('measure a model, a checkpoint or a run on held-out problems: pass@1, pass@k, cons@k with intervals')
    .argument('<what>', 'a run (number, id or "last"), a model’s name, or the folder of a model or checkpoint')
    .option('--step <n>', 'of a run: the checkpoint of this step (default: the newest)', wholeNumber(0, 1e9))
    .option('--task <kinds>', `generated problems: ${taskKinds.join(', ')}; weights with =`, readTask)
    .option('--level <n>', 'of puzzles and functions', wholeNumber(1, puzzleLevels))
    .option('--problems <file>', 'problems of your own: .jsonl, .json, .csv, .tsv or .parquet')
    .option('--map <fields>', `fields of the file under other names: ${dataFields.join(', ')}`, readMap)
    .addOption(new Option('--domain <name>', 'of problems that name none').choices([...domains]).default('math'))
    .option('--prompts <n>', 'how many problems', wholeNumber(1, 100_000), 256)
    .option('--samples <k>', 'outputs a prompt', wholeNumber(1, 1024), 8)
    .option('--temperature <t>', 'of the sampling', number(0, 5), 1)
    .option('--top-p <p>', 'only the likeliest tokens that make up this probability', number(0.01, 1), 1)
    .option('--max-tokens <n>', 'cut outputs here (default: the run’s limit, else 112)', wholeNumber(1, 131_072))
    .addOption(new Option('--reward <name>', 'what says which answers are right').choices(judges))
    .option('--seed <n>', 'seed of the sampling', wholeNumber(0, 4_294_967_295), 0)
    .addOption(backendOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Without --task and --problems a run is measured on the problems held out of its recipe. The result is stored;
"grpo-studio compare" sets two of them side by side.

Examples:
  grpo-studio evaluate last --samples 16
  grpo-studio evaluate embedded --task sum,product=2 --prompts 128
  grpo-studio evaluate smollm2-135m-instruct --problems gsm8k.parquet --map prompt=question,answer=answer --max-tokens 256`,
    )
    .action(evaluate)
}

async function evaluate(what: string, options: EvaluateOptions): Promise<void> {
  const { task, problems: file, json, samples, temperature, topP } = options
  if (task && file)
    throw new StudioError('bad-request', 'Both --task and --problems are given.', 'Leave one of them out.')
  const host = new Host({ dataFolder: dataFolder(options), command: `grpo-studio evaluate ${what}` })
  const interrupt = onInterrupt()
  try {
    const { step, prompts, maxTokens, reward, seed, backend } = options
    const entry = await evaluateOutside(
      host,
      {
        ...{ subject: what, step, prompts, maxTokens, reward, seed, backend },
        form: { samples, temperature, topP },
        problems: sourceOf(options),
      },
      { signal: interrupt.signal, onFraction: json ? undefined : progress() },
    )
    if (json) printJson(entry)
    else print(evaluationText(entry))
  } catch (error) {
    if (!(error instanceof StudioError) || error.code !== 'cancelled') throw error
    say(`${error.message} ${error.hint}`)
    process.exitCode = 130
  } finally {
    await host.close()
  }
}

function sourceOf({ task, level, problems: file, domain, map }: EvaluateOptions): ProblemSource | undefined {
  if (file !== undefined) return { file: resolve(file), domain, map }
  if (!task) return undefined
  return { task, levels: levelsAt(level) }
}

/** A line that is drawn over on a terminal, and left out elsewhere. */
function progress(): ((fraction: number) => void) | undefined {
  if (!process.stderr.isTTY) return undefined
  return (fraction) => {
    process.stderr.write(`\r${Math.round(100 * fraction)} % sampled${fraction >= 1 ? '\n' : ''}`)
  }
}

function readTask(text: string): Partial<Record<TaskKind, number>> {
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [kind, weight = '1'] = part.trim().split('=')
      if (!taskKinds.some((one) => one === kind))
        throw new InvalidArgumentError(`There is no kind "${kind}". Kinds: ${taskKinds.join(', ')}.`)
      if (!(Number(weight) > 0)) throw new InvalidArgumentError(`The weight of ${kind} must be above 0, not ${weight}.`)
      return [kind, Number(weight)]
    }),
  )
}

function readMap(text: string): DataMap {
  const pairs = text.split(',').map((part) => part.split('=').map((side) => side.trim()))
  const read = dataMapSchema.safeParse(Object.fromEntries(pairs))
  if (read.success && pairs.every((pair) => pair.length === 2)) return read.data
  throw new InvalidArgumentError(`It is like prompt=question,answer=gold. Fields: ${dataFields.join(', ')}.`)
}

function evaluationText({ name, subject, problems, summary: s }: EvaluationEntry): string {
  const range = (low: number, high: number) => `${percent(low)} – ${percent(high)}`
  const rows = [
    ['pass@1', percent(s.accuracy), range(s.accuracyLow, s.accuracyHigh)],
    ...s.passAt.map(({ k, value, low, high }) => [`pass@${k}`, percent(value), range(low, high)]),
    ...(s.consensus
      ? [[`cons@${s.samplesPerPrompt}`, percent(s.consensus.value), range(s.consensus.low, s.consensus.high)]]
      : []),
  ]
  const parts = [...Object.entries(s.byKind), ...Object.entries(s.byLevel).map(([k, v]) => [`level ${k}`, v] as const)]
  return [
    `${name}: ${subject} on ${problems}, ${s.prompts} prompts × ${s.samplesPerPrompt} at temperature ${s.temperature}`,
    table(['', 'right', '95 % interval'], rows),
    '',
    table(
      ['', 'prompts', 'pass@1', '95 % interval'],
      parts.map(([part, { prompts, accuracy, low = Number.NaN, high = Number.NaN }]) => [
        part,
        prompts,
        percent(accuracy),
        range(low, high),
      ]),
    ),
    '',
    `${decimals(s.meanLength, 1)} tokens an output, ${percent(s.clippedRatio)} cut, ${percent(s.formatRate)} in the form`,
    `${decimals(s.reflections, 2)} reflection words an output, ${percent(s.languageMixing) ?? 'no words to tell'} in other languages`,
  ].join('\n')
}
