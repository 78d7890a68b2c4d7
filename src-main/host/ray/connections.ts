/** The lines to clusters: straight, or through tunnels, each of which is kept while a job needs it. */
import { randomInt } from 'node:crypto'
import { StudioError } from '../../contract/errors.ts'
import type { Cluster } from '../../contract/ray.ts'
import { dashboardUrl, reportUrl } from './address.ts'
import { JobsClient } from './jobs-client.ts'
import { type JobListener, jobPort } from './listener.ts'
import { Tunnel } from './tunnel.ts'

export interface Line {
  /** Where the cluster's head reports to. */
  report: string
  /** Here. */
  port: number
  /** Of the tunnel's other end. */
  remotePort: number | null
  /** Opens the tunnel again if it was lost. @throws StudioError network */
  client(): Promise<JobsClient>
  /** A tunnel that nobody else uses is closed. */
  release(): void
}

/** Ports that a system gives to nobody by itself. */
const anyPort = () => randomInt(10_000, 32_000)

export class Connections {
  readonly #listener: JobListener
  readonly #tunnels = new Map<string, { tunnel: Tunnel; users: number }>()

  constructor(listener: JobListener) {
    this.#listener = listener
  }

  /**
   * @param ports of a job that goes on: its driver knows them
   * @throws StudioError bad-request for an address that is none, or has no way back; port-in-use
   */
  async line(cluster: Cluster, ports?: { port: number; remotePort: number | null }): Promise<Line> {
    const { ssh, address } = cluster
    const dashboard = dashboardUrl(address)
    const port = await this.#listener.port(ports?.port)
    if (cluster.reach !== null && port !== jobPort)
      throw new StudioError(
        'port-in-use',
        `${cluster.name} reaches this app at ${cluster.reach}, which is to lead to port ${jobPort} of this machine; another program has that, and the app listens on ${port}.`,
        'End the other one, or give the cluster an ssh host.',
      )
    if (!ssh)
      return {
        report: reportUrl(cluster, port, null),
        port,
        remotePort: null,
        client: async () => new JobsClient(dashboard, cluster),
        release: () => {},
      }
    const there = JSON.stringify([ssh, address])
    const known = [...this.#tunnels].find(([key]) => key.startsWith(there))?.[1].tunnel.remotePort
    const remotePort = ports?.remotePort ?? known ?? anyPort()
    const key = `${there} ${remotePort}`
    const held = this.#tunnels.get(key) ?? {
      tunnel: new Tunnel({ ssh, address, remotePort, localPort: port }),
      users: 0,
    }
    held.users++
    this.#tunnels.set(key, held)
    let released = false
    return {
      report: reportUrl(cluster, port, remotePort),
      port,
      remotePort,
      client: async () => new JobsClient(await held.tunnel.base(), cluster),
      release: () => {
        if (released) return
        released = true
        held.users--
        if (held.users > 0) return
        held.tunnel.close()
        this.#tunnels.delete(key)
      },
    }
  }

  close(): void {
    for (const { tunnel } of this.#tunnels.values()) tunnel.close()
    this.#tunnels.clear()
  }
}
