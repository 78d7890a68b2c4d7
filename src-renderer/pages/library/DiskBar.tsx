import { Button } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { type DiskPart, type DiskUse, diskParts } from '../../../src-main/contract/library.ts'
import { emptyBin } from '../../actions/marks.ts'
import { bytes, compact } from '../../format/number.ts'
import { ConfirmDialog } from '../../parts/ConfirmDialog.tsx'
import { hint } from '../../parts/hint.ts'
import { Problem } from '../../parts/Problem.tsx'
import { libraryStore, loadDiskUse } from '../../stores/library.ts'
import { emptyRunList, go } from '../../stores/route.ts'
import { useConnection } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import styles from './DiskBar.module.css'

const names: Record<DiskPart, string> = {
  database: t('database'),
  checkpoints: t('checkpoints'),
  runs: t('other files of runs'),
  models: t('models'),
  'reward-models': t('reward models'),
  bin: t('bin'),
  caches: t('caches'),
  other: t('other'),
}

const about: Record<DiskPart, string> = {
  database: t('Every step, metric, answer and alert of all runs'),
  checkpoints: t('Of all runs; files that forks share count once'),
  runs: t('Logs, and what rejection sampling collected'),
  models: t('Fetched ones'),
  'reward-models': t('Of the library, and those that runs trained'),
  bin: t('Files of deleted runs; they go when the bin is emptied'),
  caches: t('Programs that the set-up fetched, such as TensorFlow; fetched again when they are missing'),
  other: t('Labels, requests, and what else lies in the data folder'),
}

/** What the app has on the disk, by part, and what is free. */
export function DiskBar() {
  const { disk, error } = useStore(libraryStore)
  const { status } = useConnection()
  const [looked, setLooked] = useState<DiskPart | null>(null)
  const pointing = (part: DiskPart) => ({
    'data-part': part,
    'data-looked': looked === part || undefined,
    onMouseEnter: () => setLooked(part),
    onMouseLeave: () => setLooked(null),
  })
  useEffect(() => {
    if (status === 'connected') void loadDiskUse()
  }, [status])
  if (error) return <Problem explanation={error} title={t('The disk could not be looked at')} />
  const total = disk ? sum(disk) : 0
  return (
    <section
      className={styles.disk}
      data-looked={looked ?? undefined}
      aria-label={t('Disk use')}
      aria-busy={disk?.counting !== null}
    >
      <p className={styles.head}>
        <b>{disk && (disk.countedAt || total > 0) ? bytes(total) : t('Counting…')}</b>{' '}
        <span>
          {disk?.freeBytes != null && t('used by this app; {{free}} free on the disk', { free: bytes(disk.freeBytes) })}
        </span>
        <span className={styles.state} role="status">
          {disk?.counting != null && t('counting: {{files}} files', { files: compact(disk.counting) })}
        </span>
        {disk && disk.parts.bin > 0 && <EmptyBin size={bytes(disk.parts.bin)} />}
      </p>
      <div className={styles.bar} aria-hidden="true">
        {disk &&
          total > 0 &&
          diskParts.map((part) => (
            <i key={part} {...pointing(part)} style={{ flexGrow: disk.parts[part] }} {...hint(names[part], 'bottom')} />
          ))}
      </div>
      <ul className={styles.legend}>
        {diskParts.map((part) => (
          <li key={part} {...hint(about[part], 'bottom')}>
            <i {...pointing(part)} aria-hidden="true" />
            <span>{names[part]}</span>
            <b>{disk ? bytes(disk.parts[part]) : '–'}</b>
          </li>
        ))}
      </ul>
    </section>
  )
}

const sum = ({ parts }: DiskUse) => diskParts.reduce((all, part) => all + parts[part], 0)

function EmptyBin({ size }: { size: string }) {
  const [asking, setAsking] = useState(false)
  const close = () => setAsking(false)
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<IconTrash size="0.875rem" aria-hidden="true" />}
        onClick={() => setAsking(true)}
      >
        {t('Empty the bin…')}
      </Button>
      <ConfirmDialog
        opened={asking}
        onClose={close}
        title={t('Empty the bin?')}
        keep={t('Keep them')}
        confirm={t('Delete for good')}
        onConfirm={() => {
          close()
          void emptyBin()
        }}
        elsewhere={
          <Button
            variant="subtle"
            color="gray"
            mr="auto"
            onClick={() => go({ page: 'runs', list: { ...emptyRunList, shelf: 'bin' } })}
          >
            {t('See what lies in it')}
          </Button>
        }
      >
        {t(
          'The deleted runs in it, with their samples, metrics and checkpoints, are removed from the disk: {{size}} of files. Nothing brings them back.',
          { size },
        )}
      </ConfirmDialog>
    </>
  )
}
