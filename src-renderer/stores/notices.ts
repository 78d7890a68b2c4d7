/** Which events are told outside the window, and by what words: a function of what the host says. */
import type { HostEvent } from '../../src-main/contract/api.ts'
import type { RunSummary } from '../../src-main/contract/records.ts'
import { percent } from '../format/number.ts'
import { t } from '../text/t.ts'

export const noticeKinds = ['finished', 'paused', 'failed', 'alert'] as const
export type NoticeKind = (typeof noticeKinds)[number]

export interface Notice {
  kind: NoticeKind
  title: string
  body: string
  runId: string
  /** Where to look; null: at the newest. */
  step: number | null
}

/**
 * What there is to tell of an event, if anything.
 * @param before the run as it was known; a run that is heard of for the first time is no news
 */
export function noticeOf(event: HostEvent, before: RunSummary | undefined): Notice | null {
  if (!before) return null
  const name = `#${before.number} ${before.name}`
  if (event.type === 'alert' && event.alert.kind === 'trainer-note') return null
  if (event.type === 'alert')
    return {
      kind: 'alert',
      title: t('Alert in {{name}}, step {{step}}', { name, step: event.alert.step }),
      body: event.alert.message,
      runId: event.runId,
      step: event.alert.step,
    }
  if (event.type !== 'run' || event.run.status === before.status) return null
  const { run } = event
  const at =
    run.totalSteps === null
      ? t('After step {{step}}', { step: run.step })
      : t('After step {{step}} of {{total}}', { step: run.step, total: run.totalSteps })
  const told = (kind: NoticeKind, title: string, body: string): Notice => ({
    kind,
    title,
    body,
    runId: run.id,
    step: null,
  })
  if (run.status === 'finished') {
    const accuracy = percent(run.accuracy)
    return told('finished', t('{{name}} is finished', { name }), t('Held-out accuracy {{accuracy}}', { accuracy }))
  }
  if (run.status === 'paused') return told('paused', t('{{name}} is paused', { name }), run.error?.message ?? at)
  if (run.status === 'failed') return told('failed', t('{{name}} has failed', { name }), run.error?.message ?? at)
  return null
}
