/** The command line: its verbs, one file each. */
import { Command, CommanderError } from 'commander'
import { StudioError } from '../contract/errors.ts'
import { version } from '../host/version.ts'
import { addBin } from './bin.ts'
import { addClusters } from './clusters.ts'
import { addCompare } from './compare.ts'
import { addDoctor } from './doctor.ts'
import { addEstimate } from './estimate.ts'
import { addEvaluate } from './evaluate.ts'
import { addExport } from './export.ts'
import { addExportModel } from './export-model.ts'
import { addFork } from './fork.ts'
import { addGenerate } from './generate.ts'
import { addImport } from './import.ts'
import { addJobs } from './jobs.ts'
import { addLogprobs } from './logprobs.ts'
import { addMark } from './mark.ts'
import { addModels } from './models.ts'
import { complain } from './output.ts'
import { addPreferences } from './preferences.ts'
import { addPresets } from './presets.ts'
import { addQueue } from './queue.ts'
import { addReport } from './report.ts'
import { addResume } from './resume.ts'
import { addRewardModel } from './reward-model.ts'
import { addRollBack } from './roll-back.ts'
import { addRun } from './run.ts'
import { addRuns } from './runs.ts'
import { addScore } from './score.ts'
import { addServe } from './serve.ts'
import { addShow } from './show.ts'
import { addSweep } from './sweep.ts'
import { addTexts } from './texts.ts'
import { addVerify } from './verify.ts'

const verbs = [
  addRun,
  addServe,
  addEstimate,
  addPresets,
  addResume,
  addFork,
  addRollBack,
  addQueue,
  addSweep,
  addClusters,
  addJobs,
  addRuns,
  addMark,
  addBin,
  addTexts,
  addShow,
  addReport,
  addExport,
  addImport,
  addExportModel,
  addGenerate,
  addEvaluate,
  addCompare,
  addLogprobs,
  addScore,
  addRewardModel,
  addPreferences,
  addModels,
  addVerify,
  addDoctor,
]

export function makeProgram(): Command {
  const program = new Command('grpo-studio')
    .description('Train small language models to reason with GRPO, watch every group, and steer the run while it goes.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(grpo-studio --help, or grpo-studio <verb> --help, lists what can be given)')
    .configureOutput({ writeOut: (text) => process.stdout.write(text), writeErr: (text) => process.stderr.write(text) })
  for (const add of verbs) add(program)
  return program
}

/** Sets the exit status: 0 only on success, 1 for what went wrong, 2 for a command that was not understood, 130 after Ctrl-C. */
export async function main(args: string[]): Promise<void> {
  // Whoever reads us may stop early (`| head`): what remains has no reader.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  try {
    await makeProgram().parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
    else {
      complain(error, args.includes('--json'))
      process.exitCode = error instanceof StudioError && error.code === 'cancelled' ? 130 : 1
    }
  }
}
