import { failed } from '../stores/announce.ts'
import { heard } from '../stores/connection.ts'
import { api } from '../stores/host.ts'
import { go } from '../stores/route.ts'
import { runsStore } from '../stores/runs.ts'
import { viewStore } from '../stores/view.ts'
import { download } from '../text/download.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

export const newSweep: Action = {
  id: 'new-sweep',
  name: t('New sweep…'),
  group: 'Run',
  keys: ['shift+S'],
  words: 'grid settings seeds ablation compare',
  enabled: heard,
  run: () => openSweepDialog(runsStore.getState().recipes?.[0]?.name ?? ''),
}

/** @param recipe name of a recipe, or the path of a file */
export function openSweepDialog(recipe: string): void {
  viewStore.setState({ launch: false, sweep: { recipe } })
}

/** @param sweep name of a set-up, or the sweep itself @returns whether the host took it */
export async function startSweep(sweep: string | Record<string, unknown>, backend: string | null): Promise<boolean> {
  try {
    const { name } = await api().sweeps.start({ sweep, backend })
    go({ page: 'sweeps', name })
    return true
  } catch (error) {
    failed(error)
    return false
  }
}

export async function saveSweepReport(name: string): Promise<void> {
  try {
    download(`sweep-${name}.html`, await api().sweeps.report({ name }), 'text/html')
  } catch (error) {
    failed(error)
  }
}
