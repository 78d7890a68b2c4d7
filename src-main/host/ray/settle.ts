/** What the end of a job says of its run, where its driver could not say it itself. */
import type { ErrorReport } from '../../contract/errors.ts'
import type { RunStatus } from '../../contract/records.ts'
import type { Db } from '../../store/database.ts'
import type { KeptJob } from '../../store/ray-jobs.ts'
import { type RunRow, updateRun } from '../../store/runs.ts'
import { endStage } from '../../store/stages.ts'
import { refuseEvents, steeringKinds } from '../../store/steering.ts'

const resume = 'Resume the run: it goes on from the last checkpoint in its storage.'

/** Must run inside a transaction. */
export function settleRun(db: Db, row: RunRow, job: KeptJob): void {
  const told = row.status === 'finished' || row.status === 'stopped' || row.status === 'failed'
  if (!told) {
    const { status, error } = endOf(job)
    refuseEvents(db, row.number, steeringKinds, 'The job ended before it came into force.')
    updateRun(db, row.number, { status, error, endedAt: job.endedAt })
  }
  const ended = told ? row.status : endOf(job).status
  if (ended === 'finished' || ended === 'stopped')
    endStage(db, row.number, row.stage, row.step, ended === 'finished' ? 'steps' : 'stopped')
}

function endOf({ status, message, cluster, stopping }: KeptJob): { status: RunStatus; error: ErrorReport | null } {
  const died = (what: string, hint = resume): ErrorReport => ({ code: 'engine-died', message: what, hint })
  if (status === 'stopped' || stopping) return { status: 'stopped', error: null }
  if (status === 'failed')
    return {
      status: 'failed',
      error: died(`Its job on ${cluster.name} failed: ${firstWords(message)}`, `Its log says more. ${resume}`),
    }
  if (status === 'gone') return { status: 'interrupted', error: died(`${cluster.name}: ${message}`) }
  return {
    status: 'interrupted',
    error: died(
      `Its job on ${cluster.name} ended well, and its last reports did not come here.`,
      'They wait in the spool of the cluster: resume the run, and they are delivered.',
    ),
  }
}

const firstWords = (message: string): string => {
  const said = message.trim()
  return said.length > 1500 ? `…${said.slice(-1500)}` : said || 'Ray does not say why.'
}
