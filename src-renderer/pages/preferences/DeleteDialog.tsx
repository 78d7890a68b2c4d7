import { Button, Group, Modal } from '@mantine/core'
import { useStore } from 'zustand'
import { plural } from '../../format/number.ts'
import { deleteLabelSet, preferencesStore } from '../../stores/preferences.ts'

const close = () => preferencesStore.setState({ deleting: false })

export function DeleteDialog() {
  const { deleting, open } = useStore(preferencesStore)
  if (!open) return null
  const { number, name, done } = open.set
  return (
    <Modal
      opened={deleting}
      onClose={close}
      title={`Delete “${name}”?`}
      size="sm"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p>
        {done > 0
          ? `Its ${plural(done, 'label')} are deleted with it. Save them first if they may be of use.`
          : 'It has no labels yet.'}
      </p>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" data-autofocus onClick={close}>
          Keep it
        </Button>
        <Button color="red" onClick={() => void deleteLabelSet(number)}>
          Delete
        </Button>
      </Group>
    </Modal>
  )
}
