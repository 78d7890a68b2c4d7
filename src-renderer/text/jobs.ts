/** What a person reads of a job on a cluster. */
import type { RayJobSummary } from '../../src-main/contract/ray.ts'
import { t } from './t.ts'

export type JobTone = 'waiting' | 'going' | 'lost' | 'done' | 'failed'

/** A word, and how it is meant. */
export function jobWords({
  status,
  unreachable,
  stopping,
}: Pick<RayJobSummary, 'status' | 'unreachable' | 'stopping'>): { word: string; tone: JobTone } {
  if (unreachable) return { word: t('cluster does not answer'), tone: 'lost' }
  if (stopping) return { word: t('ending…'), tone: 'waiting' }
  switch (status) {
    case 'preparing':
      return { word: t('being submitted'), tone: 'waiting' }
    case 'pending':
      return { word: t('submitted, waits to start'), tone: 'waiting' }
    case 'running':
      return { word: t('job runs'), tone: 'going' }
    case 'succeeded':
      return { word: t('job ended'), tone: 'done' }
    case 'failed':
      return { word: t('job failed'), tone: 'failed' }
    case 'stopped':
      return { word: t('job stopped'), tone: 'done' }
    case 'gone':
      return { word: t('job is gone: its head was started anew'), tone: 'lost' }
  }
}

/** Colours and cursor movements of a terminal are of no use here, and a line that was written over is shown as it stood last. */
export const plainLog = (text: string): string =>
  text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/[^\n]*\r(?!\n)/g, '')
    .replaceAll('\r\n', '\n')
