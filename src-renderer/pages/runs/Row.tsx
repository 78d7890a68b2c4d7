import { ActionIcon, Button, Progress } from '@mantine/core'
import { IconCornerDownRight, IconNote, IconPlayerPlay, IconStar, IconStarFilled } from '@tabler/icons-react'
import { memo } from 'react'
import type { RunSummary } from '../../../src-main/contract/records.ts'
import { askNote, markRuns } from '../../actions/marks.ts'
import { resumeRunById } from '../../actions/resumeRun.ts'
import { compact, percent } from '../../format/number.ts'
import { moment, span } from '../../format/time.ts'
import { hint } from '../../parts/hint.ts'
import { JobBadge } from '../../parts/ray/JobBadge.tsx'
import { SourceBadge } from '../../parts/SourceBadge.tsx'
import { Status } from '../../parts/Status.tsx'
import { go, routeHash } from '../../stores/route.ts'
import { hasRecipe, isResumable } from '../../stores/runs.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'
import { RowMenu } from './RowMenu.tsx'
import { Spark } from './Spark.tsx'

interface Props {
  run: RunSummary
  /** Below the first of its family. */
  depth: number
  top: number
  height: number
  index: number
  ticked: boolean
  onTick(id: string, through: boolean): void
  spark: (number | null)[] | undefined
}

export const Row = memo(function Row({ run, depth, top, height, index, ticked, onTick, spark }: Props) {
  return (
    <div
      className={styles.row}
      role="row"
      aria-rowindex={index + 2}
      tabIndex={-1}
      data-abandoned={run.status === 'abandoned'}
      data-ticked={ticked}
      style={{ transform: `translateY(${top}px)`, height, position: 'absolute', inset: '0 0 auto' }}
    >
      <span role="cell" className={styles.marks}>
        <input
          type="checkbox"
          className={styles.tick}
          checked={ticked}
          aria-label={t('Tick run {{number}}', { number: run.number })}
          onChange={(event) => onTick(run.id, (event.nativeEvent as MouseEvent).shiftKey)}
        />
        <Star run={run} />
      </span>
      <span role="cell" className={styles.member} style={{ paddingLeft: `${1.25 * Math.max(0, depth - 1)}rem` }}>
        {depth > 0 && <IconCornerDownRight className={styles.below} size="0.875rem" stroke={1.6} aria-hidden="true" />}
        <Name run={run} />
      </span>
      <span role="cell">
        <Status status={run.status} />
        {run.error && (
          <span className={styles.why} title={`${run.error.message} ${run.error.hint}`}>
            {run.error.message}
          </span>
        )}
      </span>
      <span role="cell">
        <span>
          {run.step} {run.totalSteps !== null && <i>/ {run.totalSteps}</i>} {hasRecipe(run) && <i>{run.stageName}</i>}
        </span>
        {run.totalSteps !== null && (
          <Progress
            size={3}
            value={(100 * run.step) / Math.max(1, run.totalSteps)}
            color={run.status === 'running' ? 'teal' : 'gray'}
            aria-label={t('Progress of run {{number}}', { number: run.number })}
          />
        )}
      </span>
      <span role="cell" className={styles.heldOut}>
        {percent(run.accuracy)}
      </span>
      <span role="cell" className={styles.reward}>
        <span>{compact(run.reward)}</span>
        {spark && <Spark line={spark} />}
      </span>
      <span role="cell">{span(run.trainedSeconds)}</span>
      <span role="cell">{run.seed ?? '–'}</span>
      <span role="cell">
        {run.job ? (
          <JobBadge job={run.job} trainer={run.source?.engine ?? ''} />
        ) : run.source ? (
          <SourceBadge source={run.source} />
        ) : (
          (run.backend ?? '–')
        )}
      </span>
      <span role="cell">{moment(run.createdAt)}</span>
      <span role="cell" className={styles.last}>
        {isResumable(run) && (
          <Button
            size="compact-sm"
            variant={run.status === 'interrupted' ? 'filled' : 'default'}
            leftSection={<IconPlayerPlay size="0.875rem" aria-hidden="true" />}
            onClick={() => void resumeRunById(run.id)}
            aria-label={t('Resume run {{number}}', { number: run.number })}
          >
            {t('Resume')}
          </Button>
        )}
        <RowMenu run={run} />
      </span>
    </div>
  )
})

function Star({ run: { id, number, starred } }: { run: RunSummary }) {
  const Icon = starred ? IconStarFilled : IconStar
  return (
    <ActionIcon
      className={styles.star}
      variant="transparent"
      color="gray"
      size="sm"
      data-on={starred}
      aria-label={t('Star run {{number}}', { number })}
      aria-pressed={starred}
      onClick={() => void markRuns([id], { starred: !starred })}
    >
      <Icon size="0.875rem" aria-hidden="true" />
    </ActionIcon>
  )
}

/** Its name, which leads to it, and below that where it comes from and what a person noted. */
function Name({ run }: { run: RunSummary }) {
  const route = { page: 'live', runId: run.id, step: null, opened: null } as const
  const from =
    run.forkStep === null
      ? null
      : t('{{status}} after {{forkStep}}', {
          status: run.status === 'abandoned' ? t('abandoned') : t('fork'),
          forkStep: run.forkStep,
        })
  return (
    <span className={styles.named}>
      <a
        className={styles.name}
        href={routeHash(route)}
        data-run
        onClick={(event) => {
          event.preventDefault()
          go(route)
        }}
      >
        <b>#{run.number}</b> {run.name}
      </a>
      {(from || run.tags.length > 0 || run.note) && (
        <span className={styles.noted}>
          {from}
          {run.tags.map((tag) => (
            <span key={tag} className={styles.tag}>
              {tag}
            </span>
          ))}
          {run.note && (
            <button
              type="button"
              className={styles.note}
              {...hint(run.note, 'bottom')}
              aria-label={t('Note of run {{number}}', { number: run.number })}
              onClick={() => askNote([run.id])}
            >
              <IconNote size="0.75rem" aria-hidden="true" />
              {run.note}
            </button>
          )}
        </span>
      )}
    </span>
  )
}
