import type { LabelSet } from '../../../src-main/contract/labelling.ts'
import { go, routeHash } from '../../stores/route.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

const kinds = { helpfulness: t('pairs'), safety: t('safe or not') }

/** The sets there are, and how far each is. */
export function SetList({ sets, shown }: { sets: LabelSet[]; shown: number | null }) {
  if (sets.length === 0) return null
  return (
    <ul className={styles.sets} aria-label={t('Sets to label')}>
      {sets.map((set) => {
        const route = { page: 'preferences', set: set.number } as const
        return (
          <li key={set.number}>
            <a
              href={routeHash(route)}
              aria-current={set.number === shown ? 'true' : undefined}
              onClick={(event) => {
                event.preventDefault()
                go(route)
              }}
            >
              <b>{set.name}</b>
              <span>
                {t('{{kinds}}, {{done}} of {{items}}', { kinds: kinds[set.kind], done: set.done, items: set.items })}
              </span>
              <i style={{ width: `${(100 * set.done) / set.items}%` }} />
            </a>
          </li>
        )
      })}
    </ul>
  )
}
