import { Modal } from '@mantine/core'
import { ShortcutList } from '../parts/ShortcutList.tsx'
import { useView } from '../stores/use.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'

export function ShortcutsDialog() {
  const open = useView((view) => view.shortcuts)
  return (
    <Modal
      opened={open}
      onClose={() => viewStore.setState({ shortcuts: false })}
      title={t('Keyboard shortcuts')}
      size="52rem"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      <ShortcutList />
    </Modal>
  )
}
