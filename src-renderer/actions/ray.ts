import { isOver } from '../../src-main/contract/ray.ts'
import { editCluster } from '../stores/clusters.ts'
import { heard } from '../stores/connection.ts'
import { jobsStore } from '../stores/jobs.ts'
import { liveStore } from '../stores/live.ts'
import { routeStore } from '../stores/route.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

const job = () => (routeStore.getState().page === 'live' ? (liveStore.getState().detail?.job ?? null) : null)

export const jobLog: Action = {
  id: 'job-log',
  name: t('Log of its job'),
  group: 'Run',
  keys: ['shift+J'],
  words: 'ray cluster output stdout stderr driver tail',
  enabled: () => heard() && job() !== null,
  run: () => jobsStore.setState(({ log }) => ({ log: !log })),
}

/** Asks first. */
export const endJob: Action = {
  id: 'end-job',
  name: () => (job()?.unreachable ? t('Give its job up…') : t('End its job at once…')),
  group: 'Run',
  keys: [],
  words: 'ray cluster kill stop cancel give up',
  enabled: () => {
    const now = job()
    return heard() && now !== null && !isOver(now.status) && !now.stopping
  },
  run: () => jobsStore.setState({ ending: true }),
}

export const addCluster: Action = {
  id: 'add-cluster',
  name: t('Add a Ray cluster…'),
  group: 'Window',
  keys: [],
  words: 'remote ssh target head dashboard',
  enabled: heard,
  run: () => editCluster(null),
}
