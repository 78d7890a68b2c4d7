import { ActionButton } from '../../parts/ActionButton.tsx'
import { Keys } from '../../parts/Keys.tsx'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'
import { Picture } from './Picture.tsx'
import { tour } from './tour.ts'

/** Five minutes, with the ways into the window. */
export function Tour() {
  return (
    <section className={styles.topic} aria-label={t('Five-minute tour')}>
      <h2>{t('Five-minute tour')}</h2>
      <ol className={styles.tour}>
        {tour.map(({ title, about, picture, actions }) => (
          <li key={title}>
            <div className={styles.told}>
              <h3>{title}</h3>
              <p>{about}</p>
              <div className={styles.ways}>
                {actions.map((action) => (
                  <span key={action.id}>
                    <ActionButton action={action} size="compact-sm" variant="default" />
                    {action.keys[0] && <Keys keys={action.keys[0]} />}
                  </span>
                ))}
              </div>
            </div>
            <Picture name={picture} title={title} />
          </li>
        ))}
      </ol>
    </section>
  )
}
