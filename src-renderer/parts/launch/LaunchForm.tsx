import { Alert, Button, Group } from '@mantine/core'
import { useEffect, useState } from 'react'
import { launchRun } from '../../actions/launch.ts'
import { queueRun } from '../../actions/queue.ts'
import { openSweepDialog } from '../../actions/sweeps.ts'
import { useEstimate } from '../../stores/estimate.ts'
import { api } from '../../stores/host.ts'
import { loadPresets } from '../../stores/presets.ts'
import { useResource } from '../../stores/resource.ts'
import { trainsHere } from '../../stores/runs.ts'
import { useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'
import { type Explanation, explain } from '../../transport/explain.ts'
import { Doubts, useDoubts } from '../Doubts.tsx'
import { EstimatePanel } from '../EstimatePanel.tsx'
import styles from '../LaunchDialog.module.css'
import { Problem } from '../Problem.tsx'
import { SettingsFields } from '../SettingsFields.tsx'
import { Choices } from './Choices.tsx'
import { ofPreset, useChosen } from './chosen.ts'
import { byStage, isReady, orderOf, useGiven } from './given.ts'
import { RecipeChoice } from './RecipeChoice.tsx'
import { RecipeTools } from './RecipeTools.tsx'
import { RunFields } from './RunFields.tsx'
import { readRecipe, useDrop } from './readRecipe.ts'
import { Taken } from './Taken.tsx'
import { TargetPanel, useRefusals } from './TargetPanel.tsx'

export function LaunchForm({ onDone }: { onDone(): void }) {
  const { recipes, runs } = useRuns()
  const { data: judges } = useResource('reward-models', () => api().rewardModels.list())
  const chosen = useChosen()
  const { given, change, changeWishes, clear, use } = useGiven()
  const [busy, setBusy] = useState(false)
  const [refused, setRefused] = useState<Explanation | null>(null)
  useEffect(() => void loadPresets(), [])
  const { named, info } = chosen
  const ready = isReady(named, given)
  const order = orderOf(named, given, judges)
  const cluster = given.cluster
  const refusals = useRefusals(ready ? order : null, cluster)
  const honoured = cluster === '' || refusals.data?.length === 0
  const following = useEstimate(ready && !busy && cluster === '' ? order : null)
  const doubts = useDoubts(ready && cluster === '' ? order : null)
  const [accepted, setAccepted] = useState('')
  const useDoubtful = doubts.key !== '' && accepted === doubts.key
  const tooLarge = cluster === '' && following.current && following.estimate?.fits === false

  const read = async (file: File) => {
    try {
      chosen.take(await readRecipe(file))
      clear()
      setRefused(null)
    } catch (error) {
      setRefused(explain(error))
    }
  }
  const { over, ...drop } = useDrop((file) => void read(file))

  // one run at a time trains: another waits its turn
  const active = cluster === '' ? runs?.find(trainsHere) : undefined
  const start = async () => {
    setBusy(true)
    const taken = { ...order, anyway: tooLarge, useDoubtful, ...(cluster && { cluster }) }
    if (await (active ? queueRun(taken) : launchRun(taken))) onDone()
    else setBusy(false)
  }

  return (
    <form
      className={styles.form}
      data-over={over}
      {...drop}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready && !busy && honoured && (doubts.key === '' || useDoubtful)) void start()
      }}
    >
      <RecipeChoice chosen={chosen} />
      {refused && <Problem explanation={refused} title={t('The file was not taken')} />}
      <RecipeTools
        chosen={chosen}
        order={ready ? order : null}
        onFile={(file) => void read(file)}
        onSaved={(name) => {
          chosen.choose(ofPreset(name))
          clear()
        }}
      />
      <RunFields given={given} recipe={info} judges={judges} onChange={change} />
      <Choices given={given} recipe={info} onChange={change} />
      <SettingsFields
        legend={t('Settings, for all stages. Empty: as in the recipe.')}
        wishes={given.wishes}
        inForce={(setting) => (info ? byStage(info, (settings) => settings[setting]) : undefined)}
        onChange={changeWishes}
      />
      <Taken taken={given.taken} onChange={(taken) => change({ taken })} />
      <Doubts doubts={doubts} accepted={useDoubtful} onAccept={(yes) => setAccepted(yes ? doubts.key : '')} />
      {ready &&
        (cluster ? (
          <TargetPanel target={cluster} refusals={refusals} />
        ) : (
          <EstimatePanel following={following} onUse={use} />
        ))}
      {recipes?.length === 0 && (
        <Alert color="yellow">{t('The host ships no recipe: give the path of a recipe file.')}</Alert>
      )}
      {active && (
        <p className={styles.turn}>
          {t('Run #{{number}} is {{status}}: this one waits its turn in the queue.', {
            number: active.number,
            status: active.status,
          })}
        </p>
      )}
      <Group justify="flex-end" gap="xs">
        <Button
          variant="subtle"
          color="gray"
          mr="auto"
          disabled={!ready || typeof named !== 'string'}
          onClick={() => openSweepDialog(String(named))}
        >
          {t('Sweep over settings…')}
        </Button>
        <Button variant="default" onClick={onDone}>
          {t('Cancel')}
        </Button>
        <Button
          type="submit"
          color={tooLarge ? 'red' : undefined}
          disabled={!ready || busy || !honoured || (doubts.key !== '' && !useDoubtful)}
        >
          {busy
            ? active
              ? t('Queueing…')
              : cluster
                ? t('Submitting…')
                : t('Starting…')
            : active
              ? t('Queue')
              : tooLarge
                ? t('Start anyway')
                : cluster
                  ? t('Submit')
                  : t('Launch')}
        </Button>
      </Group>
    </form>
  )
}
