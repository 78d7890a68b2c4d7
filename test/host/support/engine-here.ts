/** Jobs in this very process: for tests that are about something else, and need not wait for a process to start. */

import type { FromEngine, ToEngine } from '../../../src-main/contract/engine-messages.ts'
import { reportOf } from '../../../src-main/contract/errors.ts'
import { work } from '../../../src-main/engine/jobs.ts'
import type { EngineProcess } from '../../../src-main/host/engine-process.ts'

export function engineHere(): EngineProcess {
  let hear: (message: FromEngine) => void = () => {}
  return {
    pid: 0,
    send(message: ToEngine) {
      if (message.type !== 'job') return
      work(message.name, message.ask as never, () => {}).then(
        (answer) => hear({ type: 'job-done', answer } as FromEngine),
        (error: unknown) => hear({ type: 'job-failed', error: reportOf(error) } as FromEngine),
      )
    },
    onMessage: (listener: (message: FromEngine) => void) => {
      hear = listener
    },
    onOutput: () => {},
    onExit: () => {},
    kill: () => {},
    disconnect: () => {},
  } as unknown as EngineProcess
}
