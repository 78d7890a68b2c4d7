import { Button, Group, Modal } from '@mantine/core'
import { useStore } from 'zustand'
import { deleteLabelSet, preferencesStore } from '../../stores/preferences.ts'
import { t } from '../../text/t.ts'

const close = () => preferencesStore.setState({ deleting: false })

export function DeleteDialog() {
  const { deleting, open } = useStore(preferencesStore)
  if (!open) return null
  const { number, name, done } = open.set
  return (
    <Modal
      opened={deleting}
      onClose={close}
      title={t('Delete “{{name}}”?', { name })}
      size="sm"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      <p>
        {done > 0
          ? t('Its {{count}} labels are deleted with it. Save them first if they may be of use.', { count: done })
          : t('It has no labels yet.')}
      </p>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" data-autofocus onClick={close}>
          {t('Keep it')}
        </Button>
        <Button color="red" onClick={() => void deleteLabelSet(number)}>
          {t('Delete')}
        </Button>
      </Group>
    </Modal>
  )
}
