/** Short messages that come and go: confirmations, refusals, alerts, the line to the host. */
import { Button, type ButtonProps } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { createElement, type FunctionComponent } from 'react'
import type { ErrorReport } from '../../src-main/contract/errors.ts'
import type { ImportState } from '../../src-main/contract/imports.ts'
import type { AlertRecord, SteeringEvent } from '../../src-main/contract/records.ts'
import { whatChanged, whenInForce } from '../text/events.ts'
import { t } from '../text/t.ts'
import { explain } from '../transport/explain.ts'

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

export function confirmed(event: SteeringEvent): void {
  if (event.refused !== null) {
    notifications.show({
      title: t('Refused: {{event}}', { event: whatChanged(event) }),
      message: event.refused,
      color: 'red',
      autoClose: 12_000,
    })
    return
  }
  notifications.show({
    title: capital(whatChanged(event)),
    message: t('In force {{event}}.', { event: whenInForce(event) }),
    color: 'violet',
    autoClose: 4000,
  })
}

export function failed(error: unknown): void {
  const { message, hint } = explain(error)
  notifications.show({ title: message, message: hint, color: 'red', autoClose: 12_000 })
}

export function alerted(alert: AlertRecord): void {
  notifications.show({
    title: t('Step {{step}}: {{message}}', { step: alert.step, message: alert.message }),
    message: alert.hint,
    color: 'red',
    autoClose: 15_000,
  })
}

/** An import that went on behind everything else has ended. */
export function imported({ path, title, run, error }: ImportState): void {
  if (run)
    notifications.show({
      title: t('Imported as run #{{number}}', { number: run.number }),
      message: title,
      color: 'teal',
      autoClose: 12_000,
    })
  else notifications.show({ title: error?.message ?? path, message: error?.hint, color: 'red', autoClose: 12_000 })
}

/** What the host has to say about its opening; stays until it is read. */
export function noticed({ message, hint }: ErrorReport): void {
  notifications.show({ id: message, title: message, message: hint, color: 'yellow', autoClose: false })
}

const lineId = 'host-line'

export function lineLost(): void {
  notifications.show({
    id: lineId,
    title: t('The line to the host is cut'),
    message: t('What you see stays. The window connects again by itself.'),
    color: 'yellow',
    autoClose: false,
    withCloseButton: false,
  })
}

export function lineBack(): void {
  notifications.update({
    id: lineId,
    title: t('Connected again'),
    message: t('Everything stored since then is here.'),
    color: 'teal',
    autoClose: 4000,
    withCloseButton: true,
  })
}

/** What the shell around the window has to say; stays until it is read. */
export function told(title: string, message: string): void {
  notifications.show({ title, message, color: 'yellow', autoClose: false })
}

const savingId = 'saving'

/** How far a file is that is being saved, with the way out of it; null: it is over. */
export function saving(progress: string | null, cancel?: () => void): void {
  if (progress === null) return void notifications.hide(savingId)
  const message = createElement(
    Button as FunctionComponent<ButtonProps & { onClick?(): void }>,
    { size: 'compact-xs', variant: 'default', mt: 4, onClick: cancel },
    t('Cancel'),
  )
  const shown = { id: savingId, title: t('Saving: {{progress}}', { progress }), message, loading: true }
  notifications.update({ ...shown, autoClose: false, withCloseButton: false })
  notifications.show({ ...shown, autoClose: false, withCloseButton: false })
}

export function saved(title: string, message: string): void {
  notifications.show({ title, message, color: 'yellow', autoClose: false })
}
