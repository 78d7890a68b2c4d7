import { type Action, type ActionGroup, nameOf } from '../actions/action.ts'
import { actions } from '../actions/index.ts'
import { t } from '../text/t.ts'
import { Keys } from './Keys.tsx'
import styles from './ShortcutList.module.css'

/** Keys that belong to one place, and are no commands. */
const local: [string, string][] = [
  ['Enter', t('In a knob: apply it; in the heatmap: open the group')],
  ['Escape', t('In a knob: take it back')],
]

/** Every command that has a key, in its group. */
export function ShortcutList({ level = 'h3' }: { level?: 'h2' | 'h3' }) {
  const groups = [...new Set(actions.map((a) => a.group))] as ActionGroup[]
  return (
    <div className={styles.columns}>
      {groups.map((group) => (
        <Group key={group} level={level} title={group} rows={keyed(group)} />
      ))}
      <Group level={level} title={t('In place')} rows={local.map(([keys, about]) => ({ keys, about }))} />
    </div>
  )
}

const keyed = (group: ActionGroup) =>
  actions
    .filter((action: Action) => action.group === group && action.keys.length > 0)
    .map((action) => ({ keys: action.keys[0], about: nameOf(action) }))

function Group(props: { level: 'h2' | 'h3'; title: string; rows: { keys: string; about: string }[] }) {
  const { level: Heading, title, rows } = props
  if (rows.length === 0) return null
  return (
    <section className={styles.group}>
      <Heading>{t(title)}</Heading>
      <dl>
        {rows.map(({ keys, about }) => (
          <div key={keys}>
            <dt>{about}</dt>
            <dd>
              <Keys keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
