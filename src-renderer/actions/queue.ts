import { notifications } from '@mantine/notifications'
import type { QueueState } from '../../src-main/contract/queue.ts'
import { failed } from '../stores/announce.ts'
import { heard } from '../stores/connection.ts'
import { api } from '../stores/host.ts'
import { queueStore, waitingIn } from '../stores/queue.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'
import type { LaunchOrder } from './launch.ts'

const waits = () => heard() && waitingIn(queueStore.getState()).length > 0

export const startQueue: Action = {
  id: 'start-queue',
  name: t('Start the queue'),
  group: 'Run',
  keys: [],
  words: 'go on next waiting set aside paused',
  enabled: waits,
  run: () => change(() => api().queue.start()),
}

export const holdQueue: Action = {
  id: 'hold-queue',
  name: t('Hold the queue'),
  group: 'Run',
  keys: [],
  words: 'wait stop next',
  enabled: () => waits() && queueStore.getState().hold === null,
  run: () => change(() => api().queue.hold()),
}

/** @returns whether the host took it */
export async function queueRun(order: LaunchOrder): Promise<boolean> {
  try {
    const [{ title }] = await api().queue.add(order)
    notifications.show({
      title: t('{{title}} waits its turn', { title }),
      message: t('It is on the page of runs.'),
      autoClose: 4000,
    })
    return true
  } catch (error) {
    failed(error)
    return false
  }
}

export const moveInQueue = (id: number, place: number): Promise<void> => change(() => api().queue.move({ id, place }))

export const removeFromQueue = (ids: number[]): Promise<void> => change(() => api().queue.remove({ ids }))

/** Undoes a removal. */
export const putBackInQueue = (ids: number[]): Promise<void> => change(() => api().queue.putBack({ ids }))

async function change(ask: () => Promise<QueueState>): Promise<void> {
  try {
    queueStore.setState(await ask(), true)
  } catch (error) {
    failed(error)
  }
}
