import { useStore } from 'zustand'
import { ConfirmDialog } from '../../../parts/ConfirmDialog.tsx'
import { endJob, jobsStore } from '../../../stores/jobs.ts'
import { t } from '../../../text/t.ts'
import { useDetail } from '../data.ts'

const done = () => jobsStore.setState({ ending: false })

export function EndJobDialog() {
  const { ending } = useStore(jobsStore)
  const detail = useDetail()
  const lost = detail?.job?.unreachable != null
  const heard = detail?.status === 'running' || detail?.status === 'paused'
  return (
    <ConfirmDialog
      opened={ending && detail?.job != null}
      onClose={done}
      title={
        lost
          ? t('Give up the job of run #{{number}}?', { number: detail?.number ?? '' })
          : t('End the job of run #{{number}} at once?', { number: detail?.number ?? '' })
      }
      keep={t('Keep it')}
      confirm={lost ? t('Give it up') : t('End it')}
      focus="confirm"
      onConfirm={() => {
        done()
        if (detail) void endJob(detail.id)
      }}
    >
      {lost
        ? t(
            'Its cluster does not answer. The app looks for the job no more, and the run can be resumed as a new one. If the job goes on after all, what it reports then is refused.',
          )
        : heard
          ? t(
              'Ray ends it without a checkpoint: what it learned since the last one is lost. Stop asks its driver to write one first.',
            )
          : t('Ray ends it. The run can be resumed from its last checkpoint, if it has one.')}
    </ConfirmDialog>
  )
}
