import { Skeleton } from '@mantine/core'
import { useMemo } from 'react'
import { engineName } from '../../../src-main/contract/engines.ts'
import { compact } from '../../format/number.ts'
import { span } from '../../format/time.ts'
import { FirstRun } from '../../parts/FirstRun.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { RunChoice } from '../../parts/RunChoice.tsx'
import { Status } from '../../parts/Status.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { go } from '../../stores/route.ts'
import { useLive, useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { useEta } from '../live/data.ts'
import { InsertStageDialog } from '../live/header/InsertStageDialog.tsx'
import { Phase, PhaseLine } from '../live/header/PhaseLine.tsx'
import { StopDialog } from '../live/StopDialog.tsx'
import { Controls } from './Controls.tsx'
import { type Course, stepsOf } from './facts.ts'
import styles from './Page.module.css'
import { StageCard } from './StageCard.tsx'

/** The stages of a run: what each does, what came of it, when it ends, and the ways from one to the next. */
export function PipelinePage() {
  const { runs } = useRuns()
  const runId = useLive((s) => s.runId)
  const detail = useLive((s) => s.detail)
  const error = useLive((s) => s.error)
  const eta = useEta()
  if (runs && runs.length === 0 && !runId) return <FirstRun />
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t('Pipeline')}</h1>
        <RunChoice value={detail?.id ?? null} onChange={(wanted) => go({ page: 'pipeline', runId: wanted })} />
        {detail && <Status status={detail.status} />}
        {detail && (
          <p className={styles.where}>
            {detail.totalSteps === null
              ? t('step {{step}}', { step: compact(detail.step) })
              : t('step {{step}} of {{total}}', { step: compact(detail.step), total: compact(detail.totalSteps) })}
            {eta !== null && <> · {t('{{time}} left', { time: span(eta) })}</>}
          </p>
        )}
        <Phase />
        {!detail?.source && <Controls />}
      </header>
      <PhaseLine />
      <Unreachable />
      {error ? (
        <Problem explanation={error} title={t('This run cannot be shown')} />
      ) : detail?.source ? (
        <p className={styles.none}>
          {t('{{trainer}} trains this run by a plan of its own: there are no stages here to go through.', {
            trainer: engineName(detail.source.engine),
          })}
        </p>
      ) : detail ? (
        <Stages />
      ) : (
        <Skeleton className={styles.waiting} animate={false} />
      )}
      <InsertStageDialog />
      <StopDialog />
    </div>
  )
}

function Stages() {
  const detail = useLive((s) => s.detail)
  const version = useLive((s) => s.version)
  const columns = useLive((s) => s.columns)
  const evaluations = useLive((s) => s.evaluations)
  const events = useLive((s) => s.events)
  const alerts = useLive((s) => s.alerts)
  const checkpoints = useLive((s) => s.checkpoints)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the columns grow in place, and the version says so
  const course = useMemo<Course | null>(
    () => detail && { detail, columns, evaluations },
    [detail, columns, evaluations, version],
  )
  if (!course) return null
  const { stages, status } = course.detail
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <div className={styles.body} tabIndex={0}>
      <ol className={styles.stages} aria-label={t('Stages')}>
        {stages.map((stage) => {
          const steps = stepsOf(stage, course.detail)
          const within = (list: readonly { step: number }[]) =>
            steps ? list.filter(({ step }) => step >= steps[0] && step <= steps[1]).length : 0
          const changes = events.flatMap(({ kind, effectiveStep: step }) =>
            kind === 'set' && step !== null ? [{ step }] : [],
          )
          return (
            <StageCard
              key={stage.stage}
              stage={stage}
              course={course}
              steerable={status === 'running' || status === 'paused'}
              counts={{ checkpoints: within(checkpoints), alerts: within(alerts), changes: within(changes) }}
            />
          )
        })}
      </ol>
    </div>
  )
}
