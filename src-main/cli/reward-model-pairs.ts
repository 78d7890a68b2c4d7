import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { StudioError } from '../contract/errors.ts'
import { forkEngine } from '../host/engine-process.ts'
import { engineEntry } from '../host/entries.ts'
import { JobRunner } from '../host/jobs.ts'
import { readDataRows } from '../library/data-files.ts'
import { jsonLines } from '../library/json-lines.ts'
import { modelPath } from '../library/places.ts'
import type { Answers } from '../preferences/answers.ts'
import { answersOfGroup, drawPlaces } from '../preferences/from-run.ts'
import { Ledger } from '../preferences/ledger.ts'
import { itemKey } from '../preferences/question.ts'
import { queries } from '../store/queries.ts'
import { lookInto } from '../store/reader.ts'
import { onInterrupt } from './interrupt.ts'
import { backendOption, dataFolder, dataOption, modelHelp, number, wholeNumber } from './options.ts'
import { onlyWriter, writeWhole } from './out-file.ts'
import { say } from './output.ts'

interface PairsOptions {
  out: string
  run?: string
  fromStep: number
  toStep: number
  model?: string
  prompts?: string
  answers: number
  temperature: number
  maxTokens: number
  limit: number
  seed: number
  force?: boolean
  backend?: string
  data?: string
}

export function addPairs(verbs: Command): void {
  verbs
    .command('pairs')
    .description('prompts with several answers, to be judged: stored samples of a run, or sampled from a model')
    .requiredOption('--out <file>', 'JSON lines {"prompt","answers":[…]} to be written')
    .option('--run <run>', 'take the samples of this run (number, id or "last")')
    .option('--from-step <n>', 'with --run: from this step on', wholeNumber(1, 1e9), 1)
    .option('--to-step <n>', 'with --run: up to this step', wholeNumber(1, 1e9), 1e9)
    .option('--model <dir>', `sample from this model: ${modelHelp}`)
    .option('--prompts <file>', 'with --model: JSON lines {"prompt":…}')
    .option('--answers <n>', 'with --model: answers to each prompt', wholeNumber(2, 64), 2)
    .option('--temperature <t>', 'with --model', number(0.01, 5), 1)
    .option('--max-tokens <n>', 'with --model: of an answer', wholeNumber(1, 131_072), 512)
    .option('--limit <n>', 'so many prompts at the most; those of a run are drawn', wholeNumber(1, 10_000_000), 1000)
    .option('--seed <n>', 'seed of everything random', wholeNumber(0, 4_294_967_295), 0)
    .option('--force', 'with --model: begin anew, and do not go on where it was broken off')
    .addOption(backendOption())
    .addOption(dataOption())
    .action(pairs)
}

async function pairs(o: PairsOptions): Promise<void> {
  const { run, model, prompts } = o
  if ((run === undefined) === (model === undefined) || (model !== undefined) !== (prompts !== undefined))
    throw new StudioError(
      'bad-request',
      'It is not said where answers come from.',
      'Give --run RUN, or --model MODEL and --prompts FILE.',
    )
  const out = resolve(o.out)
  const release = onlyWriter(out)
  try {
    const all = run === undefined ? await sampled(model!, prompts!, o) : ofRun(run, o)
    writeWhole(out, jsonLines(all))
    if (model !== undefined) rmSync(partOf(o), { force: true })
    say(`${all.length} prompts with their answers: ${out}`)
  } finally {
    release()
  }
}

/** What was sampled so far. */
const partOf = ({ out }: PairsOptions) => `${resolve(out)}.part`

/** @throws StudioError not-found for a run that is not there; bad-request for one without samples that differ */
function ofRun(run: string, { data, fromStep, toStep, limit, seed }: PairsOptions): Answers[] {
  const folder = dataFolder({ data })
  const records = lookInto(folder, (db) => {
    const places = queries.groupPlaces(db, folder, run, fromStep, toStep)
    return queries.groupsAt(db, folder, run, drawPlaces(places, limit, seed))
  })
  const several = records.map(answersOfGroup).filter(({ answers }) => answers.length > 1)
  if (several.length === 0)
    throw new StudioError(
      'bad-request',
      `The run ${run} has no prompt with two different answers in these steps.`,
      'Take other steps, or another run.',
    )
  return several
}

/** Prompts whose answers are sampled together: enough to fill a batch, few enough to be written soon. */
const together = 16

/** Goes on after what an earlier try has sampled. @throws StudioError */
async function sampled(model: string, promptsFile: string, o: PairsOptions): Promise<Answers[]> {
  const { temperature, maxTokens, backend, seed, answers: samples } = o
  const prompts = await promptsOf(promptsFile)
  const { signal } = onInterrupt()
  const given = { modelDir: modelPath(model), chat: 'auto' as const, maxTokens, temperature, seed, samples, backend }
  if (o.force) rmSync(partOf(o), { force: true })
  const head = { model, prompts: itemKey(...prompts), answers: samples, maxTokens, temperature, seed }
  const ledger = new Ledger<Answers>(partOf(o), head)
  const jobs = new JobRunner(() => forkEngine(engineEntry))
  const wanted = prompts.slice(0, o.limit)
  if (ledger.lines.length > 0) say(`goes on after ${ledger.lines.length} prompts: ${partOf(o)}`)
  try {
    while (ledger.lines.length < wanted.length) {
      const done = ledger.lines.length
      const some = wanted.slice(done, done + together)
      const { texts } = await jobs.run('sample', { ...given, prompts: some }, { signal })
      for (const [i, prompt] of some.entries()) ledger.add({ prompt, answers: [...new Set(texts[i])].filter(Boolean) })
      if (wanted.length > together) say(`${ledger.lines.length} of ${wanted.length} prompts`)
    }
  } finally {
    ledger.close()
    jobs.close()
  }
  const several = ledger.lines.slice(0, wanted.length).filter(({ answers }) => answers.length > 1)
  const alike = wanted.length - several.length
  if (alike > 0) say(`${alike} prompts have no two different answers: they are left out`)
  return several
}

/** @throws StudioError bad-request naming the row */
async function promptsOf(path: string): Promise<string[]> {
  const wrong = (what: string) =>
    new StudioError('bad-request', `${path} ${what}.`, 'Give one object a line, like {"prompt":"…"}.')
  const { rows } = await readDataRows(path, 'reward-model')
  const prompts = rows.map(({ place, value }) => {
    const prompt = (value as { prompt?: unknown } | null | undefined)?.prompt
    if (typeof prompt !== 'string' || prompt === '') throw wrong(`has no prompt in ${place}`)
    return prompt
  })
  if (prompts.length === 0) throw wrong('has nothing in it')
  return prompts
}
