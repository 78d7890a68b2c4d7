/** One client of the contract, over whichever transport the window has. */
import { createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import type { contract } from '../../src-main/contract/api.ts'
import { askNeighbours } from './neighbour.ts'

export type Api = ContractRouterClient<typeof contract>

export interface Connection {
  api: Api
  /** Settles when the transport is gone. */
  closed: Promise<void>
  close(): void
}

const tokenKey = 'grpo-studio.token'

/** The token comes in the address once; after that it lives in this tab alone, so that it is not shared with the address. */
export function takeToken(location: Location, storage: Storage, history: History): string | null {
  const url = new URL(location.href)
  const given = url.searchParams.get('token')
  if (!given) return storage.getItem(tokenKey)
  storage.setItem(tokenKey, given)
  url.searchParams.delete('token')
  history.replaceState(history.state, '', url)
  return given
}

/** WebSocket to the host that served this page. Rejects when it cannot be opened. */
export function connectSocket(token: string | null): Promise<Connection> {
  const url = new URL('/rpc', window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  if (token) url.searchParams.set('token', token)
  const websocket = new WebSocket(url)
  const closed = new Promise<void>((resolve) => websocket.addEventListener('close', () => resolve(), { once: true }))
  return new Promise((resolve, reject) => {
    closed.then(() => reject(new Error('The host cannot be reached.')))
    websocket.addEventListener(
      'open',
      () => resolve({ api: createORPCClient(new SocketLink({ websocket })), closed, close: () => websocket.close() }),
      { once: true },
    )
  })
}

/** A fresh pair of ports; the preload script hands the far one to the main process. */
export async function connectPort(): Promise<Connection> {
  const { port1: near, port2: far } = new MessageChannel()
  const closed = new Promise<void>((resolve) => near.addEventListener('close', () => resolve(), { once: true }))
  window.postMessage('start-orpc-client', '*', [far])
  near.start()
  return { api: createORPCClient(new PortLink({ port: near })), closed, close: () => near.close() }
}

export async function connect(): Promise<Connection> {
  if (window.grpoStudio?.transport === 'message-port') return connectPort()
  const own = takeToken(window.location, window.sessionStorage, window.history)
  const token = own ?? (await askNeighbours())
  if (token && !own) window.sessionStorage.setItem(tokenKey, token)
  return connectSocket(token)
}

/** Of this tab; null in Electron, and in a tab that was never let in. */
export const ownToken = (): string | null => (window.grpoStudio ? null : window.sessionStorage.getItem(tokenKey))

/** Is the page's own server up, though it refuses the connection? Then the token is no longer the right one. */
export async function serverAnswers(): Promise<boolean> {
  if (window.grpoStudio) return false
  try {
    return (await fetch(window.location.pathname, { cache: 'no-store', method: 'HEAD' })).ok
  } catch {
    return false
  }
}
