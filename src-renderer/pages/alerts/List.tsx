import { ActionIcon } from '@mantine/core'
import { IconCheck, IconEyeOff } from '@tabler/icons-react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { alertKinds } from '../../../src-main/contract/alert-kinds.ts'
import type { AlertList, ListedAlert } from '../../../src-main/contract/alerts.ts'
import type { RunDetail } from '../../../src-main/contract/records.ts'
import { defaultSettings } from '../../../src-main/contract/settings.ts'
import { AlertCard } from '../../parts/AlertCard.tsx'
import { type Help, helpFor } from '../../parts/alertHelp.ts'
import { hint } from '../../parts/hint.ts'
import { Status } from '../../parts/Status.tsx'
import { markSeen } from '../../stores/alerts.ts'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { trainsHere } from '../../stores/runs.ts'
import { showRun, showRunThen } from '../../stores/show-run.ts'
import { useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

export function List({ list: { alerts, total } }: { list: AlertList }) {
  const active = useRuns().runs?.find(trainsHere)
  // only of a run with an engine does it depend on the settings what helps
  const { data: detail } = useResource(active?.id ?? null, () => api().runs.get({ runId: active!.id }))
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: alerts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 104,
    overscan: 4,
    getItemKey: (index) => alerts[index].id,
  })
  return (
    <section className={styles.list} aria-label={t('Alerts of all runs')}>
      <div ref={scroller} className={styles.scroller}>
        <ol style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const alert = alerts[item.index]
            return (
              <li
                key={item.key}
                ref={rows.measureElement}
                data-index={item.index}
                data-seen={alert.seen}
                className={styles.entry}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Entry alert={alert} detail={detail} />
              </li>
            )
          })}
        </ol>
      </div>
      {total > alerts.length && (
        <p className={styles.more}>
          {t('The newest {{shown}} of {{total}}: choose a kind or a run to see older ones.', {
            shown: alerts.length,
            total,
          })}
        </p>
      )}
    </section>
  )
}

function Entry({ alert, detail }: { alert: ListedAlert; detail: RunDetail | null }) {
  const { id, seen, runId, number, name, kind, step } = alert
  const run = useRuns().runs?.find((one) => one.id === runId)
  const settings = detail?.id === runId ? detail.settings : defaultSettings
  const helps = run?.source === null ? helpFor(kind, settings, run.status) : []
  const see = () => {
    if (!seen) void markSeen([id])
  }
  const help = (chosen: Help) => {
    see()
    if (chosen.elsewhere) chosen.run(settings, step)
    else showRunThen(runId, (shown) => chosen.run(shown.settings, step))
  }
  return (
    <>
      <AlertCard
        alert={alert}
        head={
          <>
            <b>
              #{number} {name}
            </b>
            {run && <Status status={run.status} />}
            <span className={styles.kind}>{t(alertKinds[kind]?.label ?? kind)}</span>
          </>
        }
        helps={helps}
        onStep={() => {
          see()
          showRun(runId, { step })
        }}
        onEvidence={(place) => {
          see()
          showRun(runId, { opened: { kind: 'group', ...place } })
        }}
        onHelp={help}
      />
      <ActionIcon
        {...hint(seen ? t('Mark as not seen') : t('Mark as seen'), 'left')}
        variant="subtle"
        color="gray"
        aria-label={
          seen
            ? t('Mark the alert of run {{number}} at step {{step}} as not seen', { number, step })
            : t('Mark the alert of run {{number}} at step {{step}} as seen', { number, step })
        }
        onClick={() => void markSeen([id], !seen)}
      >
        {seen ? <IconEyeOff size="1rem" aria-hidden="true" /> : <IconCheck size="1rem" aria-hidden="true" />}
      </ActionIcon>
    </>
  )
}
