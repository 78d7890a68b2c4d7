/** What tray, dock and taskbar show of the run that is active, and whether the machine may sleep. */
import type { RunSummary } from '../contract/records.ts'
import { t } from './text.ts'

export interface ShellState {
  tooltip: string
  /** Beside the tray's picture, where the system shows a text there. */
  title: string
  /** From 0 to 1; null shows none. */
  progress: number | null
  mode: 'normal' | 'paused'
  /** The machine stays awake: a run trains, which is more than being there. */
  awake: boolean
  pauseLabel: 'Pause' | 'Go on' | null
}

export const idle: ShellState = {
  tooltip: 'grpo-studio',
  title: '',
  progress: null,
  mode: 'normal',
  awake: false,
  pauseLabel: null,
}

const active = ['starting', 'running', 'paused']

export function shellState(run: RunSummary | undefined): ShellState {
  if (!run || !active.includes(run.status)) return idle
  const { number, name, status, step, totalSteps, etaSeconds } = run
  const progress = Math.min(1, step / Math.max(1, totalSteps ?? step))
  const percent = `${Math.floor(100 * progress)} %`
  const paused = status === 'paused'
  const course = t('#{{number}} {{name}}: {{status}}, step {{step}} of {{totalSteps}}', {
    // the shell tells of runs that are trained here, whose steps are planned
    ...{ number, name, step, totalSteps: totalSteps ?? step },
    status: t(status),
  })
  return {
    tooltip:
      etaSeconds === null || paused ? course : t('{{course}}, {{time}} to go', { course, time: timeLeft(etaSeconds) }),
    title: percent,
    progress,
    mode: paused ? 'paused' : 'normal',
    awake: !paused,
    pauseLabel: paused ? 'Go on' : status === 'running' ? 'Pause' : null,
  }
}

/** A minute is as exact as a tray is looked at. */
function timeLeft(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return minutes < 60
    ? t('{{minutes}} min', { minutes })
    : t('{{hours}} h {{minutes}} min', { hours: Math.floor(minutes / 60), minutes: minutes % 60 })
}

export const sameState = (a: ShellState, b: ShellState): boolean =>
  (Object.keys(a) as (keyof ShellState)[]).every((key) => a[key] === b[key])

/** Closing the window leaves a run that trains alone where a tray brings the window back; else the app ends. */
export const staysInTray = (state: ShellState, tray: boolean, quitting: boolean): boolean =>
  tray && !quitting && state.awake
