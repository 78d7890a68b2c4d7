import { describe, expect, it } from 'vitest'
import type { HostEvent } from '../../../src-main/contract/api.ts'
import type { RunStatus, RunSummary } from '../../../src-main/contract/records.ts'
import { noticeOf } from '../../../src-renderer/stores/notices.ts'

const run = (status: RunStatus, more: Partial<RunSummary> = {}) =>
  ({
    id: 'r',
    number: 3,
    name: 'Sums',
    status,
    step: 40,
    totalSteps: 90,
    accuracy: 0.875,
    error: null,
    ...more,
  }) as RunSummary
const told = (to: RunSummary, from: RunSummary | undefined) => noticeOf({ type: 'run', run: to } as HostEvent, from)

describe('what is told outside the window', () => {
  it('is that a run has ended or waits, with what a person wants to know first', () => {
    expect(told(run('finished'), run('running'))).toEqual({
      kind: 'finished',
      title: '#3 Sums is finished',
      body: 'Held-out accuracy 87.5 %',
      runId: 'r',
      step: null,
    })
    expect(told(run('paused'), run('running'))).toMatchObject({ kind: 'paused', body: 'After step 40 of 90' })
    const error = { code: 'bad-model', message: 'model.safetensors is damaged.', hint: '' } as const
    expect(told(run('failed', { error }), run('running'))).toMatchObject({
      kind: 'failed',
      title: '#3 Sums has failed',
      body: 'model.safetensors is damaged.',
    })
  })

  it('is nothing while a run goes on, or of one that is heard of for the first time', () => {
    expect(told(run('running', { step: 41 }), run('running'))).toBeNull()
    expect(told(run('running'), run('paused'))).toBeNull()
    expect(told(run('stopped'), run('running'))).toBeNull()
    expect(told(run('finished'), run('finished'))).toBeNull()
    expect(told(run('finished'), undefined)).toBeNull()
  })

  it('is an alert, with the place to look at', () => {
    const alert = { id: 1, step: 12, at: '', kind: 'kl-jump', message: 'KL rose.', hint: '', evidence: [] } as const
    expect(noticeOf({ type: 'alert', runId: 'r', alert }, run('running'))).toEqual({
      kind: 'alert',
      title: 'Alert in #3 Sums, step 12',
      body: 'KL rose.',
      runId: 'r',
      step: 12,
    })
  })
})
