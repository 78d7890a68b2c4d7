import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { StudioError } from '../contract/errors.ts'
import type { JobName, Jobs } from '../contract/jobs.ts'
import { loraSchema } from '../contract/lora.ts'
import type { RewardModelComparison } from '../contract/reward-model-work.ts'
import {
  doubtsOf,
  type Estimate,
  type RewardModelKind,
  type RewardModelNote,
  type RewardModelReport,
  rewardModelKinds,
  rewardModelTraining,
} from '../contract/reward-models.ts'
import { forkEngine } from '../host/engine-process.ts'
import { engineEntry } from '../host/entries.ts'
import { JobRunner } from '../host/jobs.ts'
import { trainingJob } from '../host/reward-models.ts'
import { readNote, rewardModelPath, rewardModels, rewardModelsFolder } from '../library/reward-models.ts'
import { onInterrupt } from './interrupt.ts'
import { backendOption, dataFolder, dataOption, jsonOption, modelHelp, number, wholeNumber } from './options.ts'
import { decimals, percent, print, printJson, say, table } from './output.ts'
import { addJudge } from './reward-model-judge.ts'
import { addPairs } from './reward-model-pairs.ts'

const defaults = rewardModelTraining.parse({})

export function addRewardModel(program: Command): void {
  const verbs = program
    .command('reward-model')
    .description('reward models: make preferences, train, evaluate, list, compare')
    .addHelpText(
      'after',
      `
Examples:
  grpo-studio reward-model pairs --run last --out answers.jsonl
  grpo-studio reward-model judge answers.jsonl --out pairs.jsonl --endpoint http://127.0.0.1:8000/v1 --model qwen3-32b
  grpo-studio reward-model judge answers.jsonl --kind safety --out labels.jsonl --local smollm2-135m-instruct
  grpo-studio reward-model train helpful-1 --kind helpfulness --model embedded --pairs pairs.jsonl --epochs 3
  grpo-studio reward-model train safe-1 --kind safety --model smollm2-135m-instruct --lora --pairs labels.jsonl
  grpo-studio reward-model evaluate helpful-1 --pairs others.jsonl
  grpo-studio reward-model compare helpful-1 helpful-2 --json`,
    )
  addPairs(verbs)
  addJudge(verbs)
  verbs
    .command('train')
    .description('train one on preferences or labels, and measure it on prompts that were kept apart')
    .argument('<name>', 'what to call it')
    .addOption(new Option('--kind <kind>', 'what it judges').choices(rewardModelKinds).makeOptionMandatory())
    .requiredOption('--model <dir>', modelHelp)
    .requiredOption(
      '--pairs <file>',
      'JSON lines, CSV or Parquet: {"prompt","chosen","rejected"} for helpfulness, {"prompt","completion","label"} for safety',
    )
    .option('--epochs <n>', 'times that all is gone through', wholeNumber(1, 1000), defaults.epochs)
    .option('--batch <n>', 'pairs or outputs of a step', wholeNumber(1, 65_536), defaults.batchSize)
    .option('--learning-rate <r>', '6e-6 in the paper, for a far larger model', number(0, 1), defaults.learningRate)
    .option('--warmup <n>', 'steps over which the learning rate rises', wholeNumber(0, 1_000_000), defaults.warmupSteps)
    .option('--weight-decay <r>', 'of AdamW', number(0, 10), defaults.weightDecay)
    .option('--held-out <share>', 'share of the prompts to measure with', number(0.01, 0.9), defaults.heldOut)
    .option('--keep-lengths', 'do not leave pairs out to balance the lengths of preferred and other answers')
    .option('--lora', 'train adapters beside the weights, with rank 16 and alpha 32')
    .option(
      '--micro-batch-tokens <n>',
      'tokens at once: bounds memory',
      wholeNumber(16, 10_000_000),
      defaults.microBatchTokens,
    )
    .option('--seed <n>', 'seed of everything random', wholeNumber(0, 4_294_967_295), 0)
    .option('--force', 'take the place of one of this name')
    .addOption(backendOption())
    .addOption(dataOption())
    .addOption(jsonOption('print the whole note of the model as JSON'))
    .action(train)
  verbs
    .command('evaluate')
    .description('measure one on another file')
    .argument('<name>', 'its name, or the path of its folder')
    .requiredOption('--pairs <file>', 'a file as for train; all of it is measured with')
    .addOption(backendOption())
    .addOption(dataOption())
    .addOption(jsonOption('print the report as JSON'))
    .action(evaluate)
  verbs
    .command('list')
    .description('those that are here, with what they were measured at')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(list)
  verbs
    .command('compare')
    .description('several on the same held-out items, each two of them item by item')
    .argument('<names...>', 'names, or paths of folders')
    .option('--pairs <file>', 'a file that none of them has learnt from; else what all of them had kept apart')
    .addOption(backendOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(compare)
}

interface TrainOptions {
  kind: RewardModelKind
  model: string
  pairs: string
  epochs: number
  batch: number
  learningRate: number
  warmup: number
  weightDecay: number
  heldOut: number
  keepLengths?: boolean
  lora?: boolean
  microBatchTokens: number
  seed: number
  force?: boolean
  backend?: string
  data?: string
  json?: boolean
}

async function train(name: string, o: TrainOptions): Promise<void> {
  const ask = trainingJob(
    {
      name,
      kind: o.kind,
      model: o.model,
      data: o.pairs,
      replace: o.force ?? false,
      backend: o.backend,
      training: {
        epochs: o.epochs,
        batchSize: o.batch,
        learningRate: o.learningRate,
        warmupSteps: o.warmup,
        weightDecay: o.weightDecay,
        maxGradNorm: defaults.maxGradNorm,
        microBatchTokens: o.microBatchTokens,
        seed: o.seed,
        heldOut: o.heldOut,
        balanceLengths: !o.keepLengths,
        lora: o.lora ? loraSchema.parse({}) : undefined,
      },
    },
    rewardModelsFolder(dataFolder(o)),
  )
  let told = 0
  const note = await inEngine('train-reward-model', ask, ({ step, steps, loss, accuracy }) => {
    if (Date.now() - told < 2000 && step < steps) return
    told = Date.now()
    say(`step ${step} of ${steps}: loss ${loss.toFixed(3)}, ${percent(accuracy)} of the batch in the right order`)
  })
  if (o.json) printJson(note)
  else {
    print(`${note.name}, ${note.kind}, ${note.steps} steps in ${note.seconds.toFixed(1)} s: ${ask.folder}`)
    tell(note)
  }
}

interface Options {
  pairs: string
  backend?: string
  data?: string
  json?: boolean
}

async function evaluate(name: string, o: Options): Promise<void> {
  const folder = rewardModelPath(name, rewardModelsFolder(dataFolder(o)))
  const { kind } = readNote(folder)
  const report = await inEngine('evaluate-reward-model', { folder, data: resolve(o.pairs), backend: o.backend })
  if (o.json) printJson(report)
  else tell({ kind, report })
}

function list(o: Omit<Options, 'pairs'>): void {
  const root = rewardModelsFolder(dataFolder(o))
  const all = rewardModels(root)
  if (o.json) printJson(all)
  else if (all.length === 0) print(`No reward model was trained yet into ${root}.`)
  else print(compared(all))
}

async function compare(names: string[], o: Omit<Options, 'pairs'> & { pairs?: string }): Promise<void> {
  const root = rewardModelsFolder(dataFolder(o))
  const folders = names.map((name) => rewardModelPath(name, root))
  if (folders.length < 2)
    throw new StudioError('bad-request', `${names[0]} is to be compared, but not with what.`, 'Name two or more.')
  const data = o.pairs === undefined ? undefined : resolve(o.pairs)
  const found = await inEngine('compare-reward-models', { folders, data, backend: o.backend })
  if (o.json) printJson(found)
  else print(comparisonText(found))
}

function comparisonText({ items, data, kind, models, pairs }: RewardModelComparison): string {
  const what = kind === 'helpfulness' ? 'pairs' : 'outputs'
  return [
    `${items} ${what} ${data ? `of ${data}` : 'that all of them had kept apart'}; 95 % intervals in brackets`,
    '',
    table(
      ['name', 'right', 'without length', 'calibration error', 'score and length'],
      models.map(({ name, report: r }) => [
        name,
        shown(r.accuracy),
        shown(r.length.withoutLength),
        decimals(r.calibration.error),
        r.length.correlation.value.toFixed(2),
      ]),
    ),
    '',
    table(
      ['A', 'B', 'B − A, paired', 'only A right', 'only B right', 'p (McNemar)'],
      pairs.map(({ a, b, difference, onlyA, onlyB, p }) => [
        a,
        b,
        `${difference.value > 0 ? '+' : ''}${shown(difference)}`,
        onlyA,
        onlyB,
        p < 0.0001 ? p.toExponential(1) : p.toFixed(4),
      ]),
    ),
  ].join('\n')
}

const compared = (notes: RewardModelNote[]) =>
  table(
    [
      'name',
      'kind',
      'from',
      'trained on',
      'held out',
      'right',
      '95 %',
      'without length',
      'calibration error',
      'doubts',
    ],
    notes.map((n) => [
      n.name,
      n.kind,
      n.base.model,
      n.data.trained,
      n.report.items,
      percent(n.report.ranking.value),
      interval(n.report.ranking),
      percent(n.report.length.withoutLength?.value ?? null),
      decimals(n.report.calibration.error),
      doubtsOf(n)
        .map((d) => d.kind)
        .join(', ') || 'none',
    ]),
  )

const interval = ({ low, high }: Estimate) => `${percent(low)} to ${percent(high)}`
const shown = (e: Estimate | null) => (e === null ? '–' : `${percent(e.value)} (${interval(e)})`)

function tell(note: { kind: RewardModelKind; report: RewardModelReport; data?: RewardModelNote['data'] }): void {
  const { kind, report: r, data } = note
  const rows: [string, string][] = [
    [kind === 'helpfulness' ? 'held-out pairs' : 'held-out outputs', String(r.items)],
    ['right', shown(r.accuracy)],
    ...(kind === 'safety' ? ([['safe above unsafe', shown(r.ranking)]] as [string, string][]) : []),
    ['loss (a coin has 0.693)', r.loss.toFixed(3)],
    ['calibration error', r.calibration.error.toFixed(3)],
    [
      'score and length',
      `${r.length.correlation.value.toFixed(2)} (${r.length.correlation.low.toFixed(2)} to ${r.length.correlation.high.toFixed(2)})`,
    ],
    ['right where the shorter is better', shown(r.length.shorterPreferred)],
    ['right where the longer is better', shown(r.length.longerPreferred)],
    ['right without length', shown(r.length.withoutLength)],
    ['"the longer, the better" is right', percent(r.length.longerWins)!],
  ]
  if (data?.leftOut)
    rows.push(['left out to balance lengths', `${data.leftOut}, longer preferred ${percent(data.longerBefore)} before`])
  print(table(['measured', 'figure'], rows))
  for (const { message } of doubtsOf(note)) say(`! ${message}`)
}

/** In a process of its own; Ctrl-C ends it. */
async function inEngine<N extends JobName>(
  name: N,
  ask: Jobs[N]['ask'],
  onNews?: (news: Jobs[N]['news']) => void,
): Promise<Jobs[N]['answer']> {
  const jobs = new JobRunner(() => forkEngine(engineEntry))
  try {
    return await jobs.run(name, ask, { signal: onInterrupt().signal, onNews })
  } finally {
    jobs.close()
  }
}
