/** The command line: its verbs, one file each. */
import { Command, CommanderError } from 'commander'
import { version } from '../host/version.ts'
import { complain } from './output.ts'
import { addServe } from './serve.ts'

export function makeProgram(): Command {
  const program = new Command('grpo-studio')
    .description('Train small language models to reason with GRPO, watch every group, and steer the run while it goes.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(grpo-studio --help, or grpo-studio <verb> --help, lists what can be given)')
    .configureOutput({ writeOut: (text) => process.stdout.write(text), writeErr: (text) => process.stderr.write(text) })
  addServe(program)
  return program
}

/** Sets the exit status: 0 only on success, 1 for what went wrong, 2 for a command that was not understood. */
export async function main(args: string[]): Promise<void> {
  try {
    await makeProgram().parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else {
      complain(error, args.includes('--json'))
      process.exitCode = 1
    }
  }
  process.exit()
}
