import { Skeleton } from '@mantine/core'
import { IconChecks } from '@tabler/icons-react'
import { useStore } from 'zustand'
import type { AlertList } from '../../../src-main/contract/alerts.ts'
import { seeAllAlerts } from '../../actions/alerts.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { alertsStore } from '../../stores/alerts.ts'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { type AlertFilters, emptyAlertFilters, go } from '../../stores/route.ts'
import { useRoute } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { Filters } from './Filters.tsx'
import { List } from './List.tsx'
import styles from './Page.module.css'

/** Every alert of every run. */
export function AlertsPage() {
  const filters = useRoute((route) => (route.page === 'alerts' ? route.filters : emptyAlertFilters))
  const version = useStore(alertsStore, (s) => s.version)
  const { data, error } = useResource(`alerts ${version} ${JSON.stringify(filters)}`, () =>
    api().alerts.list({
      ...(filters.kind && { kind: filters.kind }),
      ...(/^[1-9]\d{0,8}$/.test(filters.run) && { run: Number(filters.run) }),
      unseen: filters.seen === 'no',
    }),
  )
  const change = (part: Partial<AlertFilters>) => go({ page: 'alerts', filters: { ...filters, ...part } }, true)
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h1>{t('Alerts')}</h1>
        <p>{data && counts(data)}</p>
        <ActionButton
          action={seeAllAlerts}
          variant="default"
          icon={<IconChecks size="1rem" stroke={1.8} aria-hidden="true" />}
        />
      </header>
      <Unreachable />
      <Filters filters={filters} list={data} onChange={change} />
      {error ? (
        <Problem explanation={error} title={t('The alerts could not be listed')} />
      ) : !data ? (
        <Skeleton height="12rem" animate={false} />
      ) : data.alerts.length === 0 ? (
        <Nothing any={data.kinds.length > 0} onAll={() => change(emptyAlertFilters)} />
      ) : (
        <List list={data} />
      )}
    </div>
  )
}

function counts({ total, unseen }: AlertList): string {
  const listed = t('{{count}} alerts', { count: total })
  return unseen === 0 ? listed : `${listed}, ${t('{{count}} not seen in all runs', { count: unseen })}`
}

function Nothing({ any, onAll }: { any: boolean; onAll(): void }) {
  return any ? (
    <p className={styles.nothing}>
      {t('No alert is like that.')}{' '}
      <button type="button" className={styles.link} onClick={onAll}>
        {t('Show all')}
      </button>
    </p>
  ) : (
    <div className={styles.nothing}>
      <h2>{t('No alert in any run')}</h2>
      <p>
        {t(
          'A jump of KL, groups without signal, cut answers, a loss that is no number, or a reward that is got without what it is meant for would be told here, with the samples that show it and what helps.',
        )}
      </p>
      <button type="button" className={styles.link} onClick={() => go({ page: 'help', topic: 'alerts', text: '' })}>
        {t('All kinds of alerts, and when they are raised')}
      </button>
    </div>
  )
}
