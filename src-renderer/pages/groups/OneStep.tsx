import { Skeleton } from '@mantine/core'
import { IconArrowsSort } from '@tabler/icons-react'
import { useMemo } from 'react'
import { useStore } from 'zustand'
import { readIn, toggleRows } from '../../actions/groups.ts'
import { showGroupsOf, stepOfGroups } from '../../actions/groups-page.ts'
import { divergingScale } from '../../app/palette.ts'
import { ActionIconButton } from '../../parts/ActionButton.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { usePalette } from '../../parts/useLook.ts'
import { groupsPageStore } from '../../stores/groups-page.ts'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { ordered } from '../../stores/shown.ts'
import { useView } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { Count, Scale } from '../live/groups/GroupsPanel.tsx'
import { Heatmap } from '../live/groups/Heatmap.tsx'
import { Scrubber } from '../live/groups/Scrubber.tsx'
import { useLastStep, useList } from './data.ts'
import styles from './Page.module.css'

/** The advantages of one step, prompt by sample. */
export function OneStep() {
  const runId = useStore(groupsPageStore, (s) => s.runId)
  const newest = useLastStep()
  const { list, change } = useList()
  const step = stepOfGroups()
  const rows = useView((v) => v.rows)
  const {
    data: groups,
    error,
    key,
  } = useResource(runId && step > 0 ? `${runId} ${step}` : null, () =>
    api().groups.ofStep({ runId: runId as string, step }),
  )
  const shown = key ? Number(key.split(' ').at(-1)) : step
  const sorted = useMemo(() => (groups ? ordered(groups, rows) : null), [groups, rows])
  // normalised advantages lie mostly within ±2; raw ones are rewards less their mean
  const limit = groups?.some(({ advantages }) => advantages.some((a) => Math.abs(a) > 1)) ? 2 : 1
  const palette = usePalette()
  const color = useMemo(() => divergingScale(palette, limit), [palette, limit])
  return (
    <section className={styles.oneStep} aria-label={t('Groups of step {{step}}', { step: shown })}>
      <div className={styles.stepBar}>
        <Count groups={groups} />
        <Scrubber
          step={step}
          newest={newest}
          following={list.step === ''}
          onStep={showGroupsOf}
          onFollow={() => change({ step: '' })}
        />
        <ActionIconButton
          action={toggleRows}
          pressed={rows === 'spread'}
          icon={<IconArrowsSort size="1rem" aria-hidden="true" />}
        />
      </div>
      {error ? (
        <Problem explanation={error} />
      ) : sorted ? (
        <Heatmap
          groups={sorted}
          step={shown}
          color={color}
          onOpen={(group, sample) => runId && readIn(runId, { kind: 'group', step: shown, group, sample })}
        />
      ) : (
        <Skeleton className={styles.skeletons} animate={false} />
      )}
      <Scale color={color} limit={limit} />
    </section>
  )
}
