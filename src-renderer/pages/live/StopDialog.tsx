import { Button, Group, Modal } from '@mantine/core'
import { steer } from '../../stores/steer.ts'
import { useView } from '../../stores/use.ts'
import { viewStore } from '../../stores/view.ts'
import { useDetail } from './data.ts'

const done = () => viewStore.setState({ stopping: false })

export function StopDialog() {
  const open = useView((v) => v.stopping)
  const detail = useDetail()
  return (
    <Modal
      opened={open}
      onClose={done}
      title={`Stop run #${detail?.number ?? ''}?`}
      size="sm"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p>
        The present step is finished and kept, a checkpoint is written, and the engine ends. The run can be resumed from
        that checkpoint later.
      </p>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={done}>
          Keep going
        </Button>
        <Button
          color="red"
          data-autofocus
          onClick={() => {
            done()
            void steer('stop')
          }}
        >
          Stop
        </Button>
      </Group>
    </Modal>
  )
}
