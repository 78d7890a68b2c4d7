/** What there is to know of GRPO beside its picture. */
import { t } from '../../text/t.ts'

export const points: readonly { title: string; about: string }[] = [
  {
    title: t('Why a group'),
    about: t(
      'A reward alone says little: 1 is no news where all answers are right. A group that is rewarded alike has no spread and teaches nothing; such rows are hatched in the heatmap.',
    ),
  },
  {
    title: t('Why the clip'),
    about: t(
      'Answers are sampled once and may be learned from several times. The ratio ρ says how far the policy has moved since; beyond 1 − ε and 1 + ε an answer pulls no more.',
    ),
  },
  {
    title: t('Why the KL term'),
    about: t(
      'Rewards can be got by tricks. The coefficient β pulls the policy towards a reference; with 0 it goes wherever the reward leads. Watch KL and the alerts.',
    ),
  },
  {
    title: t('What to watch'),
    about: t(
      'Held-out accuracy says whether it learns; groups without signal and entropy, whether there is still something to learn from; length and cut answers, whether it thinks or rambles.',
    ),
  },
]
