import { Button, CopyButton } from '@mantine/core'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { bytes } from '../../format/number.ts'
import { libraryStore, loadDiskUse } from '../../stores/library.ts'
import { go } from '../../stores/route.ts'
import { useConnection } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

/** Where everything lies: chosen when the app is started, so it is only shown here. */
export function DataFolder() {
  const { info, status } = useConnection()
  const { disk } = useStore(libraryStore)
  useEffect(() => {
    if (status === 'connected') void loadDiskUse()
  }, [status])
  const folder = info?.dataFolder ?? ''
  return (
    <>
      <div className={styles.row}>
        <div>
          <b className="mono">{folder || '–'}</b>
          <p>
            {t('Every run, reward model and label lies in it. It is chosen when the app is started:')}{' '}
            <span className="mono">{'grpo-studio serve --data DIR'}</span>
          </p>
        </div>
        <CopyButton value={folder}>
          {({ copied, copy }) => (
            <Button size="compact-sm" variant="default" disabled={!folder} onClick={copy}>
              {copied ? t('Copied') : t('Copy the path')}
            </Button>
          )}
        </CopyButton>
      </div>
      <div className={styles.row}>
        <div>
          <b>{disk?.countedAt ? bytes(inFolder(disk.parts)) : t('Counting…')}</b>
          <p>{disk?.freeBytes != null && t('in it; {{free}} free on its disk', { free: bytes(disk.freeBytes) })}</p>
        </div>
        <Button size="compact-sm" variant="default" onClick={() => go({ page: 'library', section: 'checkpoints' })}>
          {t('See what takes room')}
        </Button>
      </div>
    </>
  )
}

/** Models and caches lie elsewhere. */
const inFolder = (parts: Record<string, number>) =>
  Object.entries(parts)
    .filter(([part]) => part !== 'models' && part !== 'caches')
    .reduce((sum, [, size]) => sum + size, 0)
