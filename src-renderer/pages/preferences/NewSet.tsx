import { Button, NumberInput, SegmentedControl, Select, Switch, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { repeatEvery, safetyGuidelines } from '../../../src-main/contract/labelling.ts'
import type { RewardModelKind } from '../../../src-main/contract/reward-models.ts'
import { Problem } from '../../parts/Problem.tsx'
import { makeLabelSet } from '../../stores/preferences.ts'
import { useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import type { Explanation } from '../../transport/explain.ts'
import styles from './Page.module.css'

const fromFile = ' file'

const whole = (value: number | string) => (typeof value === 'number' ? value : undefined)

/** What is to be labelled: stored samples of a run, or a file. @param first there is no set yet */
export function NewSet({ first }: { first: boolean }) {
  const { runs } = useRuns()
  const usable = (runs ?? []).filter((run) => run.step > 0)
  const [kind, setKind] = useState<RewardModelKind>('helpfulness')
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<string | null>(null)
  const from = chosen ?? usable[0]?.id ?? fromFile
  const [file, setFile] = useState('')
  const [fromStep, setFromStep] = useState<number | string>('')
  const [toStep, setToStep] = useState<number | string>('')
  const [limit, setLimit] = useState<number | string>(200)
  const [guidelines, setGuidelines] = useState<Record<RewardModelKind, string>>({
    helpfulness: '',
    safety: safetyGuidelines,
  })
  const [repeats, setRepeats] = useState(true)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Explanation>()
  const ready = name.trim() !== '' && (from !== fromFile || file.trim() !== '') && !busy
  const make = async () => {
    setBusy(true)
    const source =
      from === fromFile ? { file: file.trim() } : { runId: from, fromStep: whole(fromStep), toStep: whole(toStep) }
    setProblem(await makeLabelSet({ kind, name, source, limit: whole(limit), guidelines: guidelines[kind], repeats }))
    setBusy(false)
  }
  return (
    <form
      className={styles.form}
      aria-label={t('New set')}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void make()
      }}
    >
      <h2>{first ? t('Label answers for a reward model to learn from') : t('New set')}</h2>
      <SegmentedControl
        aria-label={t('What is asked')}
        value={kind}
        onChange={(value) => setKind(value as RewardModelKind)}
        data={[
          { value: 'helpfulness', label: t('Which of two is better') },
          { value: 'safety', label: t('Is it safe') },
        ]}
      />
      <p className={styles.note}>
        {kind === 'helpfulness'
          ? t(
              'Two answers to one prompt side by side, by what they say after the thinking. A reward model of helpfulness learns from it.',
            )
          : t(
              'One output at a time, reasoning included, by the guidelines below. A reward model of safety learns from it.',
            )}
      </p>
      <TextInput
        label={t('Name')}
        placeholder={t('such as arithmetic, first look')}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Select
        label={t('From')}
        allowDeselect={false}
        searchable={usable.length > 8}
        value={from}
        onChange={setChosen}
        data={[
          ...usable.map((run) => ({
            value: run.id,
            label: `#${run.number} ${run.name}, ${t('{{count}} steps', { count: run.step })}`,
          })),
          { value: fromFile, label: t('a file') },
        ]}
      />
      {from === fromFile ? (
        <TextInput
          label={t('File')}
          description={
            kind === 'helpfulness'
              ? t(
                  'Path on the machine that trains; rows with prompt and answers, or prompt, chosen and rejected (of a judge for one)',
                )
              : t(
                  'Path on the machine that trains; rows with prompt and completion (of a judge for one), and maybe a label to compare with',
                )
          }
          placeholder={t('/path/to/answers.jsonl')}
          value={file}
          onChange={(event) => setFile(event.currentTarget.value)}
        />
      ) : (
        <div className={styles.row}>
          <NumberInput
            label={t('From step')}
            placeholder={t('the first')}
            min={1}
            allowDecimal={false}
            value={fromStep}
            onChange={setFromStep}
          />
          <NumberInput
            label={t('To step')}
            placeholder={t('the newest')}
            min={1}
            allowDecimal={false}
            value={toStep}
            onChange={setToStep}
          />
        </div>
      )}
      <div className={styles.row}>
        <NumberInput
          label={kind === 'helpfulness' ? t('Pairs at most') : t('Outputs at most')}
          min={1}
          max={20_000}
          allowDecimal={false}
          value={limit}
          onChange={setLimit}
        />
        <Switch
          label={t('Show 1 in {{repeatEvery}} again', { repeatEvery })}
          description={t('To see how sure you are')}
          checked={repeats}
          onChange={(event) => setRepeats(event.currentTarget.checked)}
        />
      </div>
      <Textarea
        label={t('Guidelines')}
        description={t('Shown while labelling; may stay empty')}
        autosize
        minRows={3}
        maxRows={10}
        value={guidelines[kind]}
        onChange={(event) => {
          const { value } = event.currentTarget
          setGuidelines((before) => ({ ...before, [kind]: value }))
        }}
      />
      {problem && <Problem explanation={problem} title={t('The set was not made')} />}
      <Button type="submit" disabled={!ready}>
        {busy ? t('Drawing…') : t('Begin to label')}
      </Button>
    </form>
  )
}
