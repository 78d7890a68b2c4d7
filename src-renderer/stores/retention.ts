/** How much of a run's texts is kept: whose is being changed. */
import { createStore } from 'zustand/vanilla'
import { keepsAll, type Retention } from '../../src-main/contract/retention.ts'
import { bytes } from '../format/number.ts'
import { list, t } from '../text/t.ts'

/** A run, or what new runs begin with. */
export type RetentionOf = { runId: string; number: number } | 'new runs'

export interface RetentionState {
  asked: RetentionOf | null
  /** Grows when something was changed. */
  version: number
}

export const retentionStore = createStore<RetentionState>(() => ({ asked: null, version: 0 }))

export const askRetention = (asked: RetentionOf): void => retentionStore.setState({ asked })
export const closeRetention = (): void => retentionStore.setState({ asked: null })
export const retentionChanged = (): void => retentionStore.setState(({ version }) => ({ version: version + 1 }))

/** In a sentence's part: what is kept. */
export function retentionInWords(retention: Retention): string {
  const { share, newest, budget } = retention
  if (keepsAll(retention)) return t('all texts')
  return list(
    [
      share === 1
        ? t('all texts')
        : t('{{share}} % of each step, and the {{newest}} newest steps whole', { share: percentOf(share), newest }),
      budget === null ? '' : t('at most {{budget}} on the disk', { budget: bytes(budget) }),
    ].filter(Boolean),
  )
}

/** Without the noise of binary fractions. */
export const percentOf = (share: number): number => Number((100 * share).toFixed(4))
