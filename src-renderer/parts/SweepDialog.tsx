import { ActionIcon, Autocomplete, Button, Group, Modal, NumberInput, Select, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { defaultSettings } from '../../src-main/contract/settings.ts'
import { sweepFrom, valuesOf } from '../../src-main/contract/sweep-form.ts'
import { startSweep } from '../actions/sweeps.ts'
import { api } from '../stores/host.ts'
import { useResource } from '../stores/resource.ts'
import { useRuns, useView } from '../stores/use.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import { Problem } from './Problem.tsx'
import styles from './SweepDialog.module.css'

const done = () => viewStore.setState({ sweep: null })

/** Settings that are offered; any other, and any field of a recipe, can be typed. */
const offered = Object.keys(defaultSettings).filter((name) => !/^(reward|side)/.test(name))

export function SweepDialog() {
  const asked = useView((v) => v.sweep)
  return (
    <Modal
      opened={asked !== null}
      onClose={done}
      title={t('New sweep')}
      size="46rem"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      {asked && <Form recipe={asked.recipe} />}
    </Modal>
  )
}

interface Axis {
  id: number
  key: string
  values: string
}

/** A person still types for so long, in milliseconds. */
const pause = 250

function Form({ recipe: first }: { recipe: string }) {
  const { recipes } = useRuns()
  const { data: setUps } = useResource('sweep-set-ups', () => api().sweeps.setUps())
  const [what, setWhat] = useState(first)
  const [axes, setAxes] = useState<Axis[]>([{ id: 0, key: 'learningRate', values: '' }])
  const [seeds, setSeeds] = useState<number | string>(2)
  const [steps, setSteps] = useState<number | string>('')
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const setUp = setUps?.find((s) => `set-up:${s.name}` === what)
  const given = axes.filter(({ key, values }) => key.trim() !== '' && valuesOf(values).length > 0)
  const sweep = setUp
    ? setUp.name
    : sweepFrom({
        recipe: what,
        grid: Object.fromEntries(given.map(({ key, values }) => [key.trim(), valuesOf(values)])),
        seeds: Number(seeds) || 1,
        ...(steps !== '' && { steps: Number(steps) }),
        ...(name.trim() && { name: name.trim() }),
      })
  const empty = !setUp && given.length === 0 && (Number(seeds) || 1) < 2
  const asked = useLater(empty ? null : JSON.stringify(sweep))
  const { data, error, key } = useResource(asked, () => api().sweeps.plan({ sweep: JSON.parse(asked!) }))
  const ready = data !== null && error === null && key === JSON.stringify(sweep)

  const start = async () => {
    setBusy(true)
    if (await startSweep(sweep, null)) done()
    else setBusy(false)
  }
  const change = (id: number, more: Partial<Axis>) =>
    setAxes((before) => before.map((axis) => (axis.id === id ? { ...axis, ...more } : axis)))

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready && !busy) void start()
      }}
    >
      <Select
        label={t('What')}
        data-autofocus
        allowDeselect={false}
        value={what}
        onChange={(value) => setWhat(value ?? first)}
        data={[
          {
            group: 'A recipe over settings',
            items: [
              ...(recipes ?? []).map((r) => ({ value: r.name, label: `${r.name}: ${r.title}` })),
              ...(recipes?.some((r) => r.name === first) ? [] : [{ value: first, label: first }]),
            ],
          },
          {
            group: 'Ablations that come along',
            items: (setUps ?? []).map((s) => ({ value: `set-up:${s.name}`, label: s.title })),
          },
        ]}
      />
      {setUp ? (
        <p className={styles.about}>{setUp.description}</p>
      ) : (
        <>
          <fieldset className={styles.axes}>
            <legend>{t('Settings and their values, by commas. Every combination is trained.')}</legend>
            {axes.map(({ id, key, values }, i) => (
              <div key={id} className={styles.axis}>
                <Autocomplete
                  aria-label={t('Setting {{i}}', { i: i + 1 })}
                  placeholder={t('beta, rewardWeights.format, stages.0.steps')}
                  data={offered}
                  limit={20}
                  value={key}
                  onChange={(text) => change(id, { key: text })}
                />
                <TextInput
                  aria-label={t('Values of setting {{i}}', { i: i + 1 })}
                  placeholder="0, 0.001, 0.1"
                  value={values}
                  onChange={(event) => change(id, { values: event.currentTarget.value })}
                />
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('Leave setting {{i}} out', { i: i + 1 })}
                  disabled={axes.length === 1}
                  onClick={() => setAxes((before) => before.filter((axis) => axis.id !== id))}
                >
                  <IconX size="0.875rem" aria-hidden="true" />
                </ActionIcon>
              </div>
            ))}
            <Button
              size="compact-sm"
              variant="subtle"
              justify="flex-start"
              leftSection={<IconPlus size="0.875rem" aria-hidden="true" />}
              onClick={() =>
                setAxes((before) => [...before, { id: 1 + Math.max(...before.map((a) => a.id)), key: '', values: '' }])
              }
            >
              {t('Another setting')}
            </Button>
          </fieldset>
          <div className={styles.row}>
            <NumberInput label={t('Seeds')} min={1} max={64} allowDecimal={false} value={seeds} onChange={setSeeds} />
            <NumberInput
              label={t('Steps of each run')}
              placeholder={t('as in the recipe')}
              min={1}
              allowDecimal={false}
              value={steps}
              onChange={setSteps}
            />
            <TextInput
              label={t('Name')}
              placeholder={typeof sweep === 'string' ? '' : String(sweep.name)}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          </div>
        </>
      )}
      {error && !empty ? (
        <Problem explanation={error} title={t('It cannot be made')} />
      ) : (
        <div className={styles.plan} aria-live="polite">
          {empty || !data ? (
            <p>{t('Give a setting some values, or several seeds.')}</p>
          ) : (
            <>
              <p>
                {t('{{count}} cells', { count: data.plan.cells.length })} ×{' '}
                {t('{{count}} seeds', { count: data.plan.seeds.length })}:{' '}
                <b>{t('{{count}} runs', { count: data.runs })}</b>
              </p>
              <ul>
                {data.plan.cells.slice(0, 12).map(({ label }) => (
                  <li key={label}>{label}</li>
                ))}
                {data.plan.cells.length > 12 && (
                  <li>{t('and {{length}} more', { length: data.plan.cells.length - 12 })}</li>
                )}
              </ul>
            </>
          )}
        </div>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={done}>
          {t('Cancel')}
        </Button>
        <Button type="submit" disabled={!ready || busy}>
          {busy ? t('Queueing…') : ready ? t('Queue {{count}} runs', { count: data.runs }) : t('Queue')}
        </Button>
      </Group>
    </form>
  )
}

/** The newest value, once it has not changed for a moment. */
function useLater(value: string | null): string | null {
  const [later, setLater] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), pause)
    return () => clearTimeout(timer)
  }, [value])
  return later
}
