import { hint } from '../../parts/hint.ts'
import { type GroupSort, groupSortOf, nextGroupSort } from '../../stores/group-list.ts'
import { t } from '../../text/t.ts'
import { useList } from './data.ts'
import styles from './Page.module.css'

const columns = (): { name: GroupSort; label: string; about: string }[] => [
  {
    name: 'solved',
    label: t('right'),
    about: t('Share of all its answers that are right, with the 95 % interval (Wilson): how hard it is'),
  },
  { name: 'mean', label: t('reward'), about: t('Mean reward of its groups') },
  {
    name: 'spread',
    label: t('spread'),
    about: t('Mean standard deviation of the rewards within its groups: what there is to learn from'),
  },
  {
    name: 'silent',
    label: t('no signal'),
    about: t('Share of its groups that were all rewarded alike, and so taught nothing'),
  },
  { name: 'tokens', label: t('tokens'), about: t('Mean length of its answers') },
  { name: 'draws', label: t('groups'), about: t('How often it was drawn') },
  { name: 'first', label: t('first'), about: t('Step in which it was first drawn') },
  { name: 'last', label: t('last'), about: t('Step in which it was last drawn') },
]

/** What each column says; a click sorts by it, another one the other way round. */
export function Columns({ first, last }: { first: number; last: number }) {
  return (
    <div className={styles.columns} role="toolbar" aria-label={t('Sort by')}>
      <Sort name="prompt" label={t('prompt')} about={t('From A to Z')} />
      <span>{t('steps {{first}} to {{last}}', { first, last })}</span>
      {columns().map((column) => (
        <Sort key={column.name} {...column} />
      ))}
    </div>
  )
}

function Sort({ name, label, about }: { name: GroupSort; label: string; about: string }) {
  const { list, change } = useList()
  const sort = groupSortOf(list.sort)
  const on = sort.name === name
  return (
    <button
      {...hint(about, 'bottom')}
      type="button"
      className={styles.sort}
      data-column={name}
      aria-pressed={on}
      onClick={() => change({ sort: nextGroupSort(list.sort, name) })}
    >
      {label}
      <span aria-hidden="true">{on ? (sort.direction === 'down' ? ' ↓' : ' ↑') : ''}</span>
      {on && <span className="hidden-text">{sort.direction === 'down' ? t('descending') : t('ascending')}</span>}
    </button>
  )
}
