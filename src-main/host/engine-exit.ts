/** What the end of an engine process means for its run. */
import type { ErrorReport } from '../contract/errors.ts'
import type { RunStatus } from '../contract/records.ts'
import type { EngineExit } from './engine-process.ts'

/** Signals by which something outside ends a process; others, and exit codes, are the engine's own failure. */
const fromOutside = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT']

export interface Death {
  status: Extract<RunStatus, 'interrupted' | 'failed'>
  error: ErrorReport
}

/**
 * @param lastLines what it wrote last
 * @param logPath where all of it is
 */
export function describeDeath(exit: EngineExit, step: number, lastLines: string, logPath: string): Death {
  const said = lastLines ? ` Its last words: ${lastLines}` : ''
  const resume = `Every step up to ${step} is stored: resume goes on from the last checkpoint.`
  if (exit.signal === 'SIGKILL') {
    return {
      status: 'interrupted',
      error: {
        code: 'engine-died',
        message: `The engine was killed (SIGKILL) after step ${step}: by a person, or by the system because memory ran out.`,
        hint: `${resume} If memory ran out, lower microBatchTokens, groupSize or promptsPerStep.`,
      },
    }
  }
  if (exit.signal && fromOutside.includes(exit.signal)) {
    return {
      status: 'interrupted',
      error: {
        code: 'engine-died',
        message: `The engine was ended from outside (${exit.signal}) after step ${step}.`,
        hint: resume,
      },
    }
  }
  const how = exit.signal
    ? `crashed (${exit.signal})`
    : exit.code === null
      ? 'could not be started'
      : `ended with code ${exit.code}`
  return {
    status: 'failed',
    error: {
      code: 'engine-died',
      message: `The engine ${how} after step ${step}.${said}`,
      hint: `${resume} All that it wrote is in ${logPath}; another backend may be sounder (grpo-studio doctor).`,
    },
  }
}
