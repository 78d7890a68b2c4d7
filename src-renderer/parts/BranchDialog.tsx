import { Alert, Button, Group, Modal, Select, Skeleton, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { ListedCheckpoint, RunDetail } from '../../src-main/contract/records.ts'
import { branch } from '../actions/branch.ts'
import { plain } from '../format/number.ts'
import { moment } from '../format/time.ts'
import { api } from '../stores/host.ts'
import { useResource } from '../stores/resource.ts'
import { trainsHere } from '../stores/runs.ts'
import { useRuns, useView } from '../stores/use.ts'
import { type Branching, viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import styles from './LaunchDialog.module.css'
import { Problem } from './Problem.tsx'
import { hasProblems, SettingsFields, valuesOf, type Wishes } from './SettingsFields.tsx'

const done = () => viewStore.setState({ branching: null })

/** Where to go another way, and with what: a fork, or a roll back, which is confirmed here too. */
export function BranchDialog() {
  const asked = useView((v) => v.branching)
  const { data, error } = useResource(asked ? `${asked.runId} ${asked.kind}` : null, async () => {
    const runId = (asked as Branching).runId
    const [run, checkpoints] = await Promise.all([api().runs.get({ runId }), api().runs.checkpoints({ runId })])
    return { run, checkpoints }
  })
  const mine = data?.run.id === asked?.runId ? data : null
  const name = asked?.kind === 'fork' ? t('Fork') : t('Roll back')
  return (
    <Modal
      opened={asked !== null}
      onClose={done}
      title={t('{{name}} run {{mine}}', { name, mine: mine ? `#${mine.run.number}` : '' })}
      size="46rem"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      {error ? (
        <Problem explanation={error} />
      ) : asked && mine ? (
        <Form key={`${asked.runId} ${asked.kind}`} asked={asked} {...mine} />
      ) : (
        <Skeleton height="14rem" animate={false} />
      )}
    </Modal>
  )
}

interface FormProps {
  asked: Branching
  run: RunDetail
  checkpoints: ListedCheckpoint[]
}

function Form({ asked, run, checkpoints }: FormProps) {
  const fork = asked.kind === 'fork'
  const { runs } = useRuns()
  const usable = fork ? checkpoints : checkpoints.filter(({ step }) => step < run.step)
  const nearest = usable.findLast(({ step }) => asked.step === null || step <= asked.step) ?? usable.at(0)
  const [step, setStep] = useState(nearest?.step ?? null)
  const [wishes, setWishes] = useState<Wishes>(() =>
    Object.fromEntries(Object.entries(asked.changes).map(([name, value]) => [name, plain(value)])),
  )
  const [more, setMore] = useState('')
  const [note, setNote] = useState('')
  const [busy, setBusy] = useState(false)
  const others = more.split('\n').filter((line) => line.trim() !== '')
  const unreadable = others.find((line) => !/^\s*[\w.]+\s*=/.test(line))
  const ready = step !== null && !hasProblems(wishes) && unreadable === undefined && !busy
  const active = runs?.find(trainsHere)
  const values = valuesOf(wishes)

  const start = async () => {
    setBusy(true)
    const assignments = [...Object.entries(values).map(([k, v]) => `${k}=${v}`), ...others.map((line) => line.trim())]
    const order = { runId: run.id, step: step as number, assignments, changes: values, note, instead: true }
    if (await branch(asked.kind, order)) done()
    else setBusy(false)
  }

  if (usable.length === 0)
    return (
      <Alert color="yellow">
        {t('Run #{{number}} has no checkpoint {{fork}}yet.', {
          number: run.number,
          fork: fork ? '' : t('earlier than where it is '),
        })}
      </Alert>
    )
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void start()
      }}
    >
      <div className={styles.row}>
        <Select
          label={t('Checkpoint')}
          data-autofocus
          allowDeselect={false}
          value={step === null ? null : String(step)}
          onChange={(value) => value !== null && setStep(Number(value))}
          data={[...usable].reverse().map(({ step: at, at: time }) => ({
            value: String(at),
            label: t('after step {{at}}, {{time}}', { at, time: moment(time) }),
          }))}
        />
        {!fork && (
          <TextInput
            label={t('Why')}
            placeholder={t('optional, goes into the record')}
            maxLength={500}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        )}
      </div>
      <p className={styles.consequence}>{consequence(fork, run, step, active?.number)}</p>
      <SettingsFields
        legend={
          fork
            ? t('Settings of the fork. Empty: as they are.')
            : t('Turned from the first step on. Empty: as they were.')
        }
        wishes={wishes}
        offered={({ steerable }) => fork || steerable}
        inForce={(setting) => plain(run.settings[setting])}
        onChange={setWishes}
      />
      {fork && (
        <Textarea
          label={t('More of the recipe')}
          description={t('One a line, as --set takes it: seed=3, lossType=dapo, stages.1.steps=400.')}
          autosize
          minRows={2}
          maxRows={6}
          value={more}
          error={unreadable && t('"{{trim}}" is not of the form key=value.', { trim: unreadable.trim() })}
          onChange={(event) => setMore(event.currentTarget.value)}
        />
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={done}>
          {t('Cancel')}
        </Button>
        <Button type="submit" color={fork ? undefined : 'red'} disabled={!ready}>
          {busy
            ? t('Starting…')
            : fork
              ? t('Fork')
              : t('Abandon {{count}} steps and go on', { count: run.step - (step ?? 0) })}
        </Button>
      </Group>
    </form>
  )
}

function consequence(fork: boolean, run: RunDetail, step: number | null, active: number | undefined): string {
  if (!fork)
    return t(
      'Steps {{step}} to {{step2}} stay stored, marked as abandoned, and have no influence on what comes after.',
      { step: (step ?? 0) + 1, step2: run.step },
    )
  const pausing =
    active === undefined
      ? ''
      : t(' Run #{{active}} is paused at a checkpoint for it, and can be resumed later.', { active })
  return t(
    'A new run begins with the weights, the optimizer and the place in its stage after step {{step}}.{{pausing}}',
    { step, pausing },
  )
}
