import { ActionIcon, Button, Checkbox, Popover, SegmentedControl, TextInput } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconGripVertical, IconLayoutGrid, IconSearch } from '@tabler/icons-react'
import { type DragEvent, type KeyboardEvent, useState } from 'react'
import { useStore } from 'zustand'
import { arrangeCharts } from '../actions/charts.ts'
import { defaultArrangement, rowChoices } from '../charts/arrangement.ts'
import type { Panel } from '../charts/panels.ts'
import { arrangementStore, toggleChart } from '../stores/arrangement.ts'
import { useView } from '../stores/use.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import styles from './ArrangeCharts.module.css'
import { chartDrag } from './ChartPanel.tsx'
import { hint } from './hint.ts'
import { useAction } from './useAction.ts'
import type { Charts } from './useCharts.ts'

/** Which charts there are, in which order, and how large: kept for all runs. */
export function ArrangeCharts({ charts }: { charts: Charts }) {
  const open = useView((v) => v.arranging)
  const { name, tip } = useAction(arrangeCharts)
  const setOpen = (arranging: boolean) => viewStore.setState({ arranging })
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width="24rem" trapFocus withinPortal shadow="md">
      <Popover.Target>
        <ActionIcon
          {...hint(tip)}
          variant={open ? 'light' : 'subtle'}
          color={open ? 'violet' : 'gray'}
          size="sm"
          aria-label={name}
          onClick={() => setOpen(!open)}
        >
          <IconLayoutGrid size="1rem" aria-hidden="true" />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={0}>{open && <Choice charts={charts} />}</Popover.Dropdown>
    </Popover>
  )
}

function Choice({ charts }: { charts: Charts }) {
  const { all, shown, extra, move } = charts
  const { inRow } = useStore(arrangementStore)
  const [wanted, setWanted] = useState('')
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean)
  const found = all.filter(({ title, metric, about }) => {
    const text = `${title} ${metric} ${about}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const on = found.filter((panel) => shown.includes(panel))
  const off = found.filter((panel) => !shown.includes(panel))
  return (
    <section className={styles.choice} aria-label={t('Charts')}>
      <div className={styles.head}>
        <TextInput
          data-autofocus
          size="xs"
          aria-label={t('Search the charts')}
          placeholder={t('name, metric or meaning')}
          leftSection={<IconSearch size="0.875rem" aria-hidden="true" />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
        />
        <div className={styles.row}>
          <span id="charts-in-a-row">{t('in a row')}</span>
          <SegmentedControl
            size="xs"
            aria-labelledby="charts-in-a-row"
            value={String(inRow)}
            data={rowChoices.map((n) => ({ value: String(n), label: n === 0 ? t('as many as fit') : String(n) }))}
            onChange={(n) => arrangementStore.setState({ inRow: Number(n) })}
          />
        </div>
      </div>
      <div className={styles.lists}>
        {found.length === 0 && <p className={styles.none}>{t('No chart has these words.')}</p>}
        {on.length > 0 && (
          <ul aria-label={t('Charts shown')}>
            {on.map((panel, i) => (
              <Item
                key={panel.id}
                panel={panel}
                extra={extra.has(panel.id)}
                onMove={move}
                before={on[i - 1]?.id}
                after={on[i + 1]?.id}
              />
            ))}
          </ul>
        )}
        {off.length > 0 && (
          <>
            <h3>{t('Not shown')}</h3>
            <ul aria-label={t('Charts not shown')}>
              {off.map((panel) => (
                <Item key={panel.id} panel={panel} extra={extra.has(panel.id)} off />
              ))}
            </ul>
          </>
        )}
      </div>
      <div className={styles.foot}>
        <span>{t('{{count}} charts', { count: shown.length })}</span>
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          onClick={() => arrangementStore.setState(defaultArrangement)}
        >
          {t('As they were at first')}
        </Button>
      </div>
    </section>
  )
}

interface ItemProps {
  panel: Panel
  extra: boolean
  off?: boolean
  /** Puts a chart where another is. */
  onMove?: (id: string, to: string) => void
  before?: string
  after?: string
}

function Item({ panel, extra, off, onMove, before, after }: ItemProps) {
  const [over, setOver] = useState(false)
  const onKeyDown = (event: KeyboardEvent) => {
    const to = event.altKey ? { ArrowUp: before, ArrowDown: after }[event.key] : undefined
    if (!to || !onMove) return
    event.preventDefault()
    event.stopPropagation()
    onMove(panel.id, to)
  }
  const drop = (event: DragEvent) => {
    setOver(false)
    onMove?.(event.dataTransfer.getData(chartDrag), panel.id)
  }
  return (
    <li
      className={styles.item}
      data-chart={panel.id}
      data-over={over}
      draggable={!off}
      onDragStart={(event) => event.dataTransfer.setData(chartDrag, panel.id)}
      onDragOver={(event) => {
        if (!onMove || !event.dataTransfer.types.includes(chartDrag)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      onKeyDown={onKeyDown}
    >
      {!off && <IconGripVertical className={styles.grip} size="0.875rem" aria-hidden="true" />}
      <Checkbox
        size="xs"
        checked={!off}
        label={panel.title}
        description={panel.about}
        onChange={() => toggleChart(panel.id, extra)}
      />
      {onMove && (
        <span className={styles.moves}>
          <Move
            label={t('{{chart}} earlier', { chart: panel.title })}
            onMove={before === undefined ? null : () => onMove(panel.id, before)}
            up
          />
          <Move
            label={t('{{chart}} later', { chart: panel.title })}
            onMove={after === undefined ? null : () => onMove(panel.id, after)}
          />
        </span>
      )}
    </li>
  )
}

function Move({ label, onMove, up }: { label: string; onMove: (() => void) | null; up?: boolean }) {
  const Icon = up ? IconArrowUp : IconArrowDown
  return (
    <ActionIcon
      {...hint(t('{{label}} (Alt {{up}})', { label, up: up ? '↑' : '↓' }))}
      size="xs"
      variant="subtle"
      color="gray"
      aria-label={label}
      disabled={onMove === null}
      onClick={() => onMove?.()}
    >
      <Icon size="0.75rem" aria-hidden="true" />
    </ActionIcon>
  )
}
