import { useStore } from 'zustand'
import { selectFound } from '../../actions/traces.ts'
import { hint } from '../../parts/hint.ts'
import { useAction } from '../../parts/useAction.ts'
import { tracesStore } from '../../stores/traces.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

interface HitColumnsProps {
  sort: string
  onSort(sort: string): void
}

/** What the columns say; a click sorts by one, another click the other way round. */
export function HitColumns({ sort, onSort }: HitColumnsProps) {
  const { hits, selected, gathering } = useStore(tracesStore)
  const { name, run } = useAction(selectFound)
  const now = sort || 'newest'
  const column = (label: string, first: string, second: string, title = label) => {
    const on = now === first || now === second
    return (
      <button
        type="button"
        className={styles.sort}
        aria-label={t('Sort by {{column}}', { column: title })}
        aria-pressed={on}
        onClick={() => onSort(now === first ? second : first)}
      >
        {label}
        {on && <span aria-hidden="true">{now === first ? ' ↓' : ' ↑'}</span>}
      </button>
    )
  }
  return (
    <div className={styles.columns}>
      <input
        {...hint(name, 'bottom')}
        type="checkbox"
        className={styles.check}
        aria-label={name}
        checked={selected.size > 0 && selected.size >= hits.length}
        disabled={hits.length === 0 || gathering}
        ref={(box) => {
          if (box) box.indeterminate = selected.size > 0 && selected.size < hits.length
        }}
        onChange={run}
      />
      {column('✓', 'right', '-right', t('right'))}
      {column(t('step'), 'newest', 'oldest')}
      {column(t('prompt'), '-prompt', 'prompt')}
      {column(t('reward'), 'reward', '-reward')}
      {column(t('advantage'), 'advantage', '-advantage')}
      {column(t('tokens'), 'tokens', '-tokens')}
    </div>
  )
}
