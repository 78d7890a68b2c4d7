import { Button, Group, Modal } from '@mantine/core'
import { knows } from '../../actions/can.ts'
import { endJob } from '../../stores/jobs.ts'
import { steer } from '../../stores/steer.ts'
import { useView } from '../../stores/use.ts'
import { viewStore } from '../../stores/view.ts'
import { t } from '../../text/t.ts'
import { useDetail } from './data.ts'

const done = () => viewStore.setState({ stopping: false })

export function StopDialog() {
  const open = useView((v) => v.stopping)
  const detail = useDetail()
  const hears = detail !== null && knows(detail, 'stop')
  return (
    <Modal
      opened={open}
      onClose={done}
      title={t('Stop run #{{number}}?', { number: detail?.number ?? '' })}
      size="sm"
      closeButtonProps={{ 'aria-label': t('Close') }}
    >
      <p>
        {detail?.job
          ? hears
            ? t(
                'Its driver finishes the step in hand, writes a checkpoint, and the job ends. The run can be resumed from that checkpoint later.',
              )
            : t('Its driver is not heard yet: the job is ended. The run can be resumed later.')
          : detail?.source
            ? t('Its trainer ends after the step in hand, and what it keeps then is its own matter.')
            : t(
                'The present step is finished and kept, a checkpoint is written, and the engine ends. The run can be resumed from that checkpoint later.',
              )}
      </p>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={done}>
          {t('Keep going')}
        </Button>
        <Button
          color="red"
          data-autofocus
          onClick={() => {
            done()
            if (detail && !hears) void endJob(detail.id)
            else void steer('stop')
          }}
        >
          {t('Stop')}
        </Button>
      </Group>
    </Modal>
  )
}
