import { Alert, Button, Group, Modal, NumberInput, Select, TextInput } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { RecipeInfo } from '../../src-main/contract/api.ts'
import type { Change } from '../../src-main/contract/estimate.ts'
import type { NumberSettingName } from '../../src-main/contract/number-settings.ts'
import { type Recipe, settingsOfStages } from '../../src-main/contract/recipe.ts'
import { type LaunchOrder, launchRun } from '../actions/launch.ts'

import { queueRun } from '../actions/queue.ts'
import { openSweepDialog } from '../actions/sweeps.ts'
import { plain, plural } from '../format/number.ts'

import { useEstimate } from '../stores/estimate.ts'
import { api } from '../stores/host.ts'
import { useResource } from '../stores/resource.ts'
import { isActive } from '../stores/runs.ts'
import { useRuns, useView } from '../stores/use.ts'
import { viewStore } from '../stores/view.ts'
import { Doubts, useDoubts } from './Doubts.tsx'
import { EstimatePanel } from './EstimatePanel.tsx'
import styles from './LaunchDialog.module.css'
import { fieldOf, hasProblems, SettingsFields, valuesOf, type Wishes } from './SettingsFields.tsx'

const done = () => viewStore.setState({ launch: false, launchLike: null, judgedBy: null })

const fromFile = ' file'
const fromRun = ' run'

export function LaunchDialog() {
  const open = useView((v) => v.launch)
  return (
    <Modal opened={open} onClose={done} title="New run" size="46rem" closeButtonProps={{ 'aria-label': 'Close' }}>
      {open && <Form />}
    </Modal>
  )
}

