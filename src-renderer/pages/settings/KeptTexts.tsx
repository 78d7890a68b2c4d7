import { Button } from '@mantine/core'
import { useStore } from 'zustand'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { askRetention, retentionInWords, retentionStore } from '../../stores/retention.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

/** What new runs keep of their texts: of the data folder, not of this window. */
export function KeptTexts() {
  const version = useStore(retentionStore, (s) => s.version)
  const { data } = useResource(`texts of new runs ${version}`, () => api().retention.default())
  return (
    <div className={styles.row}>
      <div>
        <b>{data ? t('New runs keep {{kept}}', { kept: retentionInWords(data) }) : '–'}</b>
        <p>{t('Every run can be told otherwise at any time, in the list of runs: “Texts on the disk…”.')}</p>
      </div>
      <Button size="compact-sm" variant="default" onClick={() => askRetention('new runs')}>
        {t('Change…')}
      </Button>
    </div>
  )
}
