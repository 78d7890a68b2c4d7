/** A host as a person starts it, with a data folder of its own, and a client of its contract. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { WebSocket } from 'ws'
import type { contract } from '../../src-main/contract/api.ts'

const command = fileURLToPath(new URL('../../bin/grpo-studio', import.meta.url))
const buildWindow = fileURLToPath(new URL('../../scripts/build-renderer.ts', import.meta.url))

export interface HostProcess {
  /** With its token: what a browser opens. */
  address: string
  pid: number
  dataFolder: string
  api: ContractRouterClient<typeof contract>
  end(): Promise<void>
}

/**
 * @param fill puts something into the data folder before the host opens it
 * @param dataFolder one that stays; else one is made, and goes when the host ends
 * @throws Error with the host's own words when it ends before it has an address
 */
export async function startHost(
  fill: (dataFolder: string) => void = () => {},
  dataFolder?: string,
): Promise<HostProcess> {
  execFileSync(process.execPath, [buildWindow], { stdio: ['ignore', 2, 2] })
  const data = dataFolder ?? mkdtempSync(join(tmpdir(), 'grpo-bench-'))
  fill(data)
  const child = spawn(command, ['serve', '--no-open', '--data', data], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  let said = ''
  const address = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk
      const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(said)
      if (found) resolve(found[0])
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    ended.then(() => reject(new Error(`The host ended: ${said}`)))
  })
  const url = new URL(address)
  const websocket = new WebSocket(`ws://${url.host}/rpc${url.search}`, { origin: url.origin })
  await new Promise((resolve, reject) => websocket.once('open', resolve).once('error', reject))
  return {
    address,
    pid: child.pid!,
    dataFolder: data,
    api: createORPCClient(new RPCLink({ websocket: websocket as never })),
    async end() {
      websocket.close()
      child.kill('SIGINT')
      await ended
      if (dataFolder === undefined) rmSync(data, { recursive: true, force: true })
    },
  }
}
