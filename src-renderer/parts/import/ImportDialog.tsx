import { Button, Group, Modal, Select, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import {
  type ImportFormat,
  type ImportFound,
  type ImportMap,
  tableFormatsRead,
} from '../../../src-main/contract/imports.ts'
import { api } from '../../stores/host.ts'
import { forgetImport, importsStore, loadImport, startImport } from '../../stores/imports.ts'
import { useResource } from '../../stores/resource.ts'
import { useView } from '../../stores/use.ts'
import { viewStore } from '../../stores/view.ts'
import { t } from '../../text/t.ts'
import { Problem } from '../Problem.tsx'
import { Found, Known, Weights } from './Found.tsx'
import { formatChoices } from './formats.ts'
import styles from './ImportDialog.module.css'
import { Mapping } from './Mapping.tsx'
import { Reading } from './Reading.tsx'
import { type Column, columnsOf, mapOf } from './roles.ts'

const done = () => viewStore.setState({ importing: false })

/** A run that lies on the disk: where, what it was found to be, which column is what, and its way in. */
export function ImportDialog() {
  const opened = useView((v) => v.importing)
  const { state } = useStore(importsStore)
  useEffect(() => {
    if (!opened) return
    forgetImport()
    void loadImport().then(forgetImport)
  }, [opened])
  return (
    <Modal
      opened={opened}
      onClose={done}
      title={t('Import a run')}
      size="56rem"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      {state?.phase === 'reading' ? <Reading state={state} onClose={done} /> : <Form />}
    </Modal>
  )
}

const isTable = (format: ImportFormat) => (tableFormatsRead as readonly ImportFormat[]).includes(format)

/** Kept while an import fails and the form comes back. */
const typed = { path: '' }

function Form() {
  const { state, error: refused, asking } = useStore(importsStore)
  const [path, setPath] = useState(typed.path)
  const [as, setAs] = useState<ImportFormat | undefined>()
  const [title, setTitle] = useState('')
  const [columns, setColumns] = useState<Column[] | null>(null)
  const [weights, setWeights] = useState<ImportMap>({})
  const map = columns ? mapOf(columns) : weights
  const wanted = path.trim() === '' ? null : JSON.stringify({ path: path.trim(), as, map, exact: columns !== null })
  const [asked] = useDebouncedValue(wanted, 300)
  const { data, error, key } = useResource(asked, () => api().imports.look(JSON.parse(asked!)))
  const [last, setLast] = useState<{ path: string; found: ImportFound } | null>(null)
  if (data && data !== last?.found) setLast({ path: path.trim(), found: data })
  // a mapping that is wrong for a moment does not take the table away
  const found = data ?? (last?.path === path.trim() && columns ? last.found : null)
  const ready =
    wanted !== null && data !== null && key === wanted && data.known === null && data.problem === null && !asking
  const failed = state?.phase === 'failed' ? state.error : null

  const again = () => {
    setColumns(null)
    setWeights({})
    setLast(null)
    forgetImport()
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        if (ready) void startImport({ ...JSON.parse(wanted), ...(title.trim() && { title: title.trim() }) })
      }}
    >
      <TextInput
        label={t('Folder or file')}
        description={t(
          'On the machine that the host runs on: the output_dir of TRL, rollouts of verl, TensorBoard’s folder, a table, or what “grpo-studio export” wrote.',
        )}
        placeholder={t('/home/me/runs/qwen-gsm8k')}
        data-autofocus
        classNames={{ input: 'mono' }}
        value={path}
        onChange={(event) => {
          typed.path = event.currentTarget.value
          setPath(event.currentTarget.value)
          again()
        }}
      />
      {(found || as || error) && (
        <div className={styles.row}>
          <Select
            label={t('What it is')}
            allowDeselect={false}
            data={formatChoices}
            placeholder={t('not known')}
            value={as ?? found?.format ?? null}
            onChange={(value) => {
              setAs((value as ImportFormat | null) ?? undefined)
              again()
            }}
          />
          <TextInput
            label={t('Title')}
            placeholder={found?.title}
            maxLength={200}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
        </div>
      )}
      {found && <Found found={found} />}
      {found?.known && <Known known={found.known} />}
      {found?.format === 'trl' && found.rewards.length > 0 && (
        <Weights rewards={found.rewards} map={weights} onChange={setWeights} />
      )}
      {found?.table && isTable(found.format) && (
        <Mapping columns={columns ?? columnsOf(found.table)} rows={found.table.rows} onChange={setColumns} />
      )}
      {asked !== null && key === asked && error && <Problem explanation={error} />}
      {found?.problem && key === asked && !error && <Problem explanation={found.problem} />}
      {refused && <Problem explanation={refused} />}
      {failed && <Problem explanation={failed} title={t('Nothing was imported')} />}
      {state?.phase === 'cancelled' && (
        <p className={styles.far}>{t('The import was cancelled; nothing of it was kept.')}</p>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={done}>
          {t('Cancel')}
        </Button>
        <Button type="submit" disabled={!ready}>
          {asking ? t('Importing…') : t('Import')}
        </Button>
      </Group>
    </form>
  )
}
