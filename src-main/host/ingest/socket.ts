/** The ingest API over a WebSocket: deliveries one way, what became of them and commands the other. */
import { type WebSocket, WebSocketServer } from 'ws'
import { deliverySchema, ingestLimits, runKey } from '../../contract/ingest.ts'
import type { Host } from '../host.ts'
import { refuseSocket, type Sockets } from '../loopback.ts'
import { type IngestOptions, ingestPath } from './http.ts'
import { Refusal, refusedBy, understood } from './refusals.ts'

const place = new RegExp(`^${ingestPath}/runs/([^/?]+)/socket$`)
const names: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' }

export function ingestSockets({ host, admit }: IngestOptions): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: ingestLimits.body })
  return {
    upgrade(request, socket, head) {
      try {
        admit(request.headers, place.exec(request.url ?? '')?.[1])
        const key = keyIn(request.url ?? '')
        // a key that opened no run is refused here
        host.attached.commands(key)
        server.handleUpgrade(request, socket, head, (ws) => talk(ws, host.attached, key))
      } catch (error) {
        const { status, body } = refusedBy(error)
        refuseSocket(socket, { status: `${status} ${names[status] ?? 'Refused'}`, why: `${body.message} ${body.hint}` })
      }
    },
    close() {
      for (const socket of server.clients) socket.terminate()
      server.close()
    },
  }
}

function keyIn(url: string): string {
  const found = place.exec(url)
  if (!found) throw new Refusal(404, `There is no socket at ${url}.`, `It is at ${ingestPath}/runs/KEY/socket.`)
  return understood(runKey, 'The key', found[1])
}

function talk(ws: WebSocket, attached: Host['attached'], key: string): void {
  const send = (message: object) => ws.send(JSON.stringify(message))
  const answer = (work: () => void) => {
    try {
      work()
    } catch (error) {
      send({ refused: refusedBy(error).body })
    }
  }
  const sendCommands = () =>
    answer(() => {
      const commands = attached.commands(key)
      if (commands.length > 0) send({ commands })
    })
  ws.on('message', (data) =>
    answer(() =>
      send({ delivered: attached.deliver(key, understood(deliverySchema, 'The delivery', jsonOf(String(data)))) }),
    ),
  )
  // a sign of life
  ws.on('ping', () => answer(() => attached.commands(key)))
  ws.on('close', attached.onCommands(key, sendCommands))
  // what is too large ends the socket, with the code 1009
  ws.on('error', () => {})
  sendCommands()
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    throw new Refusal(400, `The message is not JSON: ${(error as Error).message}.`, 'Send one delivery a message.')
  }
}
