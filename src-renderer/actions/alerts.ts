import { undoable } from '../parts/undoable.ts'
import { alertsStore, markSeen } from '../stores/alerts.ts'
import { failed } from '../stores/announce.ts'
import { heard } from '../stores/connection.ts'
import { api } from '../stores/host.ts'
import { routeStore } from '../stores/route.ts'
import { t } from '../text/t.ts'
import type { Action } from './action.ts'

/** With a way back to those that were not seen before, for as long as the message shows. */
export const seeAllAlerts: Action = {
  id: 'see-all-alerts',
  name: t('Mark all alerts as seen'),
  group: 'Window',
  keys: [],
  words: 'read clear badge',
  enabled: () => heard() && routeStore.getState().page === 'alerts' && alertsStore.getState().unseen > 0,
  run: async () => {
    try {
      const { alerts } = await api().alerts.list({ unseen: true, limit: 5000 })
      await markSeen(null)
      const ids = alerts.map(({ id }) => id)
      undoable(t('{{count}} alerts marked as seen', { count: ids.length }), () => void markSeen(ids, false))
    } catch (error) {
      failed(error)
    }
  },
}
