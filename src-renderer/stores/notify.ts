/** Native notifications: while another window is in front, of the events that a person chose. */
import { t } from '../text/t.ts'
import { onHostEvent } from './host.ts'
import { type Notice, noticeOf } from './notices.ts'
import { runsStore } from './runs.ts'
import { notificationsStore } from './settings.ts'
import { showRun } from './show-run.ts'

/** `unsupported`: this browser has none. */
export type Permission = NotificationPermission | 'unsupported'

export const permission = (): Permission => ('Notification' in window ? Notification.permission : 'unsupported')

const inFront = () => document.visibilityState === 'visible' && document.hasFocus()

function show({ kind, title, body, runId, step }: Notice): void {
  const shown = new Notification(title, { body, tag: `${runId} ${kind}` })
  shown.onclick = () => {
    window.focus()
    showRun(runId, step === null ? {} : { step })
    shown.close()
  }
}

/** Called once at the start. */
export function notifyOutside(): void {
  onHostEvent((event) => {
    const wishes = notificationsStore.getState()
    if (!wishes.on || inFront() || permission() !== 'granted') return
    const runId = event.type === 'run' ? event.run.id : event.type === 'alert' ? event.runId : null
    const notice = noticeOf(
      event,
      runsStore.getState().runs?.find(({ id }) => id === runId),
    )
    if (notice && wishes[notice.kind]) show(notice)
  })
}

/** Turns them on, asking the person for the browser's leave, or off. @returns whether they are on now */
export async function wishNotifications(on: boolean): Promise<boolean> {
  const granted = on && permission() !== 'unsupported' && (await Notification.requestPermission()) === 'granted'
  notificationsStore.setState({ on: granted })
  return granted
}

/** One that a person asks for, also while the window is in front. */
export function showTest(): void {
  new Notification(t('This is how runs are told of'), {
    body: t('A click on one leads to its run.'),
    tag: 'grpo-studio test',
  })
}
