import { Modal } from '@mantine/core'
import { useView } from '../stores/use.ts'
import { viewStore } from '../stores/view.ts'
import { t } from '../text/t.ts'
import { LaunchForm } from './launch/LaunchForm.tsx'

const done = () => viewStore.setState({ launch: false, launchLike: null, launchFile: null, judgedBy: null })

export function LaunchDialog() {
  const open = useView((v) => v.launch)
  // a recipe that is opened from outside begins the form anew
  const file = useView((v) => v.launchFile)
  return (
    <Modal
      opened={open}
      onClose={done}
      title={t('New run')}
      size="46rem"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      {open && <LaunchForm key={file ?? ''} onDone={done} />}
    </Modal>
  )
}
