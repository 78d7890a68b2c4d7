import type { Command } from 'commander'
import { Host } from '../host/host.ts'
import { type FollowOptions, follow } from './follow.ts'
import { onInterrupt } from './interrupt.ts'
import { dataFolder, dataOption, jsonOption } from './options.ts'

interface ResumeOptions extends FollowOptions {
  data?: string
}

export function addResume(program: Command): void {
  program
    .command('resume')
    .description('go on with a run that was interrupted, stopped or failed, from its last checkpoint')
    .argument('<run>', 'number, id, or "last"')
    .addOption(dataOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
It goes on with the same backend; its metrics are those that the undisturbed run would have had.

Examples:
  grpo-studio resume last
  grpo-studio resume 3 --json`,
    )
    .action(resume)
}

async function resume(run: string, options: ResumeOptions): Promise<void> {
  const host = new Host({ dataFolder: dataFolder(options), command: `grpo-studio resume ${run}` })
  try {
    process.exitCode = await follow(host, onInterrupt(), options, () => host.resume(run))
  } finally {
    await host.close()
  }
}
