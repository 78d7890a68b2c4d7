import { t } from '../../text/t.ts'
import { Diagram } from './Diagram.tsx'
import styles from './Page.module.css'

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
        <div>
          <dt>{t('Why a group')}</dt>
          <dd>
            {t(
              'A reward alone says little: 1 is no news where all answers are right. A group that is rewarded alike has no spread and teaches nothing; such rows are hatched in the heatmap.',
            )}
          </dd>
        </div>
        <div>
          <dt>{t('Why the clip')}</dt>
          <dd>
            {t(
              'Answers are sampled once and may be learned from several times. The ratio ρ says how far the policy has moved since; beyond 1 − ε and 1 + ε an answer pulls no more.',
            )}
          </dd>
        </div>
        <div>
          <dt>{t('Why the KL term')}</dt>
          <dd>
            {t(
              'Rewards can be got by tricks. The coefficient β pulls the policy towards a reference; with 0 it goes wherever the reward leads. Watch KL and the alerts.',
            )}
          </dd>
        </div>
        <div>
          <dt>{t('What to watch')}</dt>
          <dd>
            {t(
              'Held-out accuracy says whether it learns; groups without signal and entropy, whether there is still something to learn from; length and cut answers, whether it thinks or rambles.',
            )}
          </dd>
        </div>
      </dl>
    </section>
  )
}
