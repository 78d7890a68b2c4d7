import { Button } from '@mantine/core'
import { IconArrowBackUp, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { BinnedRun } from '../../../src-main/contract/marks.ts'
import type { RunSummary } from '../../../src-main/contract/records.ts'
import { emptyBin, restoreRuns } from '../../actions/marks.ts'
import { bytes } from '../../format/number.ts'
import { moment } from '../../format/time.ts'
import { ConfirmDialog } from '../../parts/ConfirmDialog.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { t } from '../../text/t.ts'
import styles from './BinList.module.css'

/** What was deleted, until it is deleted for good. */
export function BinList({ runs }: { runs: RunSummary[] | null }) {
  const [emptied, setEmptied] = useState(0)
  // what is listed, is not in the bin: it changes with the list
  const { data: binned, error } = useResource(`bin ${runs?.length} ${emptied}`, () => api().runs.bin())
  const [asking, setAsking] = useState(false)
  if (error) return <Problem explanation={error} />
  if (!binned) return null
  if (binned.length === 0) return <p className={styles.empty}>{t('The bin is empty.')}</p>
  const size = bytes(binned.reduce((sum, run) => sum + run.bytes, 0))
  return (
    <section className={styles.bin} aria-label={t('Deleted runs')}>
      <header>
        <p>
          {t('{{count}} runs, {{size}} of files. They stay until the bin is emptied.', { count: binned.length, size })}
        </p>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconTrash size="0.875rem" aria-hidden="true" />}
          onClick={() => setAsking(true)}
        >
          {t('Empty the bin…')}
        </Button>
      </header>
      <ul>
        {binned.map((run) => (
          <Entry key={run.id} run={run} />
        ))}
      </ul>
      <ConfirmDialog
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('Delete {{count}} runs for good?', { count: binned.length })}
        keep={t('Keep them')}
        confirm={t('Delete for good')}
        onConfirm={async () => {
          setAsking(false)
          if (await emptyBin()) setEmptied((n) => n + 1)
        }}
      >
        {t('Their samples, metrics and checkpoints are removed from the disk ({{size}}). Nothing brings them back.', {
          size,
        })}
      </ConfirmDialog>
    </section>
  )
}

function Entry({ run: { id, number, name, deletedAt, bytes: size } }: { run: BinnedRun }) {
  return (
    <li>
      <span>
        <b>#{number}</b> {name}
      </span>
      <span>{t('deleted {{deletedAt}}', { deletedAt: moment(deletedAt) })}</span>
      <span>{bytes(size)}</span>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<IconArrowBackUp size="0.875rem" aria-hidden="true" />}
        aria-label={t('Restore run {{number}}', { number })}
        onClick={() => void restoreRuns([id])}
      >
        {t('Restore')}
      </Button>
    </li>
  )
}
