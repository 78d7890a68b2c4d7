/** What a run will take, beside the settings that decide it: memory as a bar, time in a line. */
import { Button, Skeleton } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Trans } from 'react-i18next'
import type { Change, Estimate, MemoryPart, TimeEstimate } from '../../src-main/contract/estimate.ts'
import { memoryParts } from '../../src-main/contract/estimate.ts'
import { memory } from '../format/number.ts'
import { span } from '../format/time.ts'
import type { Following } from '../stores/estimate.ts'
import { list, t } from '../text/t.ts'
import styles from './EstimatePanel.module.css'
import { hint } from './hint.ts'

const names: Record<MemoryPart, string> = {
  program: t('program'),
  weights: t('weights'),
  training: t('training'),
  work: t('sampling and micro-batch'),
}

export function EstimatePanel({ following, onUse }: { following: Following; onUse: (changes: Change[]) => void }) {
  const { estimate, current, measuring, unmeasured, error } = following
  if (error) {
    return (
      <section className={styles.panel} aria-label={t('Estimate')} data-problem>
        <p className={styles.refused}>
          <IconAlertTriangle size="1rem" stroke={1.7} aria-hidden="true" />
          {error.message}
        </p>
        {error.hint && <p className={styles.quiet}>{error.hint}</p>}
      </section>
    )
  }
  if (!estimate) {
    return (
      <section className={styles.panel} aria-label={t('Estimate')} aria-busy="true">
        <Skeleton height="0.875rem" width="60%" animate={false} />
        <Skeleton height="0.75rem" animate={false} />
        <Skeleton height="0.875rem" width="75%" animate={false} />
      </section>
    )
  }
  return (
    <section
      className={styles.panel}
      aria-label={t('Estimate')}
      aria-busy={!current}
      data-problem={estimate.fits === false || undefined}
    >
      <Memory estimate={estimate} />
      {estimate.fits === false && <Remedy estimate={estimate} onUse={onUse} />}
      <div className={styles.time} aria-live="polite">
        {estimate.time ? (
          <Time time={estimate.time} alike={estimate.measured !== 'this'} />
        ) : (
          !measuring && !unmeasured && <Skeleton height="0.875rem" width="75%" animate={false} />
        )}
        {measuring && (
          <p className={styles.quiet}>
            <span className={styles.pulse} aria-hidden="true" />
            {t('{{measuring}} of this size to see how long they take: once for this model, some seconds.', {
              measuring: measuring === 'update' ? t('Trying a few updates') : t('Trying a few rollouts'),
            })}
          </p>
        )}
        {unmeasured && <p className={styles.quiet}>{unmeasured}</p>}
      </div>
    </section>
  )
}

function Memory({ estimate: { memory: needs, machine, fits } }: { estimate: Estimate }) {
  const whole = Math.max(machine.total, needs.bytes)
  const share = (bytes: number) => `${(100 * bytes) / whole}%`
  const taken = machine.total - machine.available
  const where = machine.limitedBy === 'container' ? t('this container') : t('this machine')
  const parts = Object.keys(memoryParts) as MemoryPart[]
  return (
    <div className={styles.memory}>
      <p>
        <b>{memory(needs.bytes)}</b> {t('of memory at the peak')}
        <span className={styles.quiet}>
          {t('{{available}} free of {{total}} on {{where}}', {
            available: memory(machine.available),
            total: memory(machine.total),
            where,
          })}
        </span>
      </p>
      <div
        className={styles.bar}
        role="img"
        aria-label={t('Memory: {{join}}; others hold {{taken}}.', {
          join: list(parts.map((part) => `${names[part]} ${memory(needs.parts[part])}`)),
          taken: memory(taken),
        })}
      >
        <span
          className={styles.taken}
          style={{ width: share(taken) }}
          {...hint(t('{{taken}}: held by other programs', { taken: memory(taken) }))}
        />
        {parts.map((part) => (
          <span
            key={part}
            data-part={part}
            style={{ width: share(needs.parts[part]) }}
            {...hint(`${memory(needs.parts[part])}: ${memoryParts[part]}`)}
          />
        ))}
        {fits === false && <i style={{ left: share(machine.total) }} aria-hidden="true" />}
      </div>
      <ul className={styles.legend} aria-hidden="true">
        <li data-part="taken">{t('others {{taken}}', { taken: memory(taken) })}</li>
        {parts.map((part) => (
          <li key={part} data-part={part}>
            {names[part]} {memory(needs.parts[part])}
          </li>
        ))}
      </ul>
    </div>
  )
}

function Remedy({ estimate, onUse }: { estimate: Estimate; onUse: (changes: Change[]) => void }) {
  const { remedy, remedyBytes } = estimate
  return (
    <div className={styles.remedy} role="alert">
      <p className={styles.refused}>
        <IconAlertTriangle size="1rem" stroke={1.7} aria-hidden="true" />
        {t('It does not fit into the free memory.')}
        {!remedy && ' '}
        {!remedy &&
          t('No setting would change that, as the least would need {{memory}}: choose a smaller model.', {
            memory: memory(remedyBytes!),
          })}
      </p>
      {remedy && (
        <>
          <p>
            {t('With {{join}} it would need {{remedyBytes}}.', {
              join: list(remedy.map((c) => `${c.label} ${c.from} → ${c.to}`)),
              remedyBytes: memory(remedyBytes!),
            })}
          </p>
          <Button size="compact-sm" variant="default" onClick={() => onUse(remedy)}>
            {remedy.length === 1 ? t('Use this setting') : t('Use these settings')}
          </Button>
        </>
      )}
    </div>
  )
}

function Time({ time, alike }: { time: TimeEstimate; alike: boolean }) {
  const { typical, full, runSeconds, meanLength, lengths } = time
  const seconds = (value: number) => `${value < 10 ? value.toFixed(2) : Math.round(value)} s`
  const from =
    lengths === 'sampled'
      ? t('as the model writes now')
      : t('as in run #{{earlierRun}}', { earlierRun: time.earlierRun })
  return (
    <p>
      <Trans
        i18nKey="<b>{{step}}</b> a step, <b>{{run}}</b> in all"
        values={{ step: seconds(typical.step), run: span(runSeconds.typical) }}
        components={{ b: <b /> }}
      />
      <span className={styles.quiet}>
        {t('with answers of {{tokens}} tokens, {{from}}; at most {{step}} and {{run}}, if all run to the limit', {
          ...{ tokens: Math.round(meanLength), from },
          ...{ step: seconds(full.step), run: span(runSeconds.full) },
        })}
        {alike && t('; measured with checkpointing the other way')}
      </span>
    </p>
  )
}
