import { useStore } from 'zustand'
import { ConfirmDialog } from '../../parts/ConfirmDialog.tsx'
import { deleteLabelSet, preferencesStore } from '../../stores/preferences.ts'
import { t } from '../../text/t.ts'

const close = () => preferencesStore.setState({ deleting: false })

export function DeleteDialog() {
  const { deleting, open } = useStore(preferencesStore)
  if (!open) return null
  const { number, name, done } = open.set
  return (
    <ConfirmDialog
      opened={deleting}
      onClose={close}
      title={t('Delete “{{name}}”?', { name })}
      keep={t('Keep it')}
      confirm={t('Delete')}
      onConfirm={() => void deleteLabelSet(number)}
    >
      {done > 0
        ? t('Its {{count}} labels are deleted with it. Save them first if they may be of use.', { count: done })
        : t('It has no labels yet.')}
    </ConfirmDialog>
  )
}
