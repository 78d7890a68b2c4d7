import { Select } from '@mantine/core'
import { useState } from 'react'
import { useStore } from 'zustand'
import { bytes } from '../format/number.ts'
import { api } from '../stores/host.ts'
import { modelsStore } from '../stores/models.ts'
import type { Speaker } from '../stores/playground.ts'
import { useResource } from '../stores/resource.ts'
import { useRuns } from '../stores/use.ts'
import { t } from '../text/t.ts'
import styles from './SpeakerChoice.module.css'

interface Props {
  label: string
  optional?: boolean
  value: Speaker | null
  onChange(speaker: Speaker | null): void
}

const ofRun = 'run '
const nobody = 'nobody'

const sourceOf = (value: Speaker | null) => (value?.of ? `${ofRun}${value.of.run}` : (value?.model ?? nobody))

/** A model, or a run and one of its checkpoints. */
export function SpeakerChoice({ label, optional, value, onChange }: Props) {
  const { models } = useStore(modelsStore)
  const { runs } = useRuns()
  const [source, setSource] = useState(sourceOf(value))
  const runId = source.startsWith(ofRun) ? source.slice(ofRun.length) : null
  const data = [
    ...(optional ? [{ group: t('None'), items: [{ value: nobody, label: t('nobody') }] }] : []),
    {
      group: t('Models'),
      items: (models ?? [])
        .filter((m) => m.state !== 'offered')
        .map((m) => ({ value: m.name, label: `${m.name}, ${bytes(m.bytes)}` })),
    },
    {
      group: t('Checkpoints of a run'),
      items: (runs ?? []).map((r) => ({ value: `${ofRun}${r.id}`, label: `#${r.number} ${r.name}` })),
    },
  ]
  const choose = (next: string | null) => {
    const wanted = next ?? nobody
    setSource(wanted)
    if (wanted === nobody) onChange(null)
    else if (!wanted.startsWith(ofRun)) onChange({ model: wanted, label: wanted })
  }
  return (
    <div className={styles.speaker}>
      <Select
        label={label}
        data={data}
        value={source}
        onChange={choose}
        allowDeselect={false}
        searchable
        nothingFoundMessage={t('No model of this name is here')}
      />
      {runId && <Checkpoints key={runId} runId={runId} value={value} onChange={onChange} />}
    </div>
  )
}

function Checkpoints({ runId, value, onChange }: { runId: string } & Pick<Props, 'value' | 'onChange'>) {
  const { data, error } = useResource(runId, async () => {
    const { runs } = api()
    const [run, checkpoints] = await Promise.all([runs.get({ runId }), runs.checkpoints({ runId })])
    const choices = checkpoints.map(({ step, folder }) => ({
      model: `${run.folder}/${folder}`,
      label: t('#{{number}} step {{step}}', { number: run.number, step }),
      of: { run: runId, step },
    }))
    const newest = choices.at(-1)
    if (newest && !choices.some((c) => c.model === value?.model)) onChange(newest)
    return choices
  })
  if (error) return <p className={styles.note}>{error.message}</p>
  if (data?.length === 0) return <p className={styles.note}>{t('This run has no checkpoint yet.')}</p>
  return (
    <Select
      aria-label={t('Checkpoint')}
      data={[...(data ?? [])].reverse().map(({ model, label }) => ({ value: model, label }))}
      value={value?.model ?? null}
      allowDeselect={false}
      onChange={(model) => onChange(data?.find((c) => c.model === model) ?? null)}
    />
  )
}
