/** Notes about runs, and the bin. */
import { notifications } from '@mantine/notifications'
import type { MarksChange } from '../../src-main/contract/marks.ts'
import type { RunSummary } from '../../src-main/contract/records.ts'
import { undoable } from '../parts/undoable.ts'
import { failed } from '../stores/announce.ts'
import { heard } from '../stores/connection.ts'
import { api } from '../stores/host.ts'
import { liveStore } from '../stores/live.ts'
import { askRetention } from '../stores/retention.ts'
import { routeStore } from '../stores/route.ts'
import { runsStore } from '../stores/runs.ts'
import { tickedStore, untick } from '../stores/ticked.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

/** Those that are ticked in the list, or the one that the live page shows. */
function meant(): RunSummary[] {
  const { page } = routeStore.getState()
  const { ticked } = tickedStore.getState()
  const live = page === 'live' ? liveStore.getState().runId : null
  return (runsStore.getState().runs ?? []).filter(({ id }) => (page === 'runs' ? ticked.has(id) : id === live))
}

const someMeant = () => heard() && meant().length > 0
const idsOf = (runs: readonly RunSummary[]) => runs.map(({ id }) => id)

export const starRuns: Action = {
  id: 'star-runs',
  name: () => (meant().every(({ starred }) => starred) ? t('Take the star away') : t('Star')),
  group: 'Run',
  keys: ['*'],
  words: 'favourite mark',
  enabled: someMeant,
  run: () => markRuns(idsOf(meant()), { starred: !meant().every(({ starred }) => starred) }),
}

export const noteRuns: Action = {
  id: 'note-runs',
  name: t('Tags and note…'),
  group: 'Run',
  keys: [],
  words: 'label annotate comment',
  enabled: someMeant,
  run: () => askNote(idsOf(meant())),
}

export const archiveRuns: Action = {
  id: 'archive-runs',
  name: () => (meant().every(({ archived }) => archived) ? t('Take out of the archive') : t('Archive')),
  group: 'Run',
  keys: [],
  words: 'hide put away',
  enabled: someMeant,
  run: () => setArchived(meant(), !meant().every(({ archived }) => archived)),
}

export const deleteRuns: Action = {
  id: 'delete-runs',
  name: t('Delete'),
  group: 'Run',
  keys: [],
  words: 'remove bin trash',
  enabled: someMeant,
  run: () => binRuns(meant()),
}

/** Of one run at a time. */
export const keepTexts: Action = {
  id: 'keep-texts',
  name: t('Texts on the disk…'),
  group: 'Run',
  keys: [],
  words: 'retention thin forget budget share',
  enabled: () => heard() && meant().length === 1,
  run() {
    const [{ id, number }] = meant()
    askRetention({ runId: id, number })
  },
}

export const askNote = (ids: readonly string[]): void => tickedStore.setState({ noting: ids })

/** @returns whether the host did it; what it says against it is told */
async function done(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    failed(error)
    return false
  }
}

/** @returns whether the host took it */
export const markRuns = (runs: readonly string[], change: MarksChange): Promise<boolean> =>
  done(() => api().runs.mark({ runs: [...runs], change }))

const called = (runs: readonly RunSummary[]): string =>
  runs.length === 1 ? t('Run #{{number}}', { number: runs[0].number }) : t('{{count}} runs', { count: runs.length })

/** With a way back for as long as the message shows; later, by the archive itself. */
export async function setArchived(runs: readonly RunSummary[], archived: boolean): Promise<void> {
  if (!(await markRuns(idsOf(runs), { archived }))) return
  untick()
  if (archived)
    undoable(t('{{runs}} archived', { runs: called(runs) }), () => void markRuns(idsOf(runs), { archived: false }))
}

/** Into the bin, with a way back for as long as the message shows; later, by the bin itself. */
export const binRuns = (runs: readonly RunSummary[]): Promise<boolean> =>
  done(async () => {
    const ids = await api().runs.remove({ runs: idsOf(runs) })
    untick()
    undoable(t('{{runs}} deleted', { runs: called(runs) }), () => void restoreRuns(ids))
  })

/** @returns whether the host did */
export const restoreRuns = (ids: readonly string[]): Promise<boolean> =>
  done(() => api().runs.restore({ runs: [...ids] }))

/** @returns whether the host did */
export const emptyBin = (): Promise<boolean> =>
  done(async () => {
    const count = await api().runs.emptyBin()
    notifications.show({ title: t('{{count}} runs deleted for good', { count }), message: '', autoClose: 4000 })
  })
