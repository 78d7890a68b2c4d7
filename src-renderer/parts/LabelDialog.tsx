import { Autocomplete, Button, Group, Modal, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useStore } from 'zustand'
import { usualLabels } from '../../src-main/contract/sample-label.ts'
import { api } from '../stores/host.ts'
import { closeLabel, type Labelling, labelsStore, saveLabel } from '../stores/labels.ts'
import { useResource } from '../stores/resource.ts'
import { t } from '../text/t.ts'

/** A label of one sample, in a word or two, and a note. */
export function LabelDialog() {
  const { asked } = useStore(labelsStore)
  if (!asked) return null
  const [{ step, group, sample }, ...more] = asked.places
  return (
    <Modal
      opened
      onClose={closeLabel}
      title={
        more.length > 0
          ? t('{{count}} samples', { count: asked.places.length })
          : t('Step {{step}}, group {{group}}, sample {{sample}}', { step, group: group + 1, sample: sample + 1 })
      }
      size="sm"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      <Form {...asked} />
    </Modal>
  )
}

function Form({ places, before }: Labelling) {
  const [{ runId }] = places
  const { data: inUse } = useResource(`labels ${runId}`, () => api().groups.labels({ runId }))
  const [label, setLabel] = useState(before?.label ?? '')
  const [note, setNote] = useState(before?.note ?? '')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (label.trim()) void saveLabel(places, { label: label.trim(), note: note.trim() })
      }}
    >
      <Autocomplete
        label={t('Label')}
        placeholder={t('hacking, good reasoning …')}
        maxLength={60}
        data-autofocus
        data={[...new Set([...(inUse ?? []), ...usualLabels])]}
        value={label}
        onChange={setLabel}
        comboboxProps={{ position: 'top' }}
      />
      <Textarea
        mt="md"
        label={t('Note')}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={10_000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Group justify="flex-end" mt="lg" gap="xs">
        {before && (
          <Button
            variant="subtle"
            color="gray"
            mr="auto"
            onClick={() => void saveLabel(places, { label: '', note: '' })}
          >
            {t('Take it away')}
          </Button>
        )}
        <Button variant="default" onClick={closeLabel}>
          {t('Cancel')}
        </Button>
        <Button type="submit" disabled={!label.trim()}>
          {t('Save')}
        </Button>
      </Group>
    </form>
  )
}
