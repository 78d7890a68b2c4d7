import { Button } from '@mantine/core'
import { useState } from 'react'
import { ConfirmDialog } from '../../parts/ConfirmDialog.tsx'
import { resetLayout } from '../../stores/settings-file.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

export function Layout() {
  const [asking, setAsking] = useState(false)
  const close = () => setAsking(false)
  return (
    <div className={styles.row}>
      <div>
        <b>{t('As on the first day')}</b>
        <p>{t('How lists are sorted and grouped and charts arranged, as this browser remembers it.')}</p>
      </div>
      <Button size="compact-sm" variant="default" onClick={() => setAsking(true)}>
        {t('Reset the layout…')}
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={close}
        title={t('Reset the layout?')}
        keep={t('Keep it')}
        confirm={t('Reset')}
        onConfirm={resetLayout}
      >
        {t(
          'The window forgets how lists and charts were arranged, and is loaded anew. What is set on this page stays, and so does every run.',
        )}
      </ConfirmDialog>
    </div>
  )
}
