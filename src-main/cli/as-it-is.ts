import type { RunSummary } from '../contract/records.ts'
import { isLocked } from '../store/lock.ts'

/** A run that counts as going although no app has the folder open was cut off. */
export function asItIs<R extends RunSummary>(run: R, dataFolder: string): R {
  const going = run.status === 'starting' || run.status === 'running' || run.status === 'paused'
  return going && !isLocked(dataFolder) ? { ...run, status: 'interrupted' } : run
}
