/** A tunnel through an ssh host, opened by the system's own ssh and kept as long as it is needed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { StudioError } from '../../contract/errors.ts'
import type { Cluster } from '../../contract/ray.ts'
import { dashboardUrl } from './address.ts'

type Ssh = NonNullable<Cluster['ssh']>

export interface TunnelOptions {
  ssh: Ssh
  /** Of the dashboard, as the ssh host reaches it. */
  address: string
  /** Of the ssh host's loopback, which leads to `localPort` here. */
  remotePort: number
  /** Of this app. */
  localPort: number
}

/** Until it is open; milliseconds. */
const PATIENCE = 30_000
const pauses = [1000, 2000, 5000, 10_000, 20_000, 30_000]

export class Tunnel {
  readonly #options: TunnelOptions
  #process: ChildProcess | undefined
  #opening: Promise<URL> | undefined
  #failures = 0
  #notBefore = 0

  constructor(options: TunnelOptions) {
    this.#options = options
  }

  get remotePort(): number {
    return this.#options.remotePort
  }

  /**
   * This end of it, as the dashboard's address; opened again if it was lost, with longer and longer pauses.
   * @throws StudioError network, in words what ssh said
   */
  base(): Promise<URL> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined
      this.#notBefore = Date.now() + pauses[Math.min(this.#failures++, pauses.length - 1)]
      throw error
    })
    return this.#opening
  }

  close(): void {
    this.#process?.kill()
    this.#process = undefined
    this.#opening = undefined
  }

  async #open(): Promise<URL> {
    await sleep(Math.max(0, this.#notBefore - Date.now()), undefined, { ref: false })
    const { ssh, address, remotePort, localPort } = this.#options
    const dashboard = dashboardUrl(address)
    const here = await freePort()
    const port = dashboard.port || (dashboard.protocol === 'https:' ? '443' : '80')
    const process = spawn(
      'ssh',
      sshArguments(
        ssh,
        `127.0.0.1:${here}:${dashboard.hostname}:${port}`,
        `127.0.0.1:${remotePort}:127.0.0.1:${localPort}`,
      ),
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    this.#process = process
    let said = ''
    process.stderr?.on('data', (text) => {
      said = (said + String(text)).slice(-2000)
    })
    const ended = new Promise<string>((resolve) => {
      process.once('error', (error) => resolve(String(error)))
      process.once('exit', () => resolve(said))
    })
    void ended.then(() => {
      if (this.#process === process) this.#opening = undefined
    })
    const open = await Promise.race([listens(here), ended])
    if (open !== true) {
      process.kill()
      throw sshError(ssh.host, open === false ? '' : open)
    }
    this.#failures = 0
    return new URL(`${dashboard.protocol}//127.0.0.1:${here}${dashboard.pathname}`)
  }
}

/** It asks nothing (a password, whether a host is known), and gives up rather than be half open. */
export function sshArguments({ host, port, identity, config }: Ssh, there: string, back: string): string[] {
  return [
    '-N',
    '-T',
    ...(config ? ['-F', config] : []),
    ...(identity ? ['-i', identity, '-o', 'IdentitiesOnly=yes'] : []),
    ...(port ? ['-p', String(port)] : []),
    ...['BatchMode=yes', 'ExitOnForwardFailure=yes', 'ConnectTimeout=15'].flatMap((option) => ['-o', option]),
    ...['ServerAliveInterval=15', 'ServerAliveCountMax=3'].flatMap((option) => ['-o', option]),
    '-L',
    there,
    '-R',
    back,
    '--',
    host,
  ]
}

/** What ssh said, in words, with the way out. */
export function sshError(host: string, said: string): StudioError {
  const last = said.trim().split('\n').at(-1)?.trim() ?? ''
  const found = sshSays.find(({ says }) => says.test(said))
  return new StudioError(
    'network',
    `The tunnel through ${host} could not be opened: ${found?.why ?? (last || `ssh was not through after ${PATIENCE / 1000} s`)}.`,
    found?.hint ?? `Try it by hand: ssh -o BatchMode=yes ${host} true`,
  )
}

const sshSays: { says: RegExp; why: string; hint: string }[] = [
  { says: /ENOENT/, why: 'there is no ssh on this machine', hint: 'Install OpenSSH’s client.' },
  {
    says: /Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED/i,
    why: 'its host key is not known, or is another one than before',
    hint: 'Connect once by hand (ssh HOST), compare the key with what its administrator says, and accept it.',
  },
  {
    says: /Permission denied/i,
    why: 'it lets nobody in with the keys that there are',
    hint: 'The app never asks for a password: load your key into ssh-agent, or name the key’s file in the cluster’s settings.',
  },
  {
    says: /remote port forwarding failed/i,
    why: 'the port of the way back is taken there, perhaps by an ssh that was cut off and has not noticed yet',
    hint: 'It is tried again; the port is free when the ssh host has let go of it.',
  },
  {
    says: /Could not resolve hostname/i,
    why: 'there is no host of that name',
    hint: 'Check the ssh host of the cluster; names of ~/.ssh/config do too.',
  },
  { says: /Connection refused/i, why: 'no ssh server listens there', hint: 'Check host and port.' },
  { says: /timed out/i, why: 'nobody answers there', hint: 'Check the host, and the network or VPN that leads there.' },
  {
    says: /Identity file .* not accessible|no such identity/i,
    why: 'the file of the key is not there',
    hint: 'Check the key’s file in the cluster’s settings.',
  },
  {
    says: /Can't open user config file/i,
    why: 'the ssh configuration that the cluster names is not there',
    hint: 'Check it in the cluster’s settings.',
  },
]

async function listens(port: number): Promise<boolean> {
  for (const begun = Date.now(); Date.now() - begun < PATIENCE; await sleep(100, undefined, { ref: false }))
    if (await answers(port)) return true
  return false
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const end = (open: boolean) => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })

const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
