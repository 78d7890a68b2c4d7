import { Button } from '@mantine/core'
import { IconFileText, IconPlayerStop, IconServer } from '@tabler/icons-react'
import { memo, useEffect } from 'react'
import { useStore } from 'zustand'
import { engineName } from '../../../../src-main/contract/engines.ts'
import { endJob, jobLog } from '../../../actions/ray.ts'
import { moment } from '../../../format/time.ts'
import { ActionButton } from '../../../parts/ActionButton.tsx'
import { hint } from '../../../parts/hint.ts'
import { useAction } from '../../../parts/useAction.ts'
import { jobsStore, loadJobs } from '../../../stores/jobs.ts'
import { jobWords } from '../../../text/jobs.ts'
import { t } from '../../../text/t.ts'
import { useDetail } from '../data.ts'
import styles from './Job.module.css'

/** Of a run that is trained on a cluster: how its job is, and what can be done with that. */
export const JobLine = memo(function JobLine() {
  const detail = useDetail()
  const { jobs, runId } = useStore(jobsStore)
  const end = useAction(endJob)
  const id = detail?.id
  useEffect(() => {
    if (id) void loadJobs(id)
  }, [id])
  const summary = detail?.job
  if (!detail || !summary) return null
  const { word, tone } = jobWords(summary)
  const job = runId === detail.id ? jobs?.at(-1) : undefined
  return (
    <div className={styles.line}>
      <IconServer size="0.9375rem" stroke={1.7} aria-hidden="true" />
      <b className={styles.cluster} {...hint(job ? whereIs(job) : summary.cluster, 'bottom')}>
        {summary.cluster}
      </b>
      <span className={styles.state} data-tone={tone} role="status">
        <i aria-hidden="true" />
        {word}
      </span>
      {summary.unreachable && (
        <span
          className={styles.lost}
          {...hint(`${summary.unreachable.error.message} ${summary.unreachable.error.hint}`, 'bottom')}
        >
          {t('since {{time}}; tried again all the time. Its job may go on meanwhile.', {
            time: moment(summary.unreachable.since),
          })}
        </span>
      )}
      {job && !summary.unreachable && (
        <span className={styles.minor}>
          {engineName(job.trainer)}
          {job.attempt > 1 && ` · ${t('submission {{attempt}}', { attempt: job.attempt })}`}
          <span className={`${styles.id} mono`}>{job.id}</span>
        </span>
      )}
      <span className={styles.ways}>
        <ActionButton
          action={jobLog}
          size="compact-xs"
          variant="default"
          icon={<IconFileText size="0.8125rem" stroke={1.7} aria-hidden="true" />}
        />
        {end.enabled && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="red"
            leftSection={<IconPlayerStop size="0.8125rem" stroke={1.7} aria-hidden="true" />}
            onClick={end.run}
          >
            {end.name}
          </Button>
        )}
      </span>
    </div>
  )
})

const whereIs = ({ address, ssh }: { address: string; ssh: string | null }) =>
  ssh ? t('{{address}} through {{ssh}}', { address, ssh }) : address
