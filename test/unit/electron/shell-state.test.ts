import { describe, expect, test } from 'vitest'
import type { RunSummary } from '../../../src-main/contract/records.ts'
import { Recoveries, whyGone } from '../../../src-main/electron/recoveries.ts'
import { idle, sameState, shellState, staysInTray } from '../../../src-main/electron/shell-state.ts'

const run = (change: Partial<RunSummary>) =>
  ({ number: 3, name: 'mine', status: 'running', step: 50, totalSteps: 200, etaSeconds: 190, ...change }) as RunSummary

describe('tray, dock and sleep', () => {
  test('show how far a run is that trains, and keep the machine awake', () => {
    expect(shellState(run({}))).toEqual({
      tooltip: '#3 mine: running, step 50 of 200, 4 min to go',
      title: '25 %',
      progress: 0.25,
      mode: 'normal',
      awake: true,
      pauseLabel: 'Pause',
    })
  })

  test('a paused run shows where it stands and lets the machine sleep', () => {
    expect(shellState(run({ status: 'paused' }))).toMatchObject({
      tooltip: '#3 mine: paused, step 50 of 200',
      mode: 'paused',
      awake: false,
      pauseLabel: 'Go on',
    })
  })

  test('one that starts cannot be paused yet', () => {
    expect(shellState(run({ status: 'starting', step: 0 }))).toMatchObject({
      progress: 0,
      awake: true,
      pauseLabel: null,
    })
  })

  test.each(['finished', 'stopped', 'failed', 'interrupted', 'abandoned'] as const)('%s is nothing to show', (status) =>
    expect(shellState(run({ status }))).toBe(idle),
  )

  test('hours are told as hours, and a step beyond the plan is the whole', () => {
    expect(shellState(run({ etaSeconds: 3 * 3600 + 61 })).tooltip).toContain('3 h 2 min to go')
    expect(shellState(run({ step: 300 })).progress).toBe(1)
  })

  test('a change is one that is seen', () => {
    expect(sameState(shellState(run({})), shellState(run({ etaSeconds: 185 })))).toBe(true)
    expect(sameState(shellState(run({})), shellState(run({ step: 60 })))).toBe(false)
  })

  test('a closed window leaves training alone where there is a tray to bring it back', () => {
    expect(staysInTray(shellState(run({})), true, false)).toBe(true)
    expect(staysInTray(shellState(run({})), false, false)).toBe(false)
    expect(staysInTray(shellState(run({})), true, true)).toBe(false)
    expect(staysInTray(shellState(run({ status: 'paused' })), true, false)).toBe(false)
    expect(staysInTray(idle, true, false)).toBe(false)
  })
})

describe('a renderer that ended', () => {
  test('is loaded again, three times a minute', () => {
    const recoveries = new Recoveries()
    expect([0, 1000, 2000, 3000].map((at) => recoveries.next('crashed', at))).toEqual([
      'reload',
      'reload',
      'reload',
      'ask',
    ])
    expect(recoveries.next('crashed', 61_500)).toBe('reload')
  })

  test('is left alone when it ended by itself', () => expect(new Recoveries().next('clean-exit', 0)).toBe('none'))

  test('is tried anew when the person asks', () => {
    const recoveries = new Recoveries()
    for (let i = 0; i < 4; i++) recoveries.next('oom', i)
    recoveries.forget()
    expect(recoveries.next('oom', 5)).toBe('reload')
  })

  test('says why, where that is known', () => {
    expect(whyGone('oom')).toBe('it ran out of memory')
    expect(whyGone('something-new')).toBe('something-new')
  })
})
