import { Button, Checkbox, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { type RewardModelKind, rewardModelName, rewardModelTraining } from '../../../src-main/contract/reward-models.ts'
import { bytes } from '../../format/number.ts'
import { Problem } from '../../parts/Problem.tsx'
import { api } from '../../stores/host.ts'
import { loadModels, modelsStore } from '../../stores/models.ts'
import { useResource } from '../../stores/resource.ts'
import { rewardModelsStore, trainRewardModel } from '../../stores/reward-models.ts'
import { t } from '../../text/t.ts'
import { type Explanation, explain } from '../../transport/explain.ts'
import styles from './Page.module.css'
import { Progress } from './Progress.tsx'

/** In place of the number of a label set. */
const aFile = 'file'

const usual = rewardModelTraining.parse({})

const forms: Record<RewardModelKind, { about: string; file: string }> = {
  helpfulness: {
    about: t('Learns from pairs of answers of which one is preferred. It judges what comes after the thinking.'),
    file: t('Rows with prompt, chosen and rejected: JSON lines, CSV, TSV or Parquet, on the machine that trains.'),
  },
  safety: {
    about: t('Learns from outputs that are labelled safe or unsafe. It judges the whole output, reasoning included.'),
    file: t(
      'Rows with prompt, completion and label (safe, unsafe): JSON lines, CSV, TSV or Parquet, on the machine that trains.',
    ),
  },
}

const numbers = [
  { name: 'epochs', label: t('Epochs'), min: 1, max: 1000, whole: true },
  { name: 'batchSize', label: t('Batch'), min: 1, max: 65_536, whole: true },
  { name: 'learningRate', label: t('Learning rate'), min: 0, max: 1, whole: false },
  { name: 'warmupSteps', label: t('Warm-up steps'), min: 0, max: 1_000_000, whole: true },
  { name: 'heldOut', label: t('Held-out share'), min: 0.01, max: 0.9, whole: false },
  { name: 'seed', label: t('Seed'), min: 0, max: 4_294_967_295, whole: true },
] as const
type NumberName = (typeof numbers)[number]['name']

/** Choose what it learns from, and watch it learn. */
export function Train() {
  const { training, models: own } = useStore(rewardModelsStore)
  const { models } = useStore(modelsStore)
  const [kind, setKind] = useState<RewardModelKind>('helpfulness')
  const [typedName, setName] = useState<string | null>(null)
  const [model, setModel] = useState('embedded')
  const { data: sets } = useResource('label-sets', () => api().preferences.sets())
  const [labels, setLabels] = useState<string>(aFile)
  const [data, setData] = useState('')
  const [values, setValues] = useState<Record<NumberName, number | string>>({ ...usual })
  const [lora, setLora] = useState(false)
  const [balance, setBalance] = useState(true)
  const [error, setError] = useState<Explanation | null>(null)
  useEffect(() => void loadModels(), [])
  const taken = (name: string) => own?.some((one) => one.name === name) ?? false
  const suggested = (kind: RewardModelKind) => {
    let n = 1
    while (taken(`${kind}-${n}`)) n++
    return `${kind}-${n}`
  }
  const name = typedName ?? suggested(kind)
  const wrongName = rewardModelName.safeParse(name).error?.issues[0].message
  const labelled = (sets ?? []).filter((set) => set.kind === kind && set.done > 0)
  const running = training?.status === 'running'
  const ready =
    !running &&
    wrongName === undefined &&
    (labels !== aFile || data.trim() !== '') &&
    Object.values(values).every((v) => v !== '')
  const start = async () => {
    try {
      await trainRewardModel({
        name,
        kind,
        model,
        data: labels === aFile ? data.trim() : { labels: Number(labels) },
        replace: taken(name),
        training: rewardModelTraining.parse({
          ...Object.fromEntries(numbers.map(({ name: key }) => [key, Number(values[key])])),
          balanceLengths: balance,
          lora: lora ? {} : undefined,
        }),
      })
      setError(null)
      setName(null)
    } catch (thrown) {
      setError(explain(thrown))
    }
  }
  return (
    <section className={styles.report} aria-label={t('Train a reward model')}>
      <header className={styles.title}>
        <div>
          <h2>{t('Train a reward model')}</h2>
          <p>{forms[kind].about}</p>
        </div>
      </header>
      {training && <Progress training={training} />}
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) void start()
        }}
      >
        <SegmentedControl
          aria-label={t('What it judges')}
          value={kind}
          onChange={(value) => {
            setKind(value as RewardModelKind)
            setLabels(aFile)
          }}
          data={[
            { value: 'helpfulness', label: t('Helpfulness') },
            { value: 'safety', label: t('Safety') },
          ]}
        />
        <div className={styles.row}>
          <TextInput
            label={t('Name')}
            value={name}
            error={wrongName}
            description={taken(name) ? t('One of this name is here: it will be replaced.') : undefined}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t('Begins as')}
            allowDeselect={false}
            searchable
            value={model}
            onChange={(value) => setModel(value ?? 'embedded')}
            data={(models ?? [])
              .filter((m) => m.state !== 'offered')
              .map((m) => ({ value: m.name, label: `${m.name}, ${bytes(m.bytes)}` }))}
          />
        </div>
        <div className={styles.row} data-one={labelled.length === 0}>
          {labelled.length > 0 && (
            <Select
              label={t('Learns from')}
              allowDeselect={false}
              value={labels}
              onChange={(value) => setLabels(value ?? aFile)}
              data={[
                { value: aFile, label: t('a file') },
                ...labelled.map((set) => ({
                  value: String(set.number),
                  label: t('your labels: {{name}}, {{done}} of {{items}}', {
                    name: set.name,
                    done: set.done,
                    items: set.items,
                  }),
                })),
              ]}
            />
          )}
          {labels === aFile && (
            <TextInput
              label={t('File')}
              description={forms[kind].file}
              placeholder={kind === 'helpfulness' ? t('/home/you/pairs.jsonl') : t('/home/you/labels.csv')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              value={data}
              onChange={(event) => setData(event.currentTarget.value)}
            />
          )}
        </div>
        <div className={styles.numbers}>
          {numbers.map(({ name: key, label, min, max, whole }) => (
            <NumberInput
              key={key}
              label={label}
              min={min}
              max={max}
              allowDecimal={!whole}
              decimalScale={whole ? 0 : 8}
              hideControls
              value={values[key]}
              onChange={(value) => setValues((before) => ({ ...before, [key]: value }))}
            />
          ))}
        </div>
        <div className={styles.choices}>
          <Checkbox
            label={t('Train adapters (LoRA) beside the weights')}
            checked={lora}
            onChange={(event) => setLora(event.currentTarget.checked)}
          />
          {kind === 'helpfulness' && (
            <Checkbox
              label={t('Leave pairs out until the longer answer is preferred as often as the shorter')}
              checked={balance}
              onChange={(event) => setBalance(event.currentTarget.checked)}
            />
          )}
        </div>
        {error && <Problem explanation={error} title={t('It could not be started')} />}
        <Button type="submit" disabled={!ready} className={styles.start}>
          {running ? t('One at a time') : t('Train')}
        </Button>
      </form>
    </section>
  )
}
