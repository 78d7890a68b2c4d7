/** How the charts are looked at, as a copied address has it: it is taken once, when the window opens, and then the person's own. */
import { abscissae, type Over } from '../charts/abscissa.ts'
import { liveStore } from './live.ts'
import { routeHash, routeStore } from './route.ts'
import { type ViewState, viewStore } from './view.ts'

type Look = Partial<Pick<ViewState, 'zoom' | 'over' | 'enlarged' | 'smooth' | 'log'>>

/** What an address says of it: `zoom=100-250&over=time&chart=kl&average=0&log=1`; what it does not say stays. */
export function lookOf(hash: string): Look {
  const query = new URLSearchParams(hash.split('?')[1] ?? '')
  const [, from, to] = /^(\d{1,9})-(\d{1,9})$/.exec(query.get('zoom') ?? '') ?? []
  const over = abscissae.find((one) => one === query.get('over'))
  const chart = query.get('chart')
  return {
    ...(from && Number(to) > Number(from) ? { zoom: [Number(from), Number(to)] } : {}),
    ...(over ? { over } : {}),
    ...(chart ? { enlarged: chart } : {}),
    ...(query.has('average') ? { smooth: query.get('average') !== '0' } : {}),
    ...(query.has('log') ? { log: query.get('log') === '1' } : {}),
  }
}

/** What is as everyone has it is left out. */
function queryOf({ zoom, over, enlarged, smooth, log }: ViewState): URLSearchParams {
  const query = new URLSearchParams()
  // the whole steps that are seen
  if (zoom) query.set('zoom', `${Math.ceil(zoom[0])}-${Math.floor(zoom[1])}`)
  if (over !== ('steps' satisfies Over)) query.set('over', over)
  if (enlarged) query.set('chart', enlarged)
  if (!smooth) query.set('average', '0')
  if (log) query.set('log', '1')
  return query
}

export function lookAsAddressed(): void {
  viewStore.setState(lookOf(window.location.hash))
}

/** Of what the window shows now, to be opened again. */
export function addressOfView(): string {
  const route = routeStore.getState()
  const hash = routeHash('runId' in route ? { ...route, runId: route.runId ?? liveStore.getState().runId } : route)
  const look = route.page === 'live' || route.page === 'compare' ? queryOf(viewStore.getState()) : new URLSearchParams()
  const joined = look.size === 0 ? hash : `${hash}${hash.includes('?') ? '&' : '?'}${look}`
  return new URL(joined, window.location.href.split('#')[0]).href
}
