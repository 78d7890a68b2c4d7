import { MultiSelect, NumberInput, Progress, SegmentedControl } from '@mantine/core'
import { IconPlayerStop, IconRuler2 } from '@tabler/icons-react'
import { useStore } from 'zustand'
import { levelledKinds, puzzleLevels, type TaskKind, taskKinds } from '../../../src-main/contract/recipe.ts'
import { measureModel, stopMeasure } from '../../actions/measuring.ts'
import { percent } from '../../format/number.ts'
import { span } from '../../format/time.ts'
import { ActionButton } from '../../parts/ActionButton.tsx'
import { type NumberField, NumberFields } from '../../parts/NumberFields.tsx'
import { Problem } from '../../parts/Problem.tsx'
import { SpeakerChoice } from '../../parts/SpeakerChoice.tsx'
import { type MeasuringState, measuringStore, type Source, sourceOf } from '../../stores/measuring.ts'
import { t } from '../../text/t.ts'
import { FileProblems } from './FileProblems.tsx'
import styles from './Page.module.css'

type Number = 'prompts' | 'samples' | 'temperature' | 'topP' | 'maxTokens' | 'seed'

const numbers: NumberField<Number>[] = [
  { name: 'prompts', label: t('prompts'), min: 1, max: 100_000, step: 64, about: t('more: narrower intervals') },
  { name: 'samples', label: t('outputs, k'), min: 1, max: 1024, step: 1, about: t('a prompt; for pass@k') },
  { name: 'temperature', label: t('temperature'), min: 0, max: 5, step: 0.1, about: t('0: the likeliest') },
  { name: 'topP', label: t('top-p'), min: 0.01, max: 1, step: 0.05, about: t('1: off') },
  {
    name: 'maxTokens',
    label: t('token limit'),
    min: 1,
    max: 131_072,
    step: 16,
    about: t('empty: as it was trained'),
    optional: true,
  },
  { name: 'seed', label: t('seed'), min: 0, max: 4_294_967_295, step: 1, about: t('same seed, same outputs') },
]

const set = (change: Partial<MeasuringState>) => measuringStore.setState(change)

export function Form() {
  const state = useStore(measuringStore)
  const source = sourceOf(state)
  return (
    <section className={styles.form} aria-label={t('What is measured, and on what')}>
      <h1>{t('Measure')}</h1>
      <SpeakerChoice label={t('Model')} value={state.subject} onChange={(subject) => subject && set({ subject })} />
      <div className={styles.source}>
        <span className={styles.label} id="problems-from">
          {t('Problems')}
        </span>
        <SegmentedControl
          aria-labelledby="problems-from"
          fullWidth
          size="xs"
          value={source}
          onChange={(value) => set({ source: value as Source })}
          data={[
            { value: 'own', label: t('its recipe’s'), disabled: !state.subject.of },
            { value: 'generated', label: t('generated') },
            { value: 'file', label: t('a file') },
          ]}
        />
        {source === 'own' && (
          <p className={styles.note}>{t('Those held out of the run’s recipe: never trained on.')}</p>
        )}
        {source === 'generated' && <Kinds kinds={state.kinds} level={state.level} />}
        {source === 'file' && <FileProblems file={state.file} domain={state.domain} map={state.map} />}
      </div>
      <div className={styles.numbers}>
        <NumberFields fields={numbers} values={state} onChange={(name, value) => set({ [name]: value })} />
      </div>
      {state.error && <Problem explanation={state.error} title={t('It was not measured')} />}
      <div className={styles.do}>
        {state.work ? (
          <Work {...state.work} />
        ) : (
          <ActionButton action={measureModel} fullWidth icon={<IconRuler2 size="1rem" aria-hidden="true" />} />
        )}
      </div>
    </section>
  )
}

function Kinds({ kinds, level }: Pick<MeasuringState, 'kinds' | 'level'>) {
  const levelled = kinds.some((kind) => levelledKinds.some((one) => one === kind))
  return (
    <>
      <MultiSelect
        aria-label={t('Kinds of generated problems')}
        size="xs"
        data={taskKinds.map((value) => ({ value, label: t(value) }))}
        value={kinds}
        onChange={(value) => set({ kinds: value as TaskKind[] })}
        searchable
        hidePickedOptions
        error={kinds.length === 0 ? t('Choose at least one kind.') : undefined}
      />
      {levelled && (
        <NumberInput
          label={t('level')}
          description={t('of puzzles and functions; empty: all')}
          size="xs"
          min={1}
          max={puzzleLevels}
          value={level ?? ''}
          onChange={(value) => set({ level: typeof value === 'number' ? value : null })}
        />
      )}
    </>
  )
}

function Work({ fraction, since }: NonNullable<MeasuringState['work']>) {
  const left = fraction > 0.02 ? ((Date.now() - since) / 1000 / fraction) * (1 - fraction) : null
  return (
    <div className={styles.work}>
      <Progress value={100 * fraction} aria-label={t('Sampled')} transitionDuration={0} />
      <p className={styles.note} role="status">
        {fraction === 0 ? t('The model is loaded…') : t('{{fraction}} sampled', { fraction: percent(fraction, 0) })}
        {left !== null && t(', about {{left}} to go', { left: span(left) })}
      </p>
      <ActionButton action={stopMeasure} variant="default" icon={<IconPlayerStop size="1rem" aria-hidden="true" />} />
    </div>
  )
}
