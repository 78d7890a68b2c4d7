/** The ingest API alone, where nothing serves the window: in Electron. */
import Fastify from 'fastify'
import { listen } from '../listen.ts'
import { type IngestOptions, ofThisMachine, serveIngest } from './http.ts'
import { announceListening } from './listening.ts'
import { ingestSockets } from './socket.ts'

export interface TrainerListener {
  port: number
  close(): Promise<void>
}

/** @param token of the data folder @throws StudioError port-in-use */
export async function startTrainerListener({
  host,
  token,
  port: asked,
}: Pick<IngestOptions, 'host'> & { token: string; port?: number }): Promise<TrainerListener> {
  const { port, close } = await listenForTrainers({ host, admit: ofThisMachine(token) }, asked)
  const listening = announceListening(host.attached.dataFolder, port, token)
  return {
    port,
    close() {
      listening.end()
      return close()
    },
  }
}

/** @throws StudioError port-in-use */
export async function listenForTrainers(options: IngestOptions, asked?: number): Promise<TrainerListener> {
  const app = Fastify({ forceCloseConnections: true })
  await serveIngest(app, options)
  const sockets = ingestSockets(options)
  app.server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head))
  const port = await listen(app, asked)
  return {
    port,
    async close() {
      sockets.close()
      await app.close()
    },
  }
}
