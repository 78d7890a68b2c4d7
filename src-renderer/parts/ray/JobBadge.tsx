import { IconServer } from '@tabler/icons-react'
import { engineName } from '../../../src-main/contract/engines.ts'
import type { RayJobSummary } from '../../../src-main/contract/ray.ts'
import { jobWords } from '../../text/jobs.ts'
import { t } from '../../text/t.ts'
import { hint } from '../hint.ts'
import source from '../SourceBadge.module.css'
import styles from './JobBadge.module.css'

/** On which cluster a run is trained, and how its job is. */
export function JobBadge({ job, trainer }: { job: RayJobSummary; trainer: string }) {
  const { word, tone } = jobWords(job)
  return (
    <span
      className={`${source.badge} ${styles.job}`}
      data-tone={tone}
      {...hint(
        t('Trained by {{trainer}} on the Ray cluster {{cluster}}: {{state}}', {
          ...{ trainer: engineName(trainer), cluster: job.cluster, state: word },
        }),
        'bottom',
      )}
    >
      <IconServer size="0.75rem" stroke={1.7} aria-hidden="true" />
      <span>{job.cluster}</span>
    </span>
  )
}
