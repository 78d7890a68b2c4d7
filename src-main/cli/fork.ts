import type { Command } from 'commander'
import { Host } from '../host/host.ts'
import { type FollowOptions, follow } from './follow.ts'
import { onInterrupt } from './interrupt.ts'
import { dataFolder, dataOption, jsonOption, setOption, wholeNumber } from './options.ts'

interface ForkOptions extends FollowOptions {
  step: number
  set?: string[]
  anyway?: boolean
  data?: string
}

export function addFork(program: Command): void {
  program
    .command('fork')
    .description('a new run from a checkpoint of another, with other settings')
    .argument('<run>', 'number, id, or "last"')
    .requiredOption('--step <n>', 'of one of its checkpoints ("show" lists them)', wholeNumber(0, 10_000_000))
    .addOption(setOption('what is to differ: a field or setting of the recipe; repeatable'))
    .option('--anyway', 'start although the estimate says that memory will not do')
    .addOption(dataOption())
    .addOption(jsonOption('print one JSON object a step, and a summary last'))
    .addHelpText(
      'after',
      `
It begins with the checkpoint's weights, optimizer and place in its stage, and needs nothing of the other run from then
on. A value that was steered stays, unless --set names it.

Examples:
  grpo-studio fork 3 --step 40 --set beta=0
  grpo-studio fork last --step 170 --set stages.1.steps=400`,
    )
    .action(fork)
}

async function fork(run: string, options: ForkOptions): Promise<void> {
  const host = new Host({ dataFolder: dataFolder(options), command: `grpo-studio fork ${run}` })
  try {
    const { step, set = [], anyway } = options
    process.exitCode = await follow(host, onInterrupt(), options, () => host.fork(run, step, set, { anyway }))
  } finally {
    await host.close()
  }
}
