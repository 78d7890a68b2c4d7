/** Labels of samples: which one is being written, and where it shows once it is stored. */
import { createStore } from 'zustand/vanilla'
import type { SampleLabel } from '../../src-main/contract/sample-label.ts'
import { failed } from './announce.ts'
import { api } from './host.ts'
import { readerStore } from './reader.ts'
import { keyOfSample, tracesStore } from './traces.ts'

/** Where a training sample is stored. */
export interface SamplePlace {
  runId: string
  step: number
  group: number
  sample: number
}

export interface Labelling {
  /** Of one run, and one at least. */
  places: readonly SamplePlace[]
  /** Of the first. */
  before: SampleLabel | undefined
}

export const labelsStore = createStore<{ asked: Labelling | null }>(() => ({ asked: null }))

export const askLabel = (places: readonly SamplePlace[], before: SampleLabel | undefined): void =>
  labelsStore.setState({ asked: { places, before } })

export const closeLabel = (): void => labelsStore.setState({ asked: null })

/** An empty label takes it away. */
export async function saveLabel(places: readonly SamplePlace[], given: SampleLabel): Promise<void> {
  try {
    const samples = places.map(({ step, group, sample }) => ({ step, group, sample }))
    await api().groups.label({ runId: places[0].runId, samples, ...given })
    show(samples, given.label.trim() === '' ? undefined : given)
    closeLabel()
  } catch (error) {
    failed(error)
  }
}

function show(samples: readonly Omit<SamplePlace, 'runId'>[], label: SampleLabel | undefined): void {
  const changed = new Set(samples.map(keyOfSample))
  const { appearances } = readerStore.getState()
  readerStore.setState({
    appearances:
      appearances?.map((one) => ({
        ...one,
        samples: one.samples.map((s) =>
          one.group !== null && changed.has(keyOfSample({ step: one.step, group: one.group, sample: s.sample }))
            ? { ...s, label }
            : s,
        ),
      })) ?? null,
  })
  tracesStore.setState(({ hits }) => ({
    hits: hits.map((hit) => (changed.has(keyOfSample(hit)) ? { ...hit, label } : hit)),
  }))
}
