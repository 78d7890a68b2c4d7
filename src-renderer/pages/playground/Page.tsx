import { CloseButton, Switch, Textarea } from '@mantine/core'
import { IconPlayerStop, IconSend2 } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { askModel, stopAnswering } from '../../actions/playground.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { Formulas } from '../../parts/Formulas.tsx'
import { type NumberField, NumberFields } from '../../parts/NumberFields.tsx'
import { SpeakerChoice } from '../../parts/SpeakerChoice.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { loadModels } from '../../stores/models.ts'
import { playgroundStore, type Sampling, type StoredPrompt } from '../../stores/playground.ts'
import { useConnection, useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import styles from './Page.module.css'
import { TurnCard } from './TurnCard.tsx'

const fields = (): NumberField<keyof Sampling>[] => [
  { name: 'temperature', label: t('temperature'), min: 0, max: 5, step: 0.1, about: t('0: the likeliest') },
  { name: 'maxTokens', label: t('token limit'), min: 1, max: 131_072, step: 16, about: t('cut after these') },
  { name: 'topP', label: t('top-p'), min: 0.01, max: 1, step: 0.05, about: t('1: off') },
  { name: 'topK', label: t('top-k'), min: 0, max: 1_000_000, step: 1, about: t('0: all') },
  { name: 'minP', label: t('min-p'), min: 0, max: 1, step: 0.01, about: t('0: off') },
  { name: 'repetitionPenalty', label: t('repetition penalty'), min: 0.1, max: 10, step: 0.1, about: t('1: off') },
  { name: 'seed', label: t('seed'), min: 0, max: 4_294_967_295, step: 1, about: t('same seed, same text') },
]

const countField = (): NumberField<'count'>[] => [
  { name: 'count', label: t('samples'), min: 1, max: 64, step: 1, about: t('of each model') },
]

/** Ask any model or checkpoint, or two side by side. Nothing of it enters a run. */
export function PlaygroundPage() {
  const state = useStore(playgroundStore)
  const { stored } = state
  const opened = stored ? `${stored.runId} ${stored.prompt}` : ''
  const { status } = useConnection()
  useEffect(() => {
    if (status === 'connected') void loadModels()
  }, [status])
  return (
    <div className={styles.page}>
      <section className={styles.settings} aria-label={t('Who answers, and how')}>
        <h1>{t('Playground')}</h1>
        <SpeakerChoice
          key={`first ${opened}`}
          label={t('Model')}
          value={state.first}
          onChange={(first) => first && playgroundStore.setState({ first })}
        />
        <SpeakerChoice
          key={`second ${opened}`}
          label={t('Beside it')}
          optional
          value={state.second}
          onChange={(second) => playgroundStore.setState({ second })}
        />
        <div className={styles.sampling}>
          <NumberFields
            fields={fields()}
            values={state.sampling}
            onChange={(name, value) => playgroundStore.setState({ sampling: { ...state.sampling, [name]: value } })}
          />
          {stored && (
            <NumberFields
              fields={countField()}
              values={{ count: state.count }}
              onChange={(_, value) => value !== null && playgroundStore.setState({ count: value })}
            />
          )}
        </div>
        {!stored && <Template />}
      </section>
      <div className={styles.talk}>
        <Unreachable />
        <div className={styles.ask}>
          {stored ? (
            <Stored stored={stored} />
          ) : (
            <Textarea
              aria-label={t('Prompt')}
              placeholder={t('What is asked, for example {{one}} or {{other}}', {
                one: '75+73+99=',
                other: 'What is the capital of France?',
              })}
              autosize
              minRows={2}
              maxRows={10}
              data-autofocus
              value={state.prompt}
              onChange={(event) => playgroundStore.setState({ prompt: event.currentTarget.value })}
            />
          )}
          {state.busy ? (
            <ActionButton
              action={stopAnswering}
              variant="default"
              icon={<IconPlayerStop size="1rem" aria-hidden="true" />}
            />
          ) : (
            <ActionButton action={askModel} icon={<IconSend2 size="1rem" aria-hidden="true" />} />
          )}
        </div>
        <ol className={styles.turns} aria-label={t('Answers, newest first')}>
          {state.turns.map((turn) => (
            <TurnCard key={turn.id} turn={turn} />
          ))}
        </ol>
        {state.turns.length === 0 && (
          <p className={styles.empty}>
            {t(
              'A prompt goes to the model as it would in a run; the answer appears while it is written. Choose a second one, a checkpoint beside the model that its run began with, to see what training changed. A prompt of a run comes here from the reader, Traces or Compare: its answers are then judged by all rewards of the run.',
            )}
          </p>
        )}
      </div>
    </div>
  )
}

/** How a free prompt is written. */
function Template() {
  const { template, system } = useStore(playgroundStore)
  return (
    <>
      <Switch
        label={t('Chat template')}
        description={t('Written as a message to the model where it was trained to talk')}
        checked={template}
        onChange={(event) => playgroundStore.setState({ template: event.currentTarget.checked })}
      />
      {template && (
        <Textarea
          label={t('System message')}
          description={t('Comes before yours; may stay empty')}
          autosize
          minRows={2}
          maxRows={8}
          value={system}
          onChange={(event) => playgroundStore.setState({ system: event.currentTarget.value })}
        />
      )}
    </>
  )
}

/** A prompt of a run, which is written and judged as the run does it. */
function Stored({ stored: { runId, prompt, answer } }: { stored: StoredPrompt }) {
  const run = useRuns().runs?.find(({ id }) => id === runId)
  return (
    <section className={styles.stored} aria-label={t('Prompt of a run')}>
      <p>
        <b>
          <Formulas text={prompt} />
        </b>
        <span>
          {answer && t('right is {{answer}}; ', { answer })}
          {t('judged by all rewards of #{{number}} {{name}}', { number: run?.number ?? '', name: run?.name ?? runId })}
        </span>
      </p>
      <CloseButton
        size="sm"
        aria-label={t('Ask something else')}
        onClick={() => playgroundStore.setState({ stored: null })}
      />
    </section>
  )
}
