import { Skeleton } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { memo, type ReactNode } from 'react'
import { Trans } from 'react-i18next'
import { resumeRun } from '../../../actions/resumeRun.ts'
import { percent } from '../../../format/number.ts'
import { span } from '../../../format/time.ts'
import { ActionButton } from '../../../parts/ActionButton.tsx'
import { SourceBadge } from '../../../parts/SourceBadge.tsx'
import { Status } from '../../../parts/Status.tsx'
import { isActive, isResumable } from '../../../stores/runs.ts'
import { useConnection } from '../../../stores/use.ts'
import { t } from '../../../text/t.ts'
import { useDetail, useEta } from '../data.ts'
import { JobLine } from '../job/JobLine.tsx'
import { FamilyLine } from './FamilyLine.tsx'
import styles from './Header.module.css'
import { PhaseLine } from './PhaseLine.tsx'
import { SourceLine } from './SourceLine.tsx'
import { StageStepper } from './StageStepper.tsx'

export const Header = memo(function Header() {
  const detail = useDetail()
  const eta = useEta()
  const { status } = useConnection()
  return (
    <header className={styles.header}>
      <div className={styles.facts}>
        <div className={styles.title}>
          <h1>
            {detail ? (
              <>
                {detail.name} <span className={styles.number}>#{detail.number}</span>
              </>
            ) : (
              <Skeleton width="10rem" height="1.125rem" animate={false} />
            )}
          </h1>
          {detail && <Status status={detail.status} stale={isActive(detail.status) && status === 'lost'} />}
          {detail?.source && !detail.job && <SourceBadge source={detail.source} />}
          <FamilyLine />
          {detail && isResumable(detail) && (
            <ActionButton
              action={resumeRun}
              size="compact-sm"
              icon={<IconPlayerPlay size="0.875rem" aria-hidden="true" />}
            />
          )}
        </div>
        <dl className={styles.figures}>
          <Figure name={t('step')} wide>
            {detail && (
              <>
                <b>{detail.step}</b>
                {detail.totalSteps !== null && <span className={styles.of}> / {detail.totalSteps}</span>}
              </>
            )}
          </Figure>
          <Figure name={t('left')}>{detail && span(eta)}</Figure>
          <Figure name={t('trained')}>{detail && span(detail.trainedSeconds)}</Figure>
          <Figure name={t('held-out')} tone="held-out">
            {detail && percent(detail.accuracy)}
          </Figure>
          <Figure name={t('seed')} minor>
            {detail && (detail.seed ?? t('not delivered'))}
          </Figure>
          {!detail?.source && <Figure name={t('backend')}>{detail && (detail.backend ?? t('choosing…'))}</Figure>}
          <Connection />
        </dl>
      </div>
      {detail?.source && !detail.job ? (
        <SourceLine source={detail.source} attached={detail.attached} />
      ) : (
        <StageStepper />
      )}
      <JobLine />
      <PhaseLine />
      {detail?.error && (
        <div className={styles.error} role="alert">
          <b>{detail.error.message}</b> {detail.error.hint}
        </div>
      )}
      {detail?.status === 'abandoned' && (
        <div className={styles.error} role="status">
          <Trans
            i18nKey="<b>Steps {{from}} to {{to}} were abandoned</b> when run #{{parent}} was rolled back to step {{step}}. They can be looked at, compared, and forked."
            values={{
              ...{ from: (detail.forkStep ?? 0) + 1, to: detail.step },
              ...{ parent: detail.parent, step: detail.forkStep },
            }}
            components={{ b: <b /> }}
          />
        </div>
      )}
      {detail?.status === 'interrupted' && !detail.error && detail.source && !detail.job && (
        <div className={styles.error} role="status">
          {t(
            'Nothing was heard of its trainer since the app was opened. It goes on here as soon as it is heard again.',
          )}
        </div>
      )}
      {detail?.status === 'interrupted' && !detail.error && !detail.source && (
        <div className={styles.error} role="status">
          <Trans
            i18nKey="<b>This run was interrupted at step {{step}}.</b> Every step up to there is kept; <i>Resume</i> goes on from its last checkpoint."
            values={{ step: detail.step }}
            components={{ b: <b />, i: <i /> }}
          />
        </div>
      )}
    </header>
  )
})

function Figure(props: { name: string; tone?: 'held-out'; wide?: boolean; minor?: boolean; children: ReactNode }) {
  return (
    <div className={styles.figure} data-wide={props.wide} data-minor={props.minor}>
      <dt>{props.name}</dt>
      <dd data-tone={props.tone}>{props.children ?? <Skeleton width="3rem" height="0.875rem" animate={false} />}</dd>
    </div>
  )
}

const lines = {
  connecting: t('connecting…'),
  connected: t('connected'),
  lost: t('reconnecting…'),
  refused: t('not allowed in'),
} as const

function Connection() {
  const { status, info } = useConnection()
  return (
    <div className={styles.figure}>
      <dt>{t('host')}</dt>
      <dd>
        <span
          className={styles.connection}
          data-status={status}
          role="status"
          aria-label={t('Connection: {{lines}}', { lines: lines[status] })}
        >
          <i aria-hidden="true" />
          {status === 'connected' && info?.mode === 'electron' ? t('this app') : lines[status]}
        </span>
      </dd>
    </div>
  )
}
