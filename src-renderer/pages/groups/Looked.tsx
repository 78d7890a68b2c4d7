import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useStore } from 'zustand'
import { earlierDraw, laterDraw, openDraw, otherGroupsView } from '../../actions/groups-page.ts'
import { ActionButton, ActionIconButton } from '../../parts/ActionButton.tsx'
import type { Figures } from '../../stores/group-figures.ts'
import { groupsPageStore, lookedAt } from '../../stores/groups-page.ts'
import { t } from '../../text/t.ts'
import { glimpse } from '../../text/visible.ts'
import styles from './Page.module.css'
import { aboutGroup } from './words.ts'

/** The group that is looked at, in words, and what can be done with it. */
export function Looked({ figures }: { figures: Figures }) {
  const state = useStore(groupsPageStore)
  const now = state.prompt === null ? null : lookedAt(state)
  return (
    <section className={styles.looked} aria-label={t('Group looked at')}>
      {now ? (
        <>
          <ActionIconButton action={earlierDraw} icon={<IconChevronLeft size="1rem" aria-hidden="true" />} />
          <ActionIconButton action={laterDraw} icon={<IconChevronRight size="1rem" aria-hidden="true" />} />
          <b className={styles.prompt} dir="auto">
            {glimpse(now.one.prompt)}
          </b>
          <span role="status">{aboutGroup(figures, now.row)}</span>
          <ActionButton action={otherGroupsView} size="compact-xs" variant="default" />
          <ActionButton action={openDraw} size="compact-xs" variant="default" />
        </>
      ) : (
        <span>{t('J and K lead from prompt to prompt, ← and → from group to group, Enter reads the samples.')}</span>
      )}
    </section>
  )
}
