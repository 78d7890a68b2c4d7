import { Switch, Textarea } from '@mantine/core'
import { IconPlayerStop, IconSend2 } from '@tabler/icons-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { askModel, stopAnswering } from '../../actions/playground.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { type NumberField, NumberFields } from '../../parts/NumberFields.tsx'
import { SpeakerChoice } from '../../parts/SpeakerChoice.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import { loadModels } from '../../stores/models.ts'
import { playgroundStore, type Sampling } from '../../stores/playground.ts'
import { useConnection } from '../../stores/use.ts'
import styles from './Page.module.css'
import { TurnCard } from './TurnCard.tsx'

const fields: NumberField<keyof Sampling>[] = [
  { name: 'temperature', label: 'temperature', min: 0, max: 5, step: 0.1, about: '0: the likeliest' },
  { name: 'maxTokens', label: 'token limit', min: 1, max: 131_072, step: 16, about: 'cut after these' },
  { name: 'topP', label: 'top-p', min: 0.01, max: 1, step: 0.05, about: '1: off' },
  { name: 'topK', label: 'top-k', min: 0, max: 1_000_000, step: 1, about: '0: all' },
  { name: 'minP', label: 'min-p', min: 0, max: 1, step: 0.01, about: '0: off' },
  { name: 'repetitionPenalty', label: 'repetition penalty', min: 0.1, max: 10, step: 0.1, about: '1: off' },
  { name: 'seed', label: 'seed', min: 0, max: 4_294_967_295, step: 1, about: 'same seed, same text' },
]

/** Ask any model or checkpoint, or two side by side. Nothing of it enters a run. */
export function PlaygroundPage() {
  const state = useStore(playgroundStore)
  const { status } = useConnection()
  useEffect(() => {
    if (status === 'connected') void loadModels()
  }, [status])
  return (
    <div className={styles.page}>
      <section className={styles.settings} aria-label="Who answers, and how">
        <h1>Playground</h1>
        <SpeakerChoice
          label="Model"
          value={state.first}
          onChange={(first) => first && playgroundStore.setState({ first })}
        />
        <SpeakerChoice
          label="Beside it"
          optional
          value={state.second}
          onChange={(second) => playgroundStore.setState({ second })}
        />
        <div className={styles.sampling}>
          <NumberFields
            fields={fields}
            values={state.sampling}
            onChange={(name, value) => playgroundStore.setState({ sampling: { ...state.sampling, [name]: value } })}
          />
        </div>
        <Switch
          label="Chat template"
          description="Written as a message to the model where it was trained to talk"
          checked={state.template}
          onChange={(event) => playgroundStore.setState({ template: event.currentTarget.checked })}
        />
        {state.template && (
          <Textarea
            label="System message"
            description="Comes before yours; may stay empty"
            autosize
            minRows={2}
            maxRows={8}
            value={state.system}
            onChange={(event) => playgroundStore.setState({ system: event.currentTarget.value })}
          />
        )}
      </section>
      <div className={styles.talk}>
        <Unreachable />
        <div className={styles.ask}>
          <Textarea
            aria-label="Prompt"
            placeholder="What is asked, for example 75+73+99=  or  What is the capital of France?"
            autosize
            minRows={2}
            maxRows={10}
            data-autofocus
            value={state.prompt}
            onChange={(event) => playgroundStore.setState({ prompt: event.currentTarget.value })}
          />
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
        <ol className={styles.turns} aria-label="Answers, newest first">
          {state.turns.map((turn) => (
            <TurnCard key={turn.id} turn={turn} />
          ))}
        </ol>
        {state.turns.length === 0 && (
          <p className={styles.empty}>
            A prompt goes to the model as it would in a run; the answer appears while it is written. Choose a second
            one, a checkpoint beside the model that its run began with, to see what training changed.
          </p>
        )}
      </div>
    </div>
  )
}
