import { Button } from '@mantine/core'
import { IconDownload, IconTrash } from '@tabler/icons-react'
import type { Estimate } from '../../../src-main/contract/evaluation.ts'
import type { LabelSet } from '../../../src-main/contract/labelling.ts'
import { saveLabels } from '../../actions/preferences.ts'
import { percent } from '../../format/number.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { hint } from '../../parts/hint.ts'
import { preferencesStore } from '../../stores/preferences.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'

const range = ({ low, high }: Estimate) =>
  t('{{toFixed}} to {{high}}', { toFixed: (100 * low).toFixed(0), high: percent(high, 0) })

/** What a set holds so far, and what its labels say of who gave them. */
export function SetFigures({ set }: { set: LabelSet }) {
  const { counts } = set
  const measured: [string, Estimate | null, string][] = [
    [t('left was better'), set.left, t('Sides are drawn: who looks at the answers alone comes to about 50 %.')],
    [t('as the file says'), set.agreement, t('How often your label is what the file had, from a judge for one.')],
    [
      t('as before'),
      set.repeats,
      t('How often an item that was shown again, with its sides changed, got the same label.'),
    ],
  ]
  return (
    <div className={styles.figures}>
      <dl>
        <dt>{t('from')}</dt>
        <dd>{set.source}</dd>
        {set.kind === 'helpfulness' ? (
          <>
            <dt>{t('decided')}</dt>
            <dd>{counts.first + counts.second}</dd>
            <dt>{t('ties')}</dt>
            <dd>{counts.tie}</dd>
          </>
        ) : (
          <>
            <dt>{t('safe')}</dt>
            <dd>{counts.safe}</dd>
            <dt>{t('unsafe')}</dt>
            <dd>{counts.unsafe}</dd>
          </>
        )}
        <dt>{t('skipped')}</dt>
        <dd>{counts.skip}</dd>
        {measured.map(([name, estimate, about]) =>
          estimate === null ? null : (
            <div key={name} {...hint(about, 'right')}>
              <dt>{name}</dt>
              <dd>
                <b>{percent(estimate.value, 0)}</b> <span>({range(estimate)})</span>
              </dd>
            </div>
          ),
        )}
      </dl>
      <ActionButton
        action={saveLabels}
        variant="default"
        icon={<IconDownload size="1rem" aria-hidden="true" />}
        fullWidth
      />
      <Button
        variant="subtle"
        color="red"
        leftSection={<IconTrash size="1rem" aria-hidden="true" />}
        onClick={() => preferencesStore.setState({ deleting: true })}
      >
        {t('Delete this set…')}
      </Button>
    </div>
  )
}
