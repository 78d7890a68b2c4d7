import { Button, Group, Modal, TagsInput, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useStore } from 'zustand'
import { tagLimit } from '../../../src-main/contract/marks.ts'
import type { RunSummary } from '../../../src-main/contract/records.ts'
import { markRuns } from '../../actions/marks.ts'
import { tagsInUse } from '../../stores/run-list.ts'
import { tickedStore } from '../../stores/ticked.ts'
import { useRuns } from '../../stores/use.ts'
import { t } from '../../text/t.ts'

const close = () => tickedStore.setState({ noting: null })

export function NoteDialog() {
  const { noting } = useStore(tickedStore)
  const { runs } = useRuns()
  const meant = (runs ?? []).filter(({ id }) => noting?.includes(id))
  if (meant.length === 0) return null
  const title =
    meant.length === 1
      ? t('Run #{{number}} {{name}}', { number: meant[0].number, name: meant[0].name })
      : t('{{count}} runs', { count: meant.length })
  return (
    <Modal opened onClose={close} title={title} size="md" closeButtonProps={{ 'aria-label': t('Close') }}>
      <Fields key={noting?.join()} runs={meant} inUse={tagsInUse(runs ?? [])} />
    </Modal>
  )
}

/** Of several runs: the tags that all have, which are taken from all or given to all. */
function Fields({ runs, inUse }: { runs: RunSummary[]; inUse: string[] }) {
  const [before] = useState(() => runs[0].tags.filter((tag) => runs.every(({ tags }) => tags.includes(tag))))
  const [tags, setTags] = useState(before)
  const [note, setNote] = useState(runs[0].note)
  const save = async () => {
    const change = {
      addTags: tags.filter((tag) => !before.includes(tag)),
      removeTags: before.filter((tag) => !tags.includes(tag)),
      ...(runs.length === 1 && { note: note.trim() }),
    }
    if (
      await markRuns(
        runs.map(({ id }) => id),
        change,
      )
    )
      close()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <TagsInput
        label={runs.length === 1 ? t('Tags') : t('Tags of all of them')}
        placeholder={tags.length === 0 ? t('baseline, to repeat …') : ''}
        description={t('Enter or a comma ends one.')}
        data={inUse}
        value={tags}
        maxTags={tagLimit}
        acceptValueOnBlur
        // it would lie over the buttons before anything was typed
        openOnFocus={false}
        data-autofocus
        onChange={(next) => setTags(next.map((tag) => tag.trim().slice(0, 40)).filter(Boolean))}
      />
      {runs.length === 1 && (
        <Textarea
          mt="md"
          label={t('Note')}
          autosize
          minRows={3}
          maxRows={12}
          maxLength={10_000}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
      )}
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={close}>
          {t('Cancel')}
        </Button>
        <Button type="submit">{t('Save')}</Button>
      </Group>
    </form>
  )
}
