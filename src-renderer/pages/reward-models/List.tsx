import { Checkbox, Skeleton } from '@mantine/core'
import { IconAlertTriangle, IconPlus } from '@tabler/icons-react'
import type { MouseEvent } from 'react'
import { useStore } from 'zustand'
import type { RewardModelEntry } from '../../../src-main/contract/reward-model-work.ts'
import { doubtsOf, type Estimate } from '../../../src-main/contract/reward-models.ts'
import { percent } from '../../format/number.ts'
import { moment } from '../../format/time.ts'
import { hint } from '../../parts/hint.ts'
import { rewardModelsStore } from '../../stores/reward-models.ts'
import { go, type Route, routeHash } from '../../stores/route.ts'
import { clauses, t } from '../../text/t.ts'
import styles from './Page.module.css'

const opened = (names: readonly string[]): Route => ({ page: 'reward-models', names })

/** All of them, each with what it was measured at: one is opened, several that are ticked are compared. */
export function List({ models, names }: { models: RewardModelEntry[] | null; names: readonly string[] }) {
  const training = useStore(rewardModelsStore, (s) => s.training)
  return (
    <aside className={styles.aside}>
      <h1>{t('Reward models')}</h1>
      <Place to={[]} className={styles.train} current={names.length === 0}>
        <IconPlus size="1rem" stroke={1.8} aria-hidden="true" />
        {training?.status === 'running' ? t('Training {{name}}…', { name: training.name }) : t('Train one')}
      </Place>
      {models === null ? (
        <Skeleton height="8rem" animate={false} />
      ) : models.length === 0 ? (
        <p className={styles.quiet}>{t('None is here yet.')}</p>
      ) : (
        <ul className={styles.list} aria-label={t('Reward models')}>
          {models.map((model) => (
            <Item key={model.name} model={model} names={names} />
          ))}
        </ul>
      )}
      {models && models.length > 1 && <p className={styles.quiet}>{t('Tick two or more to compare them.')}</p>}
    </aside>
  )
}

function Item({ model, names }: { model: RewardModelEntry; names: readonly string[] }) {
  const { name, kind, base, data, report, at } = model
  const chosen = names.includes(name)
  const [doubt] = doubtsOf(model)
  const toggled = chosen ? names.filter((one) => one !== name) : [...names, name]
  return (
    <li className={styles.item} data-chosen={chosen}>
      <Checkbox
        size="xs"
        checked={chosen}
        aria-label={`${chosen ? t('Leave out') : t('Compare')} ${name}`}
        onChange={() => go(opened(toggled))}
      />
      <Place to={[name]} className={styles.open} current={chosen && names.length === 1}>
        <span className={styles.name}>
          <b>{name}</b>
          {doubt && (
            <span className={styles.mark} {...hint(doubt.message, 'right')}>
              <IconAlertTriangle size="0.875rem" stroke={1.8} aria-label={t('doubtful')} />
            </span>
          )}
          <span className={styles.share}>{percent(report.ranking.value)}</span>
        </span>
        <Interval {...report.ranking} />
        <span className={styles.about}>
          <span>{clauses([t(kind), `${data.trained} ${kind === 'helpfulness' ? t('pairs') : t('outputs')}`])}</span>
          <span>{moment(at)}</span>
          <span>{t('from {{at}}', { at: base.model.split('/').at(-1) })}</span>
        </span>
      </Place>
    </li>
  )
}

/** From 0 to 100 %, with a coin's 50 % marked. */
function Interval({ value, low, high }: Estimate) {
  return (
    <span
      className={styles.interval}
      role="img"
      aria-label={t('95 % interval {{low}} to {{high}}', { low: percent(low), high: percent(high) })}
    >
      <i style={{ left: '50%' }} />
      <span style={{ left: `${100 * low}%`, right: `${100 - 100 * high}%` }} />
      <b style={{ left: `${100 * value}%` }} />
    </span>
  )
}

function Place(props: { to: readonly string[]; className: string; current: boolean; children: React.ReactNode }) {
  const { to, className, current, children } = props
  const route = opened(to)
  return (
    <a
      className={className}
      href={routeHash(route)}
      aria-current={current ? 'page' : undefined}
      onClick={(event: MouseEvent) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        go(route)
      }}
    >
      {children}
    </a>
  )
}