function Form() {
  const { recipes, runs } = useRuns()
  const { data: diagnosis } = useResource('diagnosis', () => api().app.diagnose())
  const [chosen, setName] = useState<string | null>(null)
  // the list may come after the dialog
  const like = useView((v) => v.launchLike)
  const { data: original } = useResource(like, () => api().runs.get({ runId: like! }))
  const name = chosen ?? (like ? fromRun : recipes ? (recipes[0]?.name ?? fromFile) : '')
  const [file, setFile] = useState('')
  const [seed, setSeed] = useState<number | string>('')
  const [backend, setBackend] = useState('')
  const [wishes, setWishes] = useState<Wishes>({})
  /** Taken over from an estimate, beyond the settings offered here. */
  const [taken, setTaken] = useState<Change[]>([])
  const { data: ownRewards } = useResource('own-rewards', () => api().rewards.list())
  const [ownReward, setOwnReward] = useState('')
  const { data: judges } = useResource('reward-models', () => api().rewardModels.list())
  const [judge, setJudge] = useState(useView((v) => v.judgedBy) ?? '')
  const judged = judges?.models.find((model) => model.name === judge)
  const [busy, setBusy] = useState(false)
  const recipe = name === fromRun ? original && infoOf(original.config) : recipes?.find((r) => r.name === name)
  const named = { [fromFile]: file.trim(), [fromRun]: original?.config ?? '' }[name] ?? name
  const ready = named !== '' && !hasProblems(wishes)

  const order: LaunchOrder = {
    recipe: named,
    assignments: [
      ...(seed === '' ? [] : [`seed=${seed}`]),
      ...taken.map((change) => change.assignment),
      ...(ownReward === '' ? [] : [`ownReward=${ownReward}`, 'rewardWeights.own=1']),
      ...(judged ? [`rewardWeights.${judged.kind}=1`, `rewardParameters.${judged.kind}.model="${judge}"`] : []),
      ...Object.entries(valuesOf(wishes)).map(([setting, value]) => `${setting}=${value}`),
    ],
    backend: backend || null,
  }
  const following = useEstimate(ready && !busy ? order : null)
  const doubts = useDoubts(ready ? order : null)
  const [accepted, setAccepted] = useState('')
  const useDoubtful = doubts.key !== '' && accepted === doubts.key
  const tooLarge = following.current && following.estimate?.fits === false

  // one run at a time trains: another waits its turn
  const active = runs?.find(({ status }) => isActive(status))
  const start = async () => {
    setBusy(true)
    const taken = { ...order, anyway: tooLarge, useDoubtful }
    if (await (active ? queueRun(taken) : launchRun(taken))) done()
    else setBusy(false)
  }
  const use = (changes: Change[]) => {
    const own = ({ assignment }: Change) => fieldOf(assignment)
    const names = new Set(changes.map(({ label }) => label))
    setTaken((before) => [...before.filter((c) => !names.has(c.label)), ...changes.filter((c) => !own(c))])
    setWishes((before) => ({
      ...before,
      ...Object.fromEntries(changes.flatMap((c) => (own(c) ? [[own(c)!, c.to]] : []))),
    }))
  }

  const backends = [
    { value: '', label: diagnosis?.chosen ? `the best here: ${diagnosis.chosen}` : 'the best here' },
    ...(diagnosis?.probes ?? []).map((p) => ({
      value: p.name,
      label: p.available ? p.name : `${p.name} (not here)`,
      disabled: !p.available,
    })),
  ]

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready && !busy && (doubts.key === '' || useDoubtful)) void start()
      }}
    >
      <Select
        label="Recipe"
        data-autofocus
        allowDeselect={false}
        value={name || null}
        onChange={(value) => setName(value ?? fromFile)}
        data={[
          ...(original ? [{ value: fromRun, label: `As run #${original.number}: ${original.name}` }] : []),
          ...(recipes ?? []).map((r) => ({ value: r.name, label: `${r.name}: ${r.title}` })),
          { value: fromFile, label: 'A recipe file…' },
        ]}
      />
      {name === fromFile ? (
        <TextInput
          label="Recipe file"
          description="Its path on the machine that trains."
          placeholder="/home/you/recipes/longer.json"
          value={file}
          onChange={(event) => setFile(event.currentTarget.value)}
        />
      ) : (
        recipe && <Summary recipe={recipe} />
      )}
      <div className={styles.row}>
        <NumberInput
          label="Seed"
          min={0}
          max={4_294_967_295}
          allowDecimal={false}
          allowNegative={false}
          placeholder={recipe ? String(recipe.recipe.seed) : 'as in the file'}
          value={seed}
          onChange={setSeed}
        />
        <Select
          label="Backend"
          allowDeselect={false}
          value={backend}
          onChange={(value) => setBackend(value ?? '')}
          data={backends}
        />
        {ownRewards && ownRewards.length > 0 && (
          <Select
            label="Your reward"
            description="Beside the recipe’s, with the weight 1, which can be turned."
            allowDeselect={false}
            value={ownReward}
            onChange={(value) => setOwnReward(value ?? '')}
            data={[{ value: '', label: 'none' }, ...ownRewards.map((r) => ({ value: r.name, label: r.name }))]}
          />
        )}
        {judges && judges.models.length > 0 && (
          <Select
            label="Reward model"
            description="Beside the recipe’s rewards, with the weight 1; on reasoning prompts it adds nothing unless its side is weighed."
            allowDeselect={false}
            value={judged ? judge : ''}
            onChange={(value) => setJudge(value ?? '')}
            data={[
              { value: '', label: 'none, or the recipe’s' },
              ...judges.models.map((m) => ({ value: m.name, label: `${m.name} (${m.kind})` })),
            ]}
          />
        )}
      </div>
      <SettingsFields
        legend="Settings, for all stages. Empty: as in the recipe."
        wishes={wishes}
        inForce={(setting) => (recipe ? byStage(recipe, setting) : undefined)}
        onChange={setWishes}
      />
      {taken.length > 0 && (
        <ul className={styles.taken} aria-label="Taken over from the estimate">
          {taken.map((change) => (
            <li key={change.label}>
              {change.label}: <b>{change.to}</b>
              <button
                type="button"
                aria-label={`Take back ${change.label}`}
                onClick={() => setTaken((before) => before.filter((c) => c !== change))}
              >
                <IconX size="0.75rem" aria-hidden="true" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Doubts doubts={doubts} accepted={useDoubtful} onAccept={(yes) => setAccepted(yes ? doubts.key : '')} />
      {ready && <EstimatePanel following={following} onUse={use} />}
      {recipes?.length === 0 && <Alert color="yellow">The host ships no recipe: give the path of a recipe file.</Alert>}
      {active && (
        <p className={styles.turn}>
          Run #{active.number} is {active.status}: this one waits its turn in the queue.
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
          Sweep over settings…
        </Button>
        <Button variant="default" onClick={done}>
          Cancel
        </Button>
        <Button
          type="submit"
          color={tooLarge ? 'red' : undefined}
          disabled={!ready || busy || (doubts.key !== '' && !useDoubtful)}
        >
          {busy ? (active ? 'Queueing…' : 'Starting…') : active ? 'Queue' : tooLarge ? 'Start anyway' : 'Launch'}
        </Button>
      </Group>
    </form>
  )
}

/** Of a run's recipe, as it stands: with what was inserted and skipped by hand. */
function infoOf(recipe: Recipe): RecipeInfo {
  const settings = settingsOfStages(recipe)
  const { name, title, description } = recipe
  const stages = recipe.stages.map((stage, i) => ({ name: stage.name, steps: stage.steps, settings: settings[i] }))
  return { name, title, description, recipe, stages }
}

/** "72 → 112" where the stages differ. */
function byStage(recipe: RecipeInfo, setting: NumberSettingName): string {
  const values = recipe.stages.map((s) => s.settings[setting])
  return values
    .filter((v, i) => v !== values[i - 1])
    .map(plain)
    .join(' → ')
}

function Summary({ recipe }: { recipe: RecipeInfo }) {
  return (
    <div className={styles.summary}>
      <p>{recipe.description}</p>
      <p>{recipe.stages.map((s) => `${s.name}: ${plural(s.steps, 'step')}`).join(', then ')}</p>
    </div>
  )
}
