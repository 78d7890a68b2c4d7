import { Button, FileButton, Group } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useRef, useState } from 'react'
import { Problem } from '../../parts/Problem.tsx'
import { readSettings, settingsText, takeSettings } from '../../stores/settings-file.ts'
import { download } from '../../text/download.ts'
import { t } from '../../text/t.ts'
import type { Explanation } from '../../transport/explain.ts'
import styles from './Page.module.css'

/** To another browser or machine, and back. */
export function Files() {
  const [problem, setProblem] = useState<Explanation | null>(null)
  // a browser tells of a file only when it is another one than before, and it may have been corrected meanwhile
  const reset = useRef<() => void>(null)
  const take = async (file: File | null) => {
    if (!file) return
    const read = readSettings(await file.text())
    reset.current?.()
    if ('problem' in read) {
      setProblem({ ...read.problem, message: `${file.name}: ${read.problem.message}` })
      return
    }
    setProblem(null)
    takeSettings(read.chosen)
    notifications.show({
      title: t('{{count}} settings taken from {{file}}', { count: read.chosen.length, file: file.name }),
      message: '',
      autoClose: 4000,
    })
  }
  return (
    <>
      <div className={styles.row}>
        <div>
          <b>{t('All settings of this page')}</b>
          <p>{t('As JSON. A file that is wrong changes nothing.')}</p>
        </div>
        <Group gap="xs" wrap="nowrap">
          <FileButton accept="application/json,.json" onChange={(file) => void take(file)} resetRef={reset}>
            {(props) => (
              <Button size="compact-sm" variant="default" {...props}>
                {t('Import…')}
              </Button>
            )}
          </FileButton>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => download('grpo-studio-settings.json', settingsText(), 'application/json')}
          >
            {t('Export')}
          </Button>
        </Group>
      </div>
      {problem && <Problem explanation={problem} title={t('These settings cannot be taken')} />}
    </>
  )
}
