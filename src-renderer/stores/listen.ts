/** What the window says of its own accord when something happens. Started once. */
import { alerted, lineBack, lineLost, noticed } from './announce.ts'
import { connectionStore } from './connection.ts'
import { onHostEvent, watch } from './host.ts'
import { liveStore } from './live.ts'
import { routeStore } from './route.ts'
import { runsStore, runToShow } from './runs.ts'
import { hearConfirmations } from './steer.ts'
import { viewStore } from './view.ts'

export function announceEvents(): void {
  hearConfirmations()

  onHostEvent((event) => {
    if (event.type !== 'alert' || event.alert.kind === 'trainer-note') return
    if (event.runId !== liveStore.getState().runId) return
    // where the live page is looked at, its own list says more, and a message would lie over the knobs
    if (routeStore.getState().page !== 'live' || viewStore.getState().tab === 'checkpoints') alerted(event.alert)
    else viewStore.setState({ tab: 'alerts' })
  })

  const noticesSeen = new Set<string>()
  connectionStore.subscribe(({ status, info }, before) => {
    for (const notice of info?.notices ?? []) {
      if (!noticesSeen.has(notice.message)) noticed(notice)
      noticesSeen.add(notice.message)
    }
    if (status === before.status) return
    if (status === 'lost') lineLost()
    else if (status === 'connected' && before.status !== 'connecting') lineBack()
  })

  liveStore.subscribe(({ detail }) => {
    const of = detail?.totalSteps == null ? '' : `/${detail.totalSteps}`
    document.title = detail ? `${detail.step}${of} ${detail.name} #${detail.number}` : 'grpo-studio'
  })

  // The pages of one run show that of the address, else the one that matters most. A run once shown stays, even when it ends.
  const choose = () => {
    const route = routeStore.getState()
    if (route.page !== 'live' && route.page !== 'pipeline') return
    const { runs } = runsStore.getState()
    const shown = liveStore.getState().runId
    const stays = runs?.some((r) => r.id === shown) ? shown : null
    const wanted = route.runId ?? stays ?? runToShow(runs)?.id ?? null
    if (wanted !== shown) {
      // of the first run it is what the address asks for
      if (shown !== null) viewStore.setState({ zoom: null, enlarged: null })
      void watch(wanted)
    }
  }
  routeStore.subscribe(choose)
  runsStore.subscribe(choose)
  choose()
}
