import { Button, Group, Modal, Select, Textarea } from '@mantine/core'
import { useState } from 'react'
import type { RunDetail } from '../../../../src-main/contract/records.ts'
import { steer } from '../../../stores/steer.ts'
import { useView } from '../../../stores/use.ts'
import { viewStore } from '../../../stores/view.ts'
import { t } from '../../../text/t.ts'
import { useDetail } from '../data.ts'
import styles from './Header.module.css'

const done = () => viewStore.setState({ inserting: false })

/** A stage as a recipe has it, and where in the plan it goes. */
export function InsertStageDialog() {
  const open = useView((v) => v.inserting)
  const detail = useDetail()
  return (
    <Modal
      opened={open && detail !== null}
      onClose={done}
      title={t('Insert a stage')}
      size="40rem"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      {open && detail && <Form detail={detail} />}
    </Modal>
  )
}

function Form({ detail }: { detail: RunDetail }) {
  const { config, stage } = detail
  const [text, setText] = useState(() =>
    JSON.stringify({ ...config.stages[stage], name: `after ${config.stages[stage].name}` }, null, 2),
  )
  const [at, setAt] = useState(stage + 1)
  const [busy, setBusy] = useState(false)
  const parsed = read(text)
  const places = Array.from({ length: config.stages.length - stage }, (_, i) => stage + 1 + i)

  const insert = async () => {
    setBusy(true)
    if (parsed.stage && (await steer('insert-stage', undefined, undefined, { stage: at, insert: parsed.stage }))) done()
    setBusy(false)
  }
  return (
    <form
      className={styles.insert}
      onSubmit={(event) => {
        event.preventDefault()
        if (parsed.stage && !busy) void insert()
      }}
    >
      <Select
        label={t('Where')}
        allowDeselect={false}
        value={String(at)}
        onChange={(value) => value !== null && setAt(Number(value))}
        data={places.map((place) => ({
          value: String(place),
          label: t('after {{place}}, {{name}}{{place2}}', {
            place,
            name: config.stages[place - 1].name,
            place2: place === config.stages.length ? t(' (last)') : '',
          }),
        }))}
      />
      <Textarea
        label={t('The stage')}
        description={t('As in a recipe’s stages; file names are whole paths on the machine that trains.')}
        data-autofocus
        autosize
        minRows={8}
        maxRows={18}
        spellCheck={false}
        classNames={{ input: 'mono' }}
        value={text}
        error={parsed.problem}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={done}>
          {t('Cancel')}
        </Button>
        <Button type="submit" disabled={!parsed.stage || busy}>
          {t('Insert')}
        </Button>
      </Group>
    </form>
  )
}

function read(text: string): { stage?: Record<string, unknown>; problem?: string } {
  try {
    const stage = JSON.parse(text) as unknown
    if (typeof stage === 'object' && stage !== null && !Array.isArray(stage))
      return { stage: stage as Record<string, unknown> }
    return { problem: t('A stage is an object: { "kind": "grpo", … }.') }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}
