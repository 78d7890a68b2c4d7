import { Skeleton } from '@mantine/core'
import { IconArrowsSort } from '@tabler/icons-react'
import { memo, useCallback, useMemo } from 'react'
import type { GroupSummary } from '../../../../src-main/contract/records.ts'
import { follow, openGroup, showStep, toggleRows } from '../../../actions/groups.ts'
import { divergingScale } from '../../../app/palette.ts'
import { ActionIconButton } from '../../../parts/ActionButton.tsx'
import { Problem } from '../../../parts/Problem.tsx'
import { usePalette } from '../../../parts/useLook.ts'
import { ordered } from '../../../stores/shown.ts'
import { settingsAt } from '../../../stores/story.ts'
import { useRoute, useView } from '../../../stores/use.ts'
import { t } from '../../../text/t.ts'
import { useDetail, useGroups, useNewestStep, useSettingsHistory, useShownStep } from '../data.ts'
import styles from './Groups.module.css'
import { Heatmap } from './Heatmap.tsx'
import { Scrubber } from './Scrubber.tsx'

/** The groups of one step: who beat the group's mean, and which groups teach nothing. */
export const GroupsPanel = memo(function GroupsPanel() {
  const step = useShownStep()
  const { data: groups, error, key } = useGroups(step)
  const rows = useView((v) => v.rows)
  const history = useSettingsHistory()
  const palette = usePalette()
  const normalised = history.length === 0 || settingsAt(history, step).scaleRewards === 'group'
  // Normalised advantages lie mostly within ±2; raw ones are rewards less their mean.
  const limit = normalised ? 2 : 1
  const color = useMemo(() => divergingScale(palette, limit), [palette, limit])
  const sorted = useMemo(() => (groups ? ordered(groups, rows) : null), [groups, rows])
  const shown = key ? Number(key.split(' ').at(-1)) : step
  const newest = useNewestStep()
  const following = useRoute((r) => r.page === 'live' && r.step === null)
  const open = useCallback((group: number, sample: number | null) => openGroup(shown, group, sample), [shown])
  return (
    <section className={styles.panel} aria-label={t('Groups')}>
      <div className={styles.bar}>
        <h2>{t('Groups')}</h2>
        <Count groups={groups} />
        <Scrubber
          step={step}
          newest={newest}
          following={following}
          onStep={showStep}
          onFollow={() => void follow.run()}
        />
        <ActionIconButton
          action={toggleRows}
          pressed={rows === 'spread'}
          icon={<IconArrowsSort size="1rem" aria-hidden="true" />}
        />
      </div>
      {error ? (
        <Problem explanation={error} />
      ) : step === 0 ? (
        <p className={styles.empty}>{t("The first step's groups appear here: one row a prompt, one cell a sample.")}</p>
      ) : sorted?.length === 0 ? (
        <NoGroups step={shown} />
      ) : sorted ? (
        <Heatmap groups={sorted} step={shown} color={color} onOpen={open} />
      ) : (
        <div className={styles.skeletons} aria-hidden="true">
          {Array.from({ length: 8 }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
            <Skeleton key={i} height="1.375rem" animate={false} />
          ))}
        </div>
      )}
      <Scale color={color} limit={limit} />
    </section>
  )
})

function NoGroups({ step }: { step: number }) {
  const detail = useDetail()
  const stage = detail?.stages.findLast(({ firstStep }) => firstStep !== null && firstStep <= step)
  return (
    <p className={styles.empty}>
      {detail?.source || !stage
        ? t('No groups were delivered for this step.')
        : t('Nothing was sampled in this step: it is of the stage {{name}}.', { name: stage.name })}
    </p>
  )
}

/** How many groups there are, and how many of them teach nothing. */
export function Count({ groups }: { groups: readonly GroupSummary[] | null }) {
  if (!groups || groups.length === 0) return <p className={styles.count}> </p>
  const silent = groups.filter((g) => g.zeroSpread).length
  return (
    <p className={styles.count}>
      <span className={styles.size}>
        {t('{{prompts}} prompts × {{samples}} samples', {
          prompts: groups.length,
          samples: Math.max(...groups.map((g) => g.advantages.length)),
        })}
      </span>
      <span className={styles.silent} data-none={silent === 0}>
        <i aria-hidden="true" />
        {t('{{silent}} without signal', { silent })}
      </span>
    </p>
  )
}

export function Scale({ color, limit }: { color: (value: number) => string; limit: number }) {
  const stops = Array.from({ length: 9 }, (_, i) => color(((i - 4) / 4) * limit)).join(', ')
  return (
    <div className={styles.scale}>
      <span>{t('advantage')}</span>
      <span>≤ −{limit}</span>
      <i style={{ background: `linear-gradient(90deg, ${stops})` }} aria-hidden="true" />
      <span>≥ +{limit}</span>
      <span className={styles.hint}>
        <i className={styles.hatched} aria-hidden="true" /> {t('all alike: no signal')}
      </span>
    </div>
  )
}
