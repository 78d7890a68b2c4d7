import { Button, Group, Progress } from '@mantine/core'
import type { ImportState } from '../../../src-main/contract/imports.ts'
import { bytes } from '../../format/number.ts'
import { cancelImport } from '../../stores/imports.ts'
import { t } from '../../text/t.ts'
import styles from './ImportDialog.module.css'

/** How far an import is, with the way out of it. */
export function Reading({ state, onClose }: { state: ImportState; onClose(): void }) {
  const { title, bytes: read, totalBytes, steps } = state
  return (
    <div className={styles.reading}>
      <p>{title}</p>
      <Progress
        value={(100 * read) / Math.max(1, totalBytes)}
        aria-label={t('Importing {{title}}', { title })}
        transitionDuration={0}
      />
      <p className={styles.far} aria-live="polite">
        {t('{{read}} of {{total}}, step {{steps}}', { read: bytes(read), total: bytes(totalBytes), steps })}
      </p>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={() => void cancelImport()}>
          {t('Cancel the import')}
        </Button>
        <Button variant="subtle" onClick={onClose}>
          {t('Go on behind')}
        </Button>
      </Group>
    </div>
  )
}
