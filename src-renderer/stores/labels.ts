/** Labels of samples: which one is being written, and where it shows once it is stored. */
import { createStore } from 'zustand/vanilla'
import type { SampleLabel } from '../../src-main/contract/sample-label.ts'
import { failed } from './announce.ts'
import { api } from './host.ts'
import { readerStore } from './reader.ts'
import { tracesStore } from './traces.ts'

/** Where a training sample is stored. */
export interface SamplePlace {
  runId: string
  step: number
  group: number
  sample: number
}

export interface Labelling {
  place: SamplePlace
  before: SampleLabel | undefined
}

export const labelsStore = createStore<{ asked: Labelling | null }>(() => ({ asked: null }))

export const askLabel = (place: SamplePlace, before: SampleLabel | undefined): void =>
  labelsStore.setState({ asked: { place, before } })

export const closeLabel = (): void => labelsStore.setState({ asked: null })

/** An empty label takes it away. */
export async function saveLabel(place: SamplePlace, given: SampleLabel): Promise<void> {
  try {
    await api().groups.label({ ...place, ...given })
    show(place, given.label.trim() === '' ? undefined : given)
    closeLabel()
  } catch (error) {
    failed(error)
  }
}

function show({ step, group, sample }: SamplePlace, label: SampleLabel | undefined): void {
  const { appearances } = readerStore.getState()
  readerStore.setState({
    appearances:
      appearances?.map((one) =>
        one.source === 'train' && one.step === step && one.group === group
          ? { ...one, samples: one.samples.map((s) => (s.sample === sample ? { ...s, label } : s)) }
          : one,
      ) ?? null,
  })
  tracesStore.setState(({ hits }) => ({
    hits: hits.map((hit) =>
      hit.step === step && hit.group === group && hit.sample === sample ? { ...hit, label } : hit,
    ),
  }))
}
