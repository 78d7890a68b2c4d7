import type { Command } from 'commander'
import type { RunSummary } from '../contract/records.ts'
import { Host } from '../host/host.ts'
import { recipeSource } from '../host/recipe-edit.ts'
import { loadRecipe, withSteps } from '../host/recipes.ts'
import { acceptingDoubts } from '../library/reward-models.ts'
import { isLocked } from '../store/lock.ts'
import { ask } from './ask.ts'
import { type FollowOptions, follow } from './follow.ts'
import { onInterrupt } from './interrupt.ts'
import { backendOption, dataFolder, dataOption, jsonOption, setOption, wholeNumber } from './options.ts'
import { print, printJson } from './output.ts'
import { queueUp } from './queue.ts'
import { recipeGiven } from './recipe-given.ts'

interface RunOptions extends FollowOptions {
  set?: string[]
  steps?: number
  seed?: number
  backend?: string
  data?: string
  anyway?: boolean
  queue?: boolean
  on?: string
  useDoubtful?: boolean
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description('train a recipe here in the terminal, without a window')
    .argument('<recipe>', 'name of a shipped recipe or a preset, or path of a recipe file')
    .addOption(setOption('change a field or setting of the recipe; repeatable'))
    .option('--steps <n>', 'steps in all: cuts stages off, or prolongs the last', wholeNumber(1, 10_000_000))
    .option('--seed <n>', 'seed of everything random', wholeNumber(0, 4_294_967_295))
    .option('--anyway', 'start although the estimate says that memory will not do')
    .option('--on <cluster>', 'on a Ray cluster in place of this machine (grpo-studio clusters)')
    .option('--queue', 'behind the runs that wait; while an app is open, that one starts it')
    .option('--use-doubtful', 'use reward models that are no better than chance, or mostly measure length')
    .addOption(backendOption())
    .addOption(dataOption())
    .addOption(jsonOption('print one JSON object a step, and a summary last'))
    .addHelpText(
      'after',
      `
Ctrl-C pauses at a checkpoint and leaves; "grpo-studio resume last" goes on from there.
Exit status: 0 when the run finished, 1 when it failed, 130 after Ctrl-C.

With --on the run's job is followed here, or by the app that is open. Ctrl-C leaves it to go on; it is followed again when the app is opened.

With --queue, and no app open, what waits is trained here, one after the other, until the queue is empty.

Examples:
  grpo-studio run r1-zero-mini
  grpo-studio run r1-zero-mini --seed 1 --queue
  grpo-studio run r1-zero-mini --on lab
  grpo-studio run r1-zero-mini --steps 20 --seed 3 --set temperature=0.9 --set rewardWeights.format=0.2
  grpo-studio run ./my-recipe.json --set stages.1.settings.maxCompletionTokens=96 --json > steps.jsonl`,
    )
    .action(run)
}

async function run(name: string, options: RunOptions): Promise<void> {
  const recipe = recipeGiven(name, options)
  const seed = options.seed === undefined ? [] : [`seed=${options.seed}`]
  const loaded = loadRecipe(recipe, [...(options.set ?? []), ...seed])
  const source = recipeSource(recipe, [...(options.set ?? []), ...seed], options.steps ?? null)
  const cut = options.steps === undefined ? loaded : withSteps(loaded, options.steps)
  const chosen = options.useDoubtful ? acceptingDoubts(cut) : cut
  if (options.queue) {
    const order = { recipe: chosen, backend: options.backend ?? null, anyway: options.anyway ?? false, source }
    process.exitCode = await queueUp([order], options)
    return
  }
  if (options.on !== undefined && isLocked(dataFolder(options))) {
    const order = { cluster: options.on, recipe: chosen, source }
    const { number } = (await ask('jobs.launch', order, options)) as RunSummary
    if (options.json) printJson({ run: number })
    else print(`Run #${number} was submitted to ${options.on}; the app that is open follows it.`)
    return
  }
  const host = new Host({ dataFolder: dataFolder(options), command: `grpo-studio run ${name}` })
  try {
    const begin = () =>
      options.on === undefined
        ? host.launch(chosen, options.backend ?? null, options.anyway, undefined, source)
        : host.launchOn(options.on, chosen, source)
    process.exitCode = await follow(host, onInterrupt(), { ...options, remote: options.on !== undefined }, begin)
  } finally {
    await host.close()
  }
}
