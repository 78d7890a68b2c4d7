/** Whether the host can be heard, and who it is. */
import { createStore } from 'zustand/vanilla'
import type { AppInfo } from '../../src-main/contract/api.ts'

/** `refused`: the host's server answers, but does not know this window's token any more. */
export type ConnectionStatus = 'connecting' | 'connected' | 'lost' | 'refused'

export interface ConnectionState {
  status: ConnectionStatus
  /** True from the first time the host was heard. */
  met: boolean
  info: AppInfo | null
}

export const connectionStore = createStore<ConnectionState>(() => ({ status: 'connecting', met: false, info: null }))

/** Whether the host hears what is asked now. */
export const heard = () => connectionStore.getState().status === 'connected'
