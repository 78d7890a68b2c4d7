import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { StudioError } from '../contract/errors.ts'
import type { RunSummary } from '../contract/records.ts'
import type { Stage } from '../contract/stages.ts'
import { Host } from '../host/host.ts'
import { type FollowOptions, follow } from './follow.ts'
import { onInterrupt } from './interrupt.ts'
import { dataFolder, dataOption, jsonOption, wholeNumber } from './options.ts'

interface ResumeOptions extends FollowOptions {
  data?: string
  acceptRecipe?: boolean
  keepRecipe?: boolean
  repeatStage?: boolean
  skipStage?: number
  insertStage?: string
  before?: number
}

export function addResume(program: Command): void {
  program
    .command('resume')
    .description('go on with a run that was interrupted, stopped or failed, from its last checkpoint')
    .argument('<run>', 'number, id, or "last"')
    .addOption(
      new Option('--accept-recipe', 'its recipe file was edited since: take that over').conflicts('keepRecipe'),
    )
    .option('--keep-recipe', 'its recipe file was edited since: go on with the recipe as it was')
    .addOption(
      new Option('--repeat-stage', 'the stage that it is in comes once more after itself').conflicts([
        'skipStage',
        'insertStage',
      ]),
    )
    .addOption(
      new Option('--skip-stage <n>', 'leave out a stage to come, by its place from 1')
        .argParser(wholeNumber(1, 1000))
        .conflicts('insertStage'),
    )
    .option('--insert-stage <file>', 'take in a stage, one as in a recipe’s stages, from a JSON file')
    .option('--before <n>', 'of --insert-stage: before which stage (default: after the last)', wholeNumber(1, 1000))
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
When the file that its recipe came from was edited since, the differences are told, and nothing is begun until one of
--accept-recipe and --keep-recipe says what to do. It goes on with the same backend; its metrics are those that the undisturbed run would have had.

Examples:
  grpo-studio resume last
  grpo-studio resume last --repeat-stage
  grpo-studio resume 3 --insert-stage more.json --before 3
  grpo-studio resume 3 --json`,
    )
    .action(resume)
}

async function resume(run: string, options: ResumeOptions): Promise<void> {
  const host = new Host({ dataFolder: dataFolder(options), command: `grpo-studio resume ${run}` })
  try {
    const remote = host.look(run).run.job !== null
    process.exitCode = await follow(host, onInterrupt(), { ...options, remote }, () => begin(host, run, options))
  } finally {
    await host.close()
  }
}

/** Goes on, with what is asked of its plan from the first step on. */
async function begin(host: Host, run: string, options: ResumeOptions): Promise<RunSummary> {
  const stage = options.insertStage === undefined ? undefined : readStage(options.insertStage)
  const choice = options.acceptRecipe ? 'accept' : options.keepRecipe ? 'keep' : undefined
  const summary = await host.resume(run, choice)
  if (options.repeatStage) host.steer(run, { kind: 'repeat-stage' })
  if (options.skipStage !== undefined) host.steer(run, { kind: 'skip-stage', detail: { stage: options.skipStage - 1 } })
  if (stage)
    host.steer(run, {
      kind: 'insert-stage',
      detail: { stage: options.before === undefined ? summary.stageCount : options.before - 1, insert: stage },
    })
  return summary
}

/** @throws StudioError bad-recipe */
function readStage(file: string): Stage {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Stage
  } catch (error) {
    throw new StudioError(
      'bad-recipe',
      `The stage ${file} cannot be read: ${(error as Error).message}.`,
      'It is one object of a recipe’s stages, for example { "kind": "grpo", "name": "more", "steps": 50 }.',
    )
  }
}
