import { ActionIcon, Button, Skeleton, Tabs, TextInput } from '@mantine/core'
import { IconArrowBackUp } from '@tabler/icons-react'
import { memo, type ReactNode, useMemo } from 'react'
import { useStore } from 'zustand'
import { type Knob, knobsOf, knobValue } from '../../../../src-main/contract/knobs.ts'
import { defaultSettings } from '../../../../src-main/contract/settings.ts'
import { knobsOfRun, valueInForce } from '../../../../src-main/contract/trainer-knobs.ts'
import { applyChanges, takeBack } from '../../../actions/steering.ts'
import { hint } from '../../../parts/hint.ts'
import { useAction } from '../../../parts/useAction.ts'
import { isActive } from '../../../stores/runs.ts'
import { steerStore } from '../../../stores/steer.ts'
import { knobHistory, pendingChanges } from '../../../stores/story.ts'
import { useLive, useLiveShallow, useView } from '../../../stores/use.ts'
import { type ViewState, viewStore } from '../../../stores/view.ts'
import { list, t } from '../../../text/t.ts'
import { useSettingsHistory } from '../data.ts'
import { AlertList } from './AlertList.tsx'
import { CheckpointList } from './CheckpointList.tsx'
import { EventList } from './EventList.tsx'
import knobStyles from './Knob.module.css'
import { KnobRow } from './KnobRow.tsx'
import { NotTurned } from './NotTurned.tsx'
import { RunControls } from './RunControls.tsx'
import { isSideKnob, SideKnobs } from './SideKnobs.tsx'
import styles from './Steer.module.css'

/** While nothing is loaded: as many as most runs have. */
const placeholders = knobsOf(defaultSettings).filter((knob) => !knob.further)

export const SteeringPanel = memo(function SteeringPanel() {
  const { settings, attached, source, awaited, asked, active } = useLiveShallow(({ detail }) => ({
    settings: detail?.settings,
    attached: detail?.attached ?? null,
    source: detail?.source ?? null,
    awaited: detail?.status === 'starting',
    asked: detail?.pending,
    active: detail !== null && isActive(detail.status),
  }))
  const history = useSettingsHistory()
  const steered = useMemo(() => settings && { settings, attached }, [settings, attached])
  const all = useMemo(() => (steered ? knobsOfRun(steered) : []), [steered])
  const past = useMemo(() => new Map(all.map((k) => [k.name, knobHistory(history, k.name)])), [history, all])
  const pending = useMemo(() => pendingChanges(asked ?? []), [asked])
  const disabled = !active
  const isFurther = ({ name, further, default: usual }: Knob) =>
    further &&
    settings &&
    !attached &&
    knobValue(settings, name) === usual &&
    pending[name] === undefined &&
    !past.get(name)?.[1]
  const further = all.filter(isFurther)
  const main = all.filter((knob) => !isFurther(knob) && !isSideKnob(knob))
  const row = (knob: Knob) =>
    steered && (
      <KnobRow
        key={knob.name}
        knob={knob}
        inForce={valueInForce(steered, knob.name)}
        pending={pending[knob.name]}
        history={past.get(knob.name) ?? []}
        disabled={disabled}
      />
    )
  return (
    <aside className={styles.panel} aria-label={t('Steering')}>
      <RunControls />
      <div className={styles.knobs}>
        {settings ? (
          <>
            {main.map(row)}
            {all.some(isSideKnob) && <SideKnobs settings={settings} pending={pending} disabled={disabled} />}
            {further.length > 0 && <Further knobs={further}>{further.map(row)}</Further>}
            {source && attached && <NotTurned source={source} attached={attached} awaited={awaited} />}
          </>
        ) : (
          placeholders.map((knob) => (
            <div key={knob.name} className={knobStyles.knob} aria-hidden="true">
              <Skeleton className={knobStyles.ghost} animate={false} />
            </div>
          ))
        )}
      </div>
      <ApplyBar disabled={disabled} />
      <Story />
    </aside>
  )
})

/** Knobs that most runs leave alone, folded away until they are wanted; one that is turned moves up to the others. */
const Further = memo(function Further({ knobs, children }: { knobs: Knob[]; children: ReactNode }) {
  const open = useView((v) => v.furtherKnobs)
  return (
    <details
      className={styles.further}
      open={open}
      onToggle={(event) => viewStore.setState({ furtherKnobs: event.currentTarget.open })}
    >
      <summary>
        {t('{{count}} further knobs', { count: knobs.length })}
        <span>{list(knobs.map((knob) => t(knob.label)))}</span>
      </summary>
      {open && children}
    </details>
  )
})

/** The reason goes with the change into the record, and onto every chart. */
const ApplyBar = memo(function ApplyBar({ disabled }: { disabled: boolean }) {
  const note = useStore(steerStore, (s) => s.note)
  const count = useStore(steerStore, (s) => Object.keys(s.drafts).length)
  const apply = useAction(applyChanges)
  const back = useAction(takeBack)
  return (
    <form
      className={styles.apply}
      onSubmit={(event) => {
        event.preventDefault()
        apply.run()
      }}
    >
      <TextInput
        aria-label={t('Why (goes into the record with the next change)')}
        placeholder={t('Why? (optional)')}
        size="xs"
        maxLength={500}
        value={note}
        disabled={disabled}
        onChange={(event) => steerStore.setState({ note: event.currentTarget.value })}
      />
      <Button type="submit" size="compact-sm" disabled={!apply.enabled}>
        {count > 1 ? t('Apply {{count}}', { count }) : t('Apply')}
      </Button>
      <ActionIcon
        {...hint(back.name)}
        variant="default"
        size="1.625rem"
        disabled={!back.enabled}
        onClick={back.run}
        aria-label={t('Take back')}
      >
        <IconArrowBackUp size="1rem" stroke={1.8} aria-hidden="true" />
      </ActionIcon>
    </form>
  )
})

const Story = memo(function Story() {
  const tab = useView((v) => v.tab)
  const alerts = useLive((s) => s.alerts.length)
  const alarm = useLive((s) => s.alerts.some(({ kind }) => kind !== 'trainer-note'))
  const events = useLive((s) => s.events.length)
  const checkpoints = useLive((s) => s.checkpoints.length)
  return (
    <Tabs
      className={styles.story}
      value={tab}
      onChange={(value) => viewStore.setState({ tab: value as ViewState['tab'] })}
      keepMounted={false}
      classNames={{ tab: styles.tab, list: styles.tabs, panel: styles.tabPanel }}
    >
      <Tabs.List aria-label={t('Story of the run')}>
        <Tabs.Tab value="history">
          {t('History')} <span className={styles.badge}>{events}</span>
        </Tabs.Tab>
        <Tabs.Tab value="alerts">
          {t('Alerts')}{' '}
          <span className={styles.badge} data-alarm={alarm}>
            {alerts}
          </span>
        </Tabs.Tab>
        <Tabs.Tab value="checkpoints">
          {t('Checkpoints')} <span className={styles.badge}>{checkpoints}</span>
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="history">
        <EventList />
      </Tabs.Panel>
      <Tabs.Panel value="alerts">
        <AlertList />
      </Tabs.Panel>
      <Tabs.Panel value="checkpoints">
        <CheckpointList />
      </Tabs.Panel>
    </Tabs>
  )
})
