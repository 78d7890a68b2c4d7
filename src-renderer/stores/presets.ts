/** Recipes saved by name. */
import { createStore } from 'zustand/vanilla'
import type { Preset } from '../../src-main/contract/presets.ts'
import { undoable } from '../parts/undoable.ts'
import { t } from '../text/t.ts'
import { failed } from './announce.ts'
import { api } from './host.ts'

export const presetsStore = createStore<{ presets: Preset[] | null }>(() => ({ presets: null }))

export async function loadPresets(): Promise<void> {
  try {
    presetsStore.setState({ presets: await api().presets.list() })
  } catch (error) {
    failed(error)
  }
}

export async function deletePreset({ name, info }: Preset): Promise<void> {
  try {
    await api().presets.remove({ name })
    await loadPresets()
    undoable(t('The preset {{name}} was deleted', { name: info?.title ?? name }), () => void restorePreset(name))
  } catch (error) {
    failed(error)
  }
}

async function restorePreset(name: string): Promise<void> {
  try {
    await api().presets.restore({ name })
    await loadPresets()
  } catch (error) {
    failed(error)
  }
}
