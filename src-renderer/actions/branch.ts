/** Going another way from a checkpoint: as a new run, or with the same one. */
import type { KnobChanges } from '../../src-main/contract/knobs.ts'
import { failed } from '../stores/announce.ts'
import { heard } from '../stores/connection.ts'
import { api } from '../stores/host.ts'
import { liveStore } from '../stores/live.ts'
import { go, routeStore } from '../stores/route.ts'
import { runsStore } from '../stores/runs.ts'
import { type Branching, viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

export const askBranch = (branching: Omit<Branching, 'changes'> & { changes?: KnobChanges }) =>
  viewStore.setState({ branching: { changes: {}, ...branching } })

/** The step that is looked at, where it is fixed: the dialog begins with the checkpoint at or before it. */
function shownStep(): number | null {
  const route = routeStore.getState()
  return route.page === 'live' ? route.step : null
}

const shownRun = () => (routeStore.getState().page === 'live' && heard() ? liveStore.getState().detail : null)

export const forkRun: Action = {
  id: 'fork-run',
  name: t('Fork…'),
  group: 'Run',
  keys: ['shift+F'],
  words: 'branch checkpoint new run other settings',
  enabled: () => shownRun()?.source === null && liveStore.getState().checkpoints.length > 0,
  run: () => {
    const { runId } = liveStore.getState()
    if (runId) askBranch({ kind: 'fork', runId, step: shownStep() })
  },
}

export const rollBack: Action = {
  id: 'roll-back',
  name: t('Roll back…'),
  group: 'Run',
  keys: ['shift+B'],
  words: 'undo go back earlier checkpoint abandon',
  enabled: () => {
    const detail = shownRun()
    const earlier = liveStore.getState().checkpoints.some(({ step }) => detail && step < detail.step)
    return detail?.source === null && detail.status !== 'abandoned' && earlier
  },
  run: () => {
    const { runId } = liveStore.getState()
    if (runId) askBranch({ kind: 'roll-back', runId, step: shownStep() })
  },
}

/** The run shown beside the one that it grew out of, else beside what grew out of it. */
export function familyOf(number: number): number[] {
  const runs = runsStore.getState().runs ?? []
  const self = runs.find((run) => run.number === number)
  if (!self) return []
  const kin = runs.filter((run) => run.parent === number).map((run) => run.number)
  return [...(self.parent === null ? [] : [self.parent]), number, ...kin.sort((a, b) => a - b)]
}

export const compareFamily: Action = {
  id: 'compare-family',
  name: t('Compare with its branches'),
  group: 'Run',
  keys: ['shift+C'],
  words: 'fork parent overlay family',
  enabled: () => familyOf(shownRun()?.number ?? -1).length > 1,
  run: () => go({ page: 'compare', runs: familyOf(liveStore.getState().detail?.number ?? -1) }),
}

export interface BranchOrder {
  runId: string
  step: number
  assignments: string[]
  changes: KnobChanges
  note: string
  /** Of the run that is active. */
  instead: boolean
}

/** Does it and shows it. Returns whether the host took it. */
export async function branch(kind: Branching['kind'], order: BranchOrder): Promise<boolean> {
  const { runId, step, assignments, changes, note, instead } = order
  try {
    const run =
      kind === 'fork'
        ? await api().runs.fork({ runId, step, assignments, instead })
        : await api().runs.rollBack({
            runId,
            to: step,
            changes: changes as Record<string, number>,
            ...(note.trim() ? { note: note.trim() } : {}),
          })
    go({ page: 'live', runId: run.id, step: null, opened: null })
    return true
  } catch (error) {
    failed(error)
    return false
  }
}
