import { Button, Group, Modal, Radio, Skeleton, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useStore } from 'zustand'
import { keptCheckpoints, type Removal, type RemovalPlan } from '../../../src-main/contract/library.ts'
import { bytes } from '../../format/number.ts'
import { Problem } from '../../parts/Problem.tsx'
import { api } from '../../stores/host.ts'
import { libraryStore, removeForGood } from '../../stores/library.ts'
import { useResource } from '../../stores/resource.ts'
import { t } from '../../text/t.ts'
import { type Explanation, explain } from '../../transport/explain.ts'
import styles from './RemovalDialog.module.css'

const close = () => libraryStore.setState({ removing: null })

const keepNames: Record<(typeof keptCheckpoints)[number], string> = {
  'stage-ends': t('Keep the newest, and those at the ends of stages'),
  newest: t('Keep the newest alone'),
  none: t('Keep none'),
}

/** What goes, how much room it gives, and what stays because somebody needs it: nothing brings back what goes. */
export function RemovalDialog() {
  const removing = useStore(libraryStore, (s) => s.removing)
  return (
    <Modal
      opened={removing !== null}
      onClose={close}
      title={removing && titleOf(removing)}
      size="lg"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      {removing && <Question removal={removing} />}
    </Modal>
  )
}

function titleOf(removal: Removal): string {
  if (removal.kind === 'model') return t('Delete the model {{name}}?', { name: removal.name })
  if (removal.kind === 'reward-model') return t('Delete the reward model {{name}}?', { name: removal.name })
  return removal.runs.length === 1
    ? t('Delete checkpoints of run #{{run}}?', { run: removal.runs[0] })
    : t('Delete checkpoints of {{count}} runs?', { count: removal.runs.length })
}

function Question({ removal }: { removal: Removal }) {
  const [refused, setRefused] = useState<Explanation | null>(null)
  const [busy, setBusy] = useState(false)
  const key = JSON.stringify(removal)
  const { data, error, key: answered } = useResource(key, () => api().library.plan(removal))
  const plan = answered === key ? data : null
  const doIt = async () => {
    setBusy(true)
    try {
      await removeForGood(removal)
      notifications.show({
        title: t('{{room}} freed', { room: bytes(plan?.bytes ?? 0) }),
        message: '',
        autoClose: 4000,
      })
      close()
    } catch (why) {
      setRefused(explain(why))
    }
    setBusy(false)
  }
  return (
    <Stack gap="md">
      {removal.kind === 'checkpoints' && (
        <Radio.Group
          aria-label={t('Which stay')}
          value={removal.keep}
          onChange={(keep) =>
            libraryStore.setState({ removing: { ...removal, keep: keptCheckpoints.find((one) => one === keep)! } })
          }
        >
          <Stack gap={6}>
            {keptCheckpoints.map((keep) => (
              <Radio key={keep} value={keep} label={keepNames[keep]} size="sm" />
            ))}
          </Stack>
        </Radio.Group>
      )}
      {error ? (
        <Problem explanation={error} />
      ) : plan ? (
        <Plan plan={plan} />
      ) : (
        <Skeleton height="5rem" animate={false} />
      )}
      {refused && <Problem explanation={refused} />}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" data-autofocus onClick={close}>
          {t('Keep')}
        </Button>
        <Button color="red" loading={busy} disabled={!plan || plan.items.length === 0} onClick={() => void doIt()}>
          {plan && plan.items.length > 0
            ? t('Delete for good, {{room}}', { room: bytes(plan.bytes) })
            : t('Nothing to delete')}
        </Button>
      </Group>
    </Stack>
  )
}

function Plan({ plan: { items, bytes: room, kept, costs } }: { plan: RemovalPlan }) {
  const listed = items.reduce((sum, item) => sum + item.bytes, 0)
  return (
    <div className={styles.plan}>
      {items.length > 0 && (
        <ul aria-label={t('What goes')}>
          {items.map((item) => (
            <li key={item.name}>
              <span>{item.name}</span>
              <b>{bytes(item.bytes)}</b>
            </li>
          ))}
        </ul>
      )}
      {items.length > 0 && room < listed && (
        <p>{t('{{shared}} of it are files that a fork shares and keeps.', { shared: bytes(listed - room) })}</p>
      )}
      {items.length === 0 && kept.length === 0 && <p>{t('There is nothing like that to delete.')}</p>}
      {kept.length > 0 && (
        <ul aria-label={t('What stays')} className={styles.kept}>
          {kept.map((one) => (
            <li key={one.name}>
              <span>{t('{{name}} stays', { name: one.name })}</span>
              <span>{one.why}</span>
            </li>
          ))}
        </ul>
      )}
      {items.length > 0 && costs.map((cost) => <p key={cost}>{cost}</p>)}
    </div>
  )
}
