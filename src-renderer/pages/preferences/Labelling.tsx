import { Button, type ButtonProps, Kbd } from '@mantine/core'
import { useStore } from 'zustand'
import type { LabelState } from '../../../src-main/contract/labelling.ts'
import { type Action, keyCaps } from '../../actions/action.ts'
import {
  markDifferences,
  preferLeft,
  preferRight,
  saveLabels,
  skip,
  tie,
  undoLabel,
} from '../../actions/preferences.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { ModelText } from '../../parts/ModelText.tsx'
import { useAction } from '../../parts/useAction.ts'
import { preferencesStore } from '../../stores/preferences.ts'
import { t } from '../../text/t.ts'
import { Answer } from './Answer.tsx'
import styles from './Page.module.css'

/** One item: the prompt, what is to be judged, and what may be said of it. */
export function Labelling({ state: { set, item } }: { state: LabelState }) {
  const { differences } = useStore(preferencesStore)
  if (!item) return <Done set={set} />
  const { prompt, left, right, position, repeat } = item
  const key = `${position} ${repeat}`
  const pair = right !== null
  return (
    <div className={styles.labelling}>
      <header className={styles.progress}>
        <p role="status">
          <b>{set.done + (repeat ? 0 : 1)}</b> {t('of {{items}}', { items: set.items })}
          {repeat && <em>{t('shown again')}</em>}
        </p>
        <div className={styles.bar}>
          <i style={{ width: `${(100 * set.done) / set.items}%` }} />
        </div>
        {pair && <Choice action={markDifferences} variant="subtle" size="compact-sm" />}
      </header>
      {set.guidelines && (
        <details className={styles.guidelines} open={set.kind === 'safety'}>
          <summary>{t('Guidelines')}</summary>
          <p>{set.guidelines}</p>
        </details>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard */}
      <section key={`prompt ${key}`} className={styles.prompt} aria-label={t('Prompt')} tabIndex={0}>
        <ModelText text={prompt} />
      </section>
      <div className={styles.answers} data-pair={pair}>
        <Answer
          key={`left ${key}`}
          title={pair ? t('Left') : t('Output')}
          kind={set.kind}
          text={left}
          other={differences ? right : null}
        />
        {pair && (
          <Answer
            key={`right ${key}`}
            title={t('Right')}
            kind={set.kind}
            text={right}
            other={differences ? left : null}
          />
        )}
      </div>
      <footer className={styles.choices}>
        <Choice action={preferLeft} size="md" />
        <div>
          {pair && <Choice action={tie} variant="default" />}
          <Choice action={skip} variant="default" />
          <Choice action={undoLabel} variant="subtle" />
        </div>
        <Choice action={preferRight} size="md" after />
      </footer>
    </div>
  )
}

function Choice({ action, after, ...props }: { action: Action; after?: boolean } & ButtonProps) {
  const { name, enabled, run } = useAction(action)
  const key = <Kbd size="xs">{keyCaps(action.keys[0]).join(' ')}</Kbd>
  return (
    <Button
      {...props}
      leftSection={after ? undefined : key}
      rightSection={after ? key : undefined}
      disabled={!enabled}
      onClick={run}
    >
      {name}
    </Button>
  )
}

function Done({ set }: { set: LabelState['set'] }) {
  const { counts, kind } = set
  const usable = kind === 'helpfulness' ? counts.first + counts.second : counts.safe + counts.unsafe
  return (
    <div className={styles.done}>
      <h2>{t('Done: {{count}} items labelled', { count: set.items })}</h2>
      <p>
        {t('{{count}} labels can be learned from. Save them and train a reward model of {{kind}}:', {
          count: usable,
          kind,
        })}
      </p>
      <code>{`grpo-studio preferences export ${set.number} --out labels.jsonl`}</code>
      <code>{`grpo-studio reward-model train my-model --kind ${kind} --model embedded --pairs labels.jsonl`}</code>
      <div>
        <ActionButton action={saveLabels} />
        <Choice action={undoLabel} variant="default" />
      </div>
    </div>
  )
}
