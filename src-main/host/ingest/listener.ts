/** The ingest API alone, where nothing serves the window: in Electron. */
import Fastify from 'fastify'
import { listen } from '../listen.ts'
import { type IngestOptions, serveIngest } from './http.ts'
import { announceListening } from './listening.ts'
import { ingestSockets } from './socket.ts'

export interface TrainerListener {
  port: number
  close(): Promise<void>
}

/** @throws StudioError port-in-use */
export async function startTrainerListener(options: IngestOptions & { port?: number }): Promise<TrainerListener> {
  const app = Fastify({ forceCloseConnections: true })
  await serveIngest(app, options)
  const sockets = ingestSockets(options)
  app.server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head))
  const port = await listen(app, options.port)
  const listening = announceListening(options.host.attached.dataFolder, port, options.token)
  return {
    port,
    async close() {
      listening.end()
      sockets.close()
      await app.close()
    },
  }
}
