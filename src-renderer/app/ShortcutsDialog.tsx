import { Modal } from '@mantine/core'
import { type ActionGroup, nameOf } from '../actions/action.ts'
import { actions } from '../actions/index.ts'
import { useView } from '../stores/use.ts'
import { viewStore } from '../stores/view.ts'
import { Keys } from './CommandPalette.tsx'
import styles from './ShortcutsDialog.module.css'

/** Keys that belong to one place, and are no commands. */
const local: [string, string][] = [
  ['Enter', 'In a knob: apply it; in the heatmap: open the group'],
  ['Escape', 'In a knob: take it back'],
]

export function ShortcutsDialog() {
  const open = useView((view) => view.shortcuts)
  const groups = [...new Set(actions.map((a) => a.group))] as ActionGroup[]
  return (
    <Modal
      opened={open}
      onClose={() => viewStore.setState({ shortcuts: false })}
      title="Keyboard shortcuts"
      size="52rem"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={styles.columns}>
        {groups.map((group) => (
          <section key={group} className={styles.group}>
            <h3>{group}</h3>
            <dl>
              {actions
                .filter((a) => a.group === group && a.keys.length > 0)
                .map((a) => (
                  <div key={a.id}>
                    <dt>{nameOf(a)}</dt>
                    <dd>
                      <Keys keys={a.keys[0]} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
        <section className={styles.group}>
          <h3>In place</h3>
          <dl>
            {local.map(([keys, about]) => (
              <div key={keys}>
                <dt>{about}</dt>
                <dd>
                  <Keys keys={keys} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Modal>
  )
}
