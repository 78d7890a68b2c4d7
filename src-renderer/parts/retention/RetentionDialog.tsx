import { Button, Group, Modal, Skeleton, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import { useStore } from 'zustand'
import type { Retention, RunTexts } from '../../../src-main/contract/retention.ts'
import { bytes } from '../../format/number.ts'
import { failed } from '../../stores/announce.ts'
import { api } from '../../stores/host.ts'
import { useResource } from '../../stores/resource.ts'
import { closeRetention, retentionChanged, retentionInWords, retentionStore } from '../../stores/retention.ts'
import { t } from '../../text/t.ts'
import { Problem } from '../Problem.tsx'
import styles from './RetentionDialog.module.css'
import { RetentionFields } from './RetentionFields.tsx'

/** How much of the texts of a run, or of new runs, is kept. What goes is said before it goes. */
export function RetentionDialog() {
  const asked = useStore(retentionStore, (s) => s.asked)
  if (!asked) return null
  return (
    <Modal
      opened
      onClose={closeRetention}
      title={asked === 'new runs' ? t('Texts of new runs') : t('Texts of run #{{number}}', { number: asked.number })}
      size="lg"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      {asked === 'new runs' ? <OfNewRuns /> : <OfRun runId={asked.runId} />}
    </Modal>
  )
}

function OfRun({ runId }: { runId: string }) {
  const { data, error } = useResource(`texts ${runId}`, () => api().retention.of({ runId }))
  if (error) return <Problem explanation={error} />
  return data ? <Form runId={runId} before={data} /> : <Skeleton height="17rem" animate={false} />
}

function OfNewRuns() {
  const { data, error } = useResource('texts of new runs', () => api().retention.default())
  if (error) return <Problem explanation={error} />
  return data ? <Form runId={null} before={{ retention: data }} /> : <Skeleton height="17rem" animate={false} />
}

const whole = (count: number) => count.toLocaleString('en')

interface FormProps {
  /** null: of new runs. */
  runId: string | null
  before: Pick<RunTexts, 'retention'> & Partial<RunTexts>
}

function Form({ runId, before }: FormProps) {
  const [retention, setRetention] = useState<Retention | null>(before.retention)
  const [busy, setBusy] = useState(false)
  const key = JSON.stringify(retention)
  const planned = useResource(runId === null || retention === null ? null : key, () =>
    api().retention.plan({ runId: runId!, retention: retention! }),
  )
  const plan = planned.key === key ? planned.data : null
  const goes = plan !== null && plan.texts > 0
  const save = async () => {
    if (!retention) return
    setBusy(true)
    try {
      if (runId === null) await api().retention.setDefault(retention)
      else await api().retention.set({ runId, retention })
      retentionChanged()
      const message = goes ? t('What is not kept goes bit by bit in the background.') : ''
      notifications.show({
        title: t('Kept: {{kept}}', { kept: retentionInWords(retention) }),
        message,
        autoClose: 5000,
      })
      closeRetention()
    } catch (error) {
      failed(error)
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Stack gap="md">
        {before.kept !== undefined && before.kept + (before.gone ?? 0) > 0 && <Now {...before} kept={before.kept} />}
        <RetentionFields before={before.retention} onChange={setRetention} />
        <p className={styles.always}>
          {t(
            'Of every step the best and the worst stay, and whatever an alert names or you labelled. Rewards, advantages, lengths and metrics all stay.',
          )}
        </p>
        {planned.error && <Problem explanation={planned.error} />}
        {goes && (
          <p className={styles.goes} role="alert">
            {t('About {{texts}} texts go, {{bytes}}. Nothing brings them back.', {
              texts: whole(plan.texts),
              bytes: bytes(plan.bytes),
            })}
          </p>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={closeRetention}>
            {t('Cancel')}
          </Button>
          <Button
            type="submit"
            color={goes ? 'red' : undefined}
            loading={busy}
            disabled={retention === null || (runId !== null && plan === null)}
          >
            {goes ? t('Let {{texts}} texts go', { texts: whole(plan.texts) }) : t('Save')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** What there is. */
function Now({ kept, gone = 0, bytes: size = 0 }: Partial<RunTexts> & { kept: number }) {
  return (
    <p className={styles.now}>
      {t('Texts that are kept: {{texts}}, {{bytes}} packed.', { texts: whole(kept), bytes: bytes(size) })}
      {gone > 0 && ` ${t('Not kept: {{gone}}.', { gone: whole(gone) })}`}
    </p>
  )
}
