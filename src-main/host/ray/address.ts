/** Where a cluster's dashboard may be, and how the cluster reaches this app: checked before anything is sent. */
import { StudioError } from '../../contract/errors.ts'
import type { Cluster } from '../../contract/ray.ts'

/** @throws StudioError bad-request for what is no address of a dashboard */
export function dashboardUrl(address: string): URL {
  const refuse = (what: string): never => {
    throw new StudioError(
      'bad-request',
      `${JSON.stringify(address)} is no address of a Ray dashboard: ${what}.`,
      'Give it as http://HOST:8265, the address that "ray start --head" prints.',
    )
  }
  if (!URL.canParse(address)) return refuse('it is no URL')
  const url = new URL(address)
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return refuse(`"${url.protocol}//" is not spoken, only http and https are`)
  if (url.username || url.password) return refuse('it has a name or password in it')
  if (url.search || url.hash) return refuse('it has a query or fragment')
  return url
}

export const isLoopback = (url: URL): boolean => /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/.test(url.hostname)

/**
 * How the cluster's head reaches this app.
 * @param port on which it listens here
 * @param remotePort of the tunnel's other end
 * @throws StudioError bad-request for a cluster on another machine that has no way back
 */
export function reportUrl(
  { name, address, ssh, reach }: Pick<Cluster, 'name' | 'address' | 'ssh' | 'reach'>,
  port: number,
  remotePort: number | null,
): string {
  const url = dashboardUrl(address)
  if (reach !== null) return reachUrl(reach).origin
  if (ssh) return `http://127.0.0.1:${remotePort}`
  if (isLoopback(url)) return `http://127.0.0.1:${port}`
  throw new StudioError(
    'bad-request',
    `The cluster ${name} at ${url.host} is on another machine, and would not reach this app, which listens on 127.0.0.1 alone.`,
    'Give it an ssh host, through which the app opens a tunnel, or the address under which the cluster reaches this app.',
  )
}

function reachUrl(reach: string): URL {
  if (URL.canParse(reach)) {
    const url = new URL(reach)
    if ((url.protocol === 'http:' || url.protocol === 'https:') && !url.username && url.pathname === '/') return url
  }
  throw new StudioError(
    'bad-request',
    `${JSON.stringify(reach)} is no address under which a cluster could reach this app.`,
    'Give it as http://HOST:PORT.',
  )
}
