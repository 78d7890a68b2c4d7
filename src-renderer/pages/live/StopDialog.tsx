import { knows } from '../../actions/can.ts'
import { ConfirmDialog } from '../../parts/ConfirmDialog.tsx'
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
    <ConfirmDialog
      opened={open}
      onClose={done}
      title={t('Stop run #{{number}}?', { number: detail?.number ?? '' })}
      keep={t('Keep going')}
      confirm={t('Stop')}
      focus="confirm"
      onConfirm={() => {
        done()
        if (detail && !hears) void endJob(detail.id)
        else void steer('stop')
      }}
    >
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
    </ConfirmDialog>
  )
}
