import { Button, NumberInput, Select, TextInput } from '@mantine/core'
import { IconDeviceFloppy, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { Problem } from '../../parts/Problem.tsx'
import { Unreachable } from '../../parts/Unreachable.tsx'
import {
  editReward,
  loadOwnRewards,
  nameProblem,
  ownRewardsStore,
  removeOwnReward,
  saveOwnReward,
  template,
  tryReward,
} from '../../stores/own-rewards.ts'
import { useConnection, useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { Editor } from './Editor.tsx'
import styles from './Page.module.css'
import { Results } from './Results.tsx'

const fresh = ' new'
const none: never[] = []

/** Write a reward of your own and try it on samples that are stored, before a run uses it. */
export function RewardsPage() {
  const { saved, name, code, trying, result, error } = useStore(ownRewardsStore)
  const { status } = useConnection()
  const { runs } = useRuns()
  const tried = (runs ?? []).filter((run) => run.step > 0)
  const [chosen, setChosen] = useState<string | null>(null)
  const [step, setStep] = useState<number | string>('')
  const [limit, setLimit] = useState<number | string>(256)
  const runId = chosen ?? tried[0]?.id ?? null
  useEffect(() => {
    if (status === 'connected') void loadOwnRewards()
  }, [status])
  const wrongName = nameProblem(name)
  const same = saved?.find((reward) => reward.name === name)
  const attempt = () => {
    if (runId !== null && !trying)
      void tryReward(runId, typeof step === 'number' ? step : undefined, Number(limit) || 256)
  }
  return (
    <div className={styles.page}>
      <section className={styles.write} aria-label={t('Your reward')}>
        <h1>{t('Rewards of your own')}</h1>
        <Unreachable />
        <div className={styles.file}>
          <Select
            label={t('Edit')}
            allowDeselect={false}
            value={same ? name : fresh}
            data={[
              { value: fresh, label: t('a new one') },
              ...(saved ?? []).map((r) => ({ value: r.name, label: r.name })),
            ]}
            onChange={(value) =>
              editReward(saved?.find((r) => r.name === value) ?? { name: 'my-reward', code: template })
            }
          />
          <TextInput
            label={t('Name')}
            value={name}
            error={wrongName}
            onChange={(event) => ownRewardsStore.setState({ name: event.currentTarget.value })}
          />
          <Button
            variant="default"
            leftSection={<IconDeviceFloppy size="1rem" aria-hidden="true" />}
            disabled={wrongName !== undefined || same?.code === code}
            onClick={() => void saveOwnReward()}
          >
            {same?.code === code ? t('Saved') : t('Save')}
          </Button>
          {same && (
            <Button
              variant="subtle"
              color="red"
              aria-label={t('Delete {{name}}', { name })}
              onClick={() => void removeOwnReward(name)}
            >
              <IconTrash size="1rem" aria-hidden="true" />
            </Button>
          )}
        </div>
        <Editor
          code={code}
          problems={result?.problems ?? none}
          onChange={(text) => ownRewardsStore.setState({ code: text })}
          onRun={attempt}
        />
        <p className={styles.note}>
          {t(
            'It runs in a sandbox: no files, no network, two seconds a group. A saved one can be chosen when a run is launched; the run keeps a copy of its code.',
          )}
        </p>
      </section>
      <section className={styles.tryOut} aria-label={t('Try it')}>
        <form
          className={styles.choose}
          onSubmit={(event) => {
            event.preventDefault()
            attempt()
          }}
        >
          <Select
            label={t('On the samples of')}
            placeholder={tried.length === 0 ? t('there is no run with samples yet') : undefined}
            disabled={tried.length === 0}
            allowDeselect={false}
            value={runId}
            onChange={setChosen}
            data={tried.map((run) => ({
              value: run.id,
              label: `#${run.number} ${run.name}, ${t('{{count}} steps', { count: run.step })}`,
            }))}
          />
          <NumberInput
            label={t('Up to step')}
            placeholder={t('newest')}
            min={1}
            allowDecimal={false}
            value={step}
            onChange={setStep}
          />
          <NumberInput label={t('Samples')} min={1} max={2000} allowDecimal={false} value={limit} onChange={setLimit} />
          <Button
            type="submit"
            disabled={runId === null || trying}
            leftSection={<IconPlayerPlay size="1rem" aria-hidden="true" />}
          >
            {trying ? t('Trying…') : t('Try')}
          </Button>
        </form>
        {error && <Problem explanation={error} title={t('It could not be tried')} />}
        {result ? (
          <Results result={result} />
        ) : (
          !error && (
            <p className={styles.empty}>
              {t(
                'Try shows what the reward says of each stored sample and why, and how its values are spread. Nothing of it enters a run.',
              )}
            </p>
          )
        )}
      </section>
    </div>
  )
}
