import { Button } from '@mantine/core'
import { useStore } from 'zustand'
import { type Permission, permission, showTest } from '../../stores/notify.ts'
import { notificationsStore } from '../../stores/settings.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

const words: Record<Permission, string> = {
  default: t('The browser has not asked you yet: it does when you turn notifications on.'),
  granted: t('The browser lets this window notify you.'),
  denied: t('The browser does not let this window notify you: allow it for this address in the browser’s settings.'),
  unsupported: t('This browser has no notifications.'),
}

/** What the browser says to it, and one to try. */
export function NotificationState() {
  // it changes with the switch
  useStore(notificationsStore)
  const now = permission()
  return (
    <div className={styles.row}>
      <div>
        <p role="status">{words[now]}</p>
      </div>
      <Button size="compact-sm" variant="default" disabled={now !== 'granted'} onClick={showTest}>
        {t('Send a test')}
      </Button>
    </div>
  )
}
