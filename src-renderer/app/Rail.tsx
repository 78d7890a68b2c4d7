import {
  IconActivityHeartbeat,
  IconAdjustmentsHorizontal,
  IconAward,
  IconBell,
  IconBox,
  IconChartLine,
  IconCommand,
  IconDeviceDesktop,
  IconGauge,
  IconGridDots,
  IconHelp,
  IconList,
  IconListSearch,
  IconMessage,
  IconMoon,
  IconPlus,
  IconRuler2,
  IconScale,
  IconSettings,
  IconStethoscope,
  IconSun,
  IconTimeline,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import { type Action, keyCaps, nameOf } from '../actions/action.ts'
import {
  goToAlerts,
  goToCompare,
  goToGroups,
  goToHelp,
  goToLibrary,
  goToLive,
  goToMeasure,
  goToPipeline,
  goToPlayground,
  goToPreferences,
  goToRewardModels,
  goToRewards,
  goToRuns,
  goToSettings,
  goToSweeps,
  goToSystem,
  goToTraces,
} from '../actions/goTo.ts'
import { launch } from '../actions/launch.ts'
import { openPalette, toggleScheme } from '../actions/window.ts'
import { hint } from '../parts/hint.ts'
import { alertsStore } from '../stores/alerts.ts'
import { emptyGroupList } from '../stores/group-list.ts'
import { emptyAlertFilters, emptyFilters, emptyRunList, type Route, routeHash } from '../stores/route.ts'
import { schemeStore } from '../stores/scheme.ts'
import { t } from '../text/t.ts'
import styles from './App.module.css'

const icon = { size: '1.25rem', stroke: 1.6, 'aria-hidden': true } as const

/** Runs; then models as they are; then what judges them. */
export function Rail({ page }: { page: Route['page'] }) {
  const { wish } = useStore(schemeStore)
  const SchemeIcon = { auto: IconDeviceDesktop, dark: IconMoon, light: IconSun }[wish]
  return (
    <nav className={styles.rail} aria-label={t('Pages')}>
      <div className={styles.items}>
        <svg className={styles.mark} viewBox="0 0 24 24" width="1.5rem" fill="none" aria-hidden="true">
          <path
            d="M3 19.5 9 13l4.2 3.3L21 4.5"
            stroke="currentColor"
            strokeWidth="2.4"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
        <PageLink action={goToRuns} page="runs" current={page} icon={<IconList {...icon} />} />
        <PageLink action={goToLive} page="live" current={page} icon={<IconActivityHeartbeat {...icon} />} />
        <PageLink action={goToGroups} page="groups" current={page} icon={<IconGridDots {...icon} />} />
        <PageLink action={goToTraces} page="traces" current={page} icon={<IconListSearch {...icon} />} />
        <PageLink action={goToPipeline} page="pipeline" current={page} icon={<IconTimeline {...icon} />} />
        <PageLink action={goToCompare} page="compare" current={page} icon={<IconChartLine {...icon} />} />
        <PageLink action={goToSweeps} page="sweeps" current={page} icon={<IconAdjustmentsHorizontal {...icon} />} />
        <PageLink action={goToAlerts} page="alerts" current={page} icon={<IconBell {...icon} />} badge={<Unseen />} />
        <hr className={styles.part} />
        <PageLink
          action={goToPlayground}
          label={t('Play')}
          page="playground"
          current={page}
          icon={<IconMessage {...icon} />}
        />
        <PageLink action={goToMeasure} page="measure" current={page} icon={<IconRuler2 {...icon} />} />
        <PageLink action={goToLibrary} page="library" current={page} icon={<IconBox {...icon} />} />
        <hr className={styles.part} />
        <PageLink action={goToRewards} page="rewards" current={page} icon={<IconAward {...icon} />} />
        <PageLink
          action={goToPreferences}
          label={t('Prefer')}
          page="preferences"
          current={page}
          icon={<IconScale {...icon} />}
        />
        <PageLink action={goToRewardModels} page="reward-models" current={page} icon={<IconGauge {...icon} />} />
        <hr className={styles.part} />
        <PageLink action={goToSystem} page="system" current={page} icon={<IconStethoscope {...icon} />} />
        <div className={styles.fill} />
        <Tool action={launch} label={t('New run')} icon={<IconPlus {...icon} />} />
        <Tool action={openPalette} label={t('Find')} icon={<IconCommand {...icon} />} />
        <Tool
          action={toggleScheme}
          label={{ auto: t('Auto'), dark: t('Dark'), light: t('Light') }[wish]}
          icon={<SchemeIcon {...icon} />}
        />
        <PageLink action={goToSettings} page="settings" current={page} icon={<IconSettings {...icon} />} />
        <PageLink action={goToHelp} page="help" current={page} icon={<IconHelp {...icon} />} />
      </div>
    </nav>
  )
}

const tip = (action: Action) =>
  [nameOf(action), ...action.keys.slice(0, 1).map((k) => `(${keyCaps(k).join(' ')})`)].join(' ')

/** Where the link of a page leads. */
const homes: Record<Route['page'], Route> = {
  live: { page: 'live', runId: null, step: null, opened: null },
  groups: { page: 'groups', runId: null, list: emptyGroupList },
  traces: { page: 'traces', runId: null, filters: emptyFilters },
  runs: { page: 'runs', list: emptyRunList },
  pipeline: { page: 'pipeline', runId: null },
  playground: { page: 'playground' },
  library: { page: 'library', section: 'models' },
  alerts: { page: 'alerts', filters: emptyAlertFilters },
  settings: { page: 'settings', text: '' },
  help: { page: 'help', topic: null, text: '' },
  rewards: { page: 'rewards' },
  compare: { page: 'compare', runs: [] },
  preferences: { page: 'preferences', set: null },
  sweeps: { page: 'sweeps', name: null },
  'reward-models': { page: 'reward-models', names: [] },
  measure: { page: 'measure', shown: null, against: null },
  system: { page: 'system' },
}

/** How many alerts nobody has seen. */
function Unseen() {
  const unseen = useStore(alertsStore, (s) => s.unseen)
  if (unseen === 0) return null
  return (
    <span className={styles.badge}>
      <span aria-hidden="true">{unseen > 99 ? '99+' : unseen}</span>
      <span className="hidden-text">{t('{{count}} alerts not seen', { count: unseen })}</span>
    </span>
  )
}

function PageLink(props: {
  action: Action
  /** Where its name is too long for the rail. */
  label?: string
  page: Route['page']
  current: Route['page']
  icon: ReactNode
  badge?: ReactNode
}) {
  const { action, page, current } = props
  const target = homes[page]
  return (
    <a
      {...hint(tip(action), 'right')}
      className={styles.item}
      href={routeHash(target)}
      aria-current={current === page ? 'page' : undefined}
      onClick={(event) => {
        event.preventDefault()
        void action.run()
      }}
    >
      {props.icon}
      {props.label ?? nameOf(action)}
      {props.badge}
    </a>
  )
}

function Tool({ action, label, icon }: { action: Action; label: string; icon: ReactNode }) {
  return (
    <button
      {...hint(tip(action), 'right')}
      type="button"
      className={styles.item}
      onClick={() => void action.run()}
      aria-label={`${label}: ${nameOf(action)}`}
    >
      {icon}
      <span aria-hidden="true">{label}</span>
    </button>
  )
}
