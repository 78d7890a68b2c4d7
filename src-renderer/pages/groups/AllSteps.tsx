import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, useEffect, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import { openDraw } from '../../actions/groups-page.ts'
import { useRem } from '../../parts/useLook.ts'
import { useSize } from '../../parts/useSize.ts'
import { type Figures, figureOf, lastStep } from '../../stores/group-figures.ts'
import { groupsPageStore, lookAt, lookedAt } from '../../stores/groups-page.ts'
import { t } from '../../text/t.ts'
import { Columns } from './Columns.tsx'
import { scaleOf } from './cells.ts'
import { colourOf, useHeatColours, useList } from './data.ts'
import { Looked } from './Looked.tsx'
import styles from './Page.module.css'
import { PromptRow } from './PromptRow.tsx'
import { SilentStrip } from './SilentStrip.tsx'

/** Rows drawn beyond what is seen, at each end. */
const beyond = 6

/** A row a prompt, a cell a step; the arrows lead from prompt to prompt and from group to group, Enter reads. */
export function AllSteps({ figures }: { figures: Figures }) {
  const state = useStore(groupsPageStore)
  const { list } = useList()
  const by = colourOf(list)
  const colours = useHeatColours(figures, by)
  const scroller = useRef<HTMLDivElement>(null)
  const head = useRef<HTMLDivElement>(null)
  const { width } = useSize(head)
  const { width: inner } = useSize(scroller)
  const bar = inner > 0 && scroller.current ? scroller.current.offsetWidth - inner : 0
  const rem = useRem()
  const height = Math.round(1.5 * rem)
  const [first, last] = [figureOf(figures, 0, 'step'), lastStep(figures)]
  const scale = useMemo(() => scaleOf(first, last, width), [first, last, width])
  const rows = useVirtualizer({
    count: state.shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: beyond,
  })
  // as many as are there at once: what scrolls out at one end comes in at the other, and none is made anew
  const slots = Math.ceil((rows.scrollRect?.height ?? 0) / height) + 2 * beyond + 1
  const looked = lookedAt(state)
  const at = looked?.at ?? -1
  const chosen = state.prompt !== null
  useEffect(() => {
    if (at >= 0 && chosen) rows.scrollToIndex(at)
  }, [at, chosen, rows])
  return (
    <div className={styles.history} style={{ '--bar': `${bar}px` } as CSSProperties}>
      <Columns first={first} last={last} />
      <SilentStrip ref={head} figures={figures} scale={scale} colours={colours} />
      {state.shown.length === 0 && (
        <p className={styles.empty}>{t('No prompt is like that. Loosen a filter, or clear them all.')}</p>
      )}
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        tabIndex={0}
        aria-label={t('Prompts through the steps')}
        aria-rowcount={state.shown.length}
        aria-activedescendant={looked ? `prompt-${looked.at}` : undefined}
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
          {rows.getVirtualItems().map((item) => {
            const one = state.shown[item.index]
            const here = item.index === at
            return (
              <PromptRow
                key={item.index % slots}
                one={one}
                figures={figures}
                index={item.index}
                top={item.start}
                height={height}
                scale={scale}
                by={by}
                colours={colours}
                looked={here && chosen}
                row={here && chosen && looked ? looked.row : null}
                onPick={pick}
              />
            )
          })}
        </div>
      </div>
      <Looked figures={figures} />
    </div>
  )
}

/** The first click looks at it, and one on what is looked at opens it. */
function pick(...[one, row, again]: [...Parameters<typeof lookAt>, again: boolean]): void {
  lookAt(one, row)
  if (again) void openDraw.run()
}
