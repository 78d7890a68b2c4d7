import { SegmentedControl, Switch } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { useStore } from 'zustand'
import { failed } from '../../stores/announce.ts'
import { wishNotifications } from '../../stores/notify.ts'
import { notificationsStore, onSettings, type Setting } from '../../stores/settings.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

export function SettingRow({ setting }: { setting: Setting }) {
  const { id, name, about, choices, get, set } = setting
  const value = useSyncExternalStore(onSettings, get)
  const on = useStore(notificationsStore, (s) => s.on)
  const idle = setting.section === 'notifications' && id !== 'notifications.on' && !on
  return (
    <div className={styles.row} data-idle={idle}>
      <div>
        <b>{name}</b>
        <p>{about}</p>
      </div>
      {choices ? (
        <SegmentedControl
          aria-label={name}
          size="xs"
          value={String(value)}
          data={[...choices]}
          onChange={(next) => set(next)}
        />
      ) : (
        <Switch
          aria-label={name}
          classNames={{ track: styles.track }}
          checked={value === true}
          disabled={idle}
          onChange={(event) => {
            const { checked } = event.currentTarget
            if (id === 'notifications.on') void askFirst(checked)
            else set(checked)
          }}
        />
      )}
    </div>
  )
}

/** The browser asks the person, so it must be a gesture of theirs. */
async function askFirst(on: boolean): Promise<void> {
  if ((await wishNotifications(on)) === on) return
  failed({
    message: t('The browser does not let this window notify you.'),
    data: { hint: t('Allow notifications for this address in the browser’s settings, then turn this on again.') },
  })
}
