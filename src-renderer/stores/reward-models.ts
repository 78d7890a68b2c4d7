/** The reward models of the data folder, and the training under way. */
import { createStore } from 'zustand/vanilla'
import type { RewardModelEntry, RewardModelList, TrainingOrder } from '../../src-main/contract/reward-model-work.ts'
import { type Explanation, explain } from '../transport/explain.ts'
import { failed } from './announce.ts'
import { api, onHostEvent } from './host.ts'

export interface RewardModelsState {
  /** null until the host has answered. */
  models: RewardModelEntry[] | null
  folder: string
  training: RewardModelList['training']
  error: Explanation | null
}

export const rewardModelsStore = createStore<RewardModelsState>(() => ({
  models: null,
  folder: '',
  training: null,
  error: null,
}))

export async function loadRewardModels(): Promise<void> {
  try {
    rewardModelsStore.setState({ ...(await api().rewardModels.list()), error: null })
  } catch (error) {
    rewardModelsStore.setState({ error: explain(error) })
  }
}

onHostEvent((event) => {
  if (event.type !== 'reward-model') return
  const { training, points } = event
  rewardModelsStore.setState(({ training: before }) => {
    const same = before?.startedAt === training.startedAt
    // what the list told already comes again in no announcement after it, but may in one that was on its way
    const known = same
      ? before.points.filter((point) => point.step < (points[0]?.step ?? Number.POSITIVE_INFINITY))
      : []
    return { training: { ...training, points: [...known, ...points] } }
  })
  if (training.status !== 'running') void loadRewardModels()
})

/** @returns whether the host took it; why not is shown */
async function tried(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (error) {
    failed(error)
    return false
  }
}

/** @throws what the host refuses, for the form to show */
export const trainRewardModel = (order: Omit<TrainingOrder, 'replace'> & { replace?: boolean }) =>
  api().rewardModels.train(order)
export const cancelTraining = () => tried(() => api().rewardModels.cancel())
export async function removeRewardModel(name: string): Promise<boolean> {
  const removed = await tried(() => api().rewardModels.remove({ name }))
  await loadRewardModels()
  return removed
}
