/** Browser mode: the built window and the contract over WebSocket, on loopback, for who has the token. */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import { RPCHandler } from '@orpc/server/ws'
import Fastify from 'fastify'
import { type WebSocket, WebSocketServer } from 'ws'
import { StudioError } from '../contract/errors.ts'
import { type Api, rpcOptions } from './api.ts'
import { projectFolder } from './entries.ts'
import type { Host } from './host.ts'
import { ofThisMachine, serveIngest } from './ingest/http.ts'
import { announceListening } from './ingest/listening.ts'
import { ingestSockets } from './ingest/socket.ts'
import { listen } from './listen.ts'
import { isLoopbackHost, refuseSocket, type SocketRefusal, type Sockets, sameToken } from './loopback.ts'

/** Bytes that may wait in a window's socket before the next announcement waits too. */
const socketBound = 1 << 20

export const builtWindow = join(fileURLToPath(projectFolder), 'out', 'renderer')

export interface ServerOptions {
  api: Api
  /** To which other trainers report. */
  host: Pick<Host, 'attached' | 'dataFolder'>
  token: string
  /** As asked for: only this one is tried. Left out: the default, or the next free one. */
  port?: number
  /** Folder of the built window. */
  window?: string
}

export interface RunningServer {
  port: number
  /** With the token: what a person opens. */
  address: string
  close(): Promise<void>
}

/** The token of a data folder: the same at every start, so that an open window finds its way back after a restart. */
export function tokenOf(dataFolder: string): string {
  const file = join(dataFolder, 'token')
  if (existsSync(file)) {
    const token = readFileSync(file, 'utf8').trim()
    if (/^[\w-]{43}$/.test(token)) return token
  }
  const token = randomBytes(32).toString('base64url')
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  return token
}

/** @throws StudioError port-in-use naming the port; not-found when the window has not been built */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const window = options.window ?? builtWindow
  if (!existsSync(join(window, 'index.html'))) {
    throw new StudioError(
      'not-found',
      `The window has not been built: ${window} has no index.html.`,
      'npm start builds it.',
    )
  }
  const app = Fastify({ forceCloseConnections: true })
  app.addHook('onRequest', async (request, reply) => {
    if (!isLoopbackHost(request.headers.host)) return reply.code(403).send('Only http://127.0.0.1 is served.')
    reply.headers(pageHeaders(request.headers.host))
  })
  await app.register(fastifyStatic, { root: window, cacheControl: true, maxAge: 0 })
  const ingest = { host: options.host, admit: ofThisMachine(options.token) }
  await serveIngest(app, ingest)
  const sockets = windowSockets(options)
  const trainers = ingestSockets(ingest)
  app.server.on('upgrade', (request, socket, head) => {
    const { upgrade } = request.url?.startsWith('/ingest/') ? trainers : sockets
    upgrade(request, socket, head)
  })
  const port = await listen(app, options.port)
  const listening = announceListening(options.host.dataFolder, port, options.token)
  return {
    port,
    address: `http://127.0.0.1:${port}/?token=${options.token}`,
    async close() {
      listening.end()
      sockets.close()
      trainers.close()
      await app.close()
    },
  }
}

/** Nothing but this page's own files runs, and it talks to this server only; style elements are what the components need. */
export function contentSecurityPolicy(connect: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' data: blob:`,
    `font-src 'self' data:`,
    `connect-src ${connect}`,
    `worker-src 'self' blob:`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}

function pageHeaders(host: string): Record<string, string> {
  return {
    'content-security-policy': contentSecurityPolicy(`'self' ws://${host}`),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cache-control': 'no-cache',
  }
}

function windowSockets({ api, token }: ServerOptions): Sockets {
  const handler = new RPCHandler(api, rpcOptions)
  const server = new WebSocketServer({ noServer: true, maxPayload: 4 << 20 })
  return {
    upgrade(request, socket, head) {
      const why = refusal(request, token)
      if (why) return refuseSocket(socket, why)
      server.handleUpgrade(request, socket, head, (ws) => {
        void handler.upgrade({ addEventListener: ws.addEventListener.bind(ws), send: sendInTurn(ws) })
      })
    },
    close() {
      for (const socket of server.clients) socket.terminate()
      server.close()
    },
  }
}

/** Waits while much is unsent, so that announcements gather in their bounded queue and not in the socket. */
function sendInTurn(ws: WebSocket): WebSocket['send'] {
  return (async (data: string | Uint8Array) => {
    if (ws.readyState !== ws.OPEN) return
    const sent = new Promise<void>((resolve) => ws.send(data, () => resolve()))
    if (ws.bufferedAmount > socketBound) await sent
  }) as WebSocket['send']
}

/** Why a socket is refused: a page of another site can reach loopback too, but forges neither Host nor Origin, and lacks the token. */
function refusal(request: IncomingMessage, token: string): SocketRefusal | undefined {
  const { host, origin } = request.headers
  if (!isLoopbackHost(host)) return { status: '403 Forbidden', why: 'Host is not loopback' }
  if (origin !== undefined && origin !== `http://${host}`)
    return { status: '403 Forbidden', why: 'Origin is another site' }
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (url.pathname !== '/rpc') return { status: '404 Not Found', why: 'the socket is at /rpc' }
  if (!sameToken(url.searchParams.get('token') ?? '', token))
    return { status: '401 Unauthorized', why: 'token is wrong' }
  return undefined
}
