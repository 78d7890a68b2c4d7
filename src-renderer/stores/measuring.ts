/** What is to be measured and how far that is; it stays while the window is open. */
import { createStore } from 'zustand/vanilla'
import type { DataMap } from '../../src-main/contract/data-set.ts'
import type { Domain } from '../../src-main/contract/domains.ts'
import type { MeasureOrder } from '../../src-main/contract/measuring.ts'
import type { TaskKind } from '../../src-main/contract/recipe.ts'
import { t } from '../text/t.ts'
import { type Explanation, explain } from '../transport/explain.ts'
import { api } from './host.ts'
import type { Speaker } from './playground.ts'
import { go } from './route.ts'

export type Source = 'own' | 'generated' | 'file'

export interface MeasuringState {
  subject: Speaker
  /** "own": those held out of the run's recipe. */
  source: Source
  kinds: TaskKind[]
  level: number | null
  file: string
  domain: Domain
  map: DataMap
  prompts: number
  samples: number
  temperature: number
  topP: number
  /** null: the run's own limit, or the default. */
  maxTokens: number | null
  seed: number
  /** Share of the outputs that are sampled, and since when; null while nothing is measured. */
  work: { fraction: number; since: number } | null
  error: Explanation | null
  /** Grows with each evaluation that was made here. */
  made: number
}

export const measuringStore = createStore<MeasuringState>(() => ({
  subject: { model: 'embedded', label: t('embedded') },
  source: 'generated',
  kinds: ['sum', 'difference', 'product', 'chain'],
  level: null,
  file: '',
  domain: 'math',
  map: {},
  prompts: 256,
  samples: 4,
  temperature: 1,
  topP: 1,
  maxTokens: null,
  seed: 0,
  work: null,
  error: null,
  made: 0,
}))

/** Only a run has problems of its own. */
export const sourceOf = ({ source, subject }: MeasuringState): Source =>
  source === 'own' && !subject.of ? 'generated' : source

export function canMeasure(state: MeasuringState): boolean {
  if (state.work) return false
  const source = sourceOf(state)
  return source === 'own' || (source === 'file' ? state.file.trim() !== '' : state.kinds.length > 0)
}

let stop: AbortController | null = null

export async function measure(): Promise<void> {
  const state = measuringStore.getState()
  if (!canMeasure(state)) return
  stop = new AbortController()
  const { signal } = stop
  measuringStore.setState({ work: { fraction: 0, since: Date.now() }, error: null })
  try {
    for await (const news of await api().measuring.measure(orderOf(state), { signal })) {
      if (!news.done) measuringStore.setState(({ work }) => ({ work: work && { ...work, fraction: news.fraction } }))
      else {
        measuringStore.setState(({ made }) => ({ made: made + 1 }))
        go({ page: 'measure', shown: news.entry.name, against: null })
      }
    }
  } catch (error) {
    if (!signal.aborted) measuringStore.setState({ error: explain(error) })
  }
  stop = null
  measuringStore.setState({ work: null })
}

export function stopMeasuring(): void {
  stop?.abort()
}

function orderOf(state: MeasuringState): MeasureOrder {
  const { subject, kinds, level, file, domain, map, prompts, samples, temperature, topP, maxTokens, seed } = state
  const source = sourceOf(state)
  const problems =
    source === 'generated'
      ? { kinds, level: level ?? undefined }
      : source === 'file'
        ? { file: file.trim(), domain, map }
        : undefined
  return {
    subject: subject.of?.run ?? subject.model,
    step: subject.of?.step,
    problems,
    prompts,
    form: { samples, temperature, topP },
    maxTokens: maxTokens ?? undefined,
    seed,
  }
}
