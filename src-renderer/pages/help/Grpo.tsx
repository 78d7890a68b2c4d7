import { t } from '../../text/t.ts'
import { Diagram } from './Diagram.tsx'
import styles from './Page.module.css'
import { points } from './points.ts'

/** What GRPO is, on one screen. */
export function Grpo() {
  return (
    <section className={styles.topic} aria-label={t('What GRPO is')}>
      <h2>{t('What GRPO is')}</h2>
      <p>
        {t(
          'Group Relative Policy Optimization teaches a language model by trying. To each prompt the model gives a group of answers; rewards say how good each is; and each is held against its own group. What was better than the group’s mean becomes likelier, what was worse unlikelier. No second network has to guess how good an answer could have been: the group itself is the measure.',
        )}
      </p>
      <Diagram />
      <dl className={styles.points}>
        {points.map(({ title, about }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
