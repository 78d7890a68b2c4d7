import { Button, Group, Modal } from '@mantine/core'
import { useState } from 'react'
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
      <Modal
        opened={asking}
        onClose={close}
        title={t('Reset the layout?')}
        size="sm"
        closeButtonProps={{ 'aria-label': t('Close') }}
      >
        <p>
          {t(
            'The window forgets how lists and charts were arranged, and is loaded anew. What is set on this page stays, and so does every run.',
          )}
        </p>
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" data-autofocus onClick={close}>
            {t('Keep it')}
          </Button>
          <Button color="red" onClick={resetLayout}>
            {t('Reset')}
          </Button>
        </Group>
      </Modal>
    </div>
  )
}
