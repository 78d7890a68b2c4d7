/** A job through a real ssh server on loopback, with keys of its own. Left out where there is no sshd. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { Host } from '../../src-main/host/host.ts'
import { checkCluster } from '../../src-main/host/ray/clusters.ts'
import { loadRecipe } from '../../src-main/host/recipes.ts'
import { engineHere } from './support/engine-here.ts'
import { FakeRay } from './support/fake-ray.ts'
import { temporaryFolder } from './support/temporary.ts'

const sshd = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', '/usr/libexec/sshd'].find(existsSync)
if (!sshd) console.log('Left out: there is no sshd here.')

const patience = { timeout: 40_000, interval: 100 }

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

async function sshServer() {
  const folder = temporaryFolder()
  const file = (name: string) => join(folder, name)
  for (const key of ['host', 'user', 'stranger'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)])
  execFileSync('cp', [file('user.pub'), file('authorized')])
  const port = await freePort()
  const config = [
    ...[
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host')}`,
      `AuthorizedKeysFile ${file('authorized')}`,
    ],
    ...[`PidFile ${file('pid')}`, 'StrictModes no', 'UsePAM no', 'PasswordAuthentication no'],
  ]
  writeFileSync(file('sshd_config'), `${config.join('\n')}\n`)
  writeFileSync(file('config'), `UserKnownHostsFile ${file('known')}\nStrictHostKeyChecking accept-new\n`)
  writeFileSync(file('strict'), `UserKnownHostsFile ${file('none')}\nStrictHostKeyChecking yes\n`)
  const start = (): ChildProcess => spawn(sshd!, ['-D', '-f', file('sshd_config')], { stdio: 'ignore' })
  let server = start()
  onTestFinished(() => void server.kill('SIGKILL'))
  await sleep(500)
  const host = `${userInfo().username}@127.0.0.1`
  return {
    ssh: (identity = 'user', from = 'config') => ({ host, port, identity: file(identity), config: file(from) }),
    /** Who is connected is cut off too. */
    async restart() {
      const sessions = execFileSync('ps', ['-o', 'pid=', '--ppid', String(server.pid)])
        .toString()
        .trim()
        .split(/\s+/)
      for (const pid of sessions) process.kill(Number(pid), 'SIGKILL')
      server.kill('SIGKILL')
      server = start()
      await sleep(500)
    },
  }
}

test.skipIf(!sshd)(
  'a job is submitted and reports through a tunnel, which is opened again when it was lost',
  { timeout: 90_000 },
  async () => {
    const ray = new FakeRay()
    const address = await ray.start()
    onTestFinished(() => ray.stop())
    const server = await sshServer()
    const host = new Host({ dataFolder: temporaryFolder(), command: 'test', poll: 100, startEngine: engineHere })
    onTestFinished(() => host.close())
    const cluster = (ssh: ReturnType<typeof server.ssh>) => checkCluster({ name: 'lab', address, ssh })

    await expect(host.ray.try(cluster(server.ssh('stranger')))).rejects.toThrow(/lets nobody in with the keys/)
    await expect(host.ray.try(cluster(server.ssh('user', 'strict')))).rejects.toThrow(/its host key is not known/)
    await expect(host.ray.try(cluster({ ...server.ssh(), port: await freePort() }))).rejects.toThrow(
      /no ssh server listens/,
    )

    host.ray.clusters.save(cluster(server.ssh()))
    const run = await host.launchOn('lab', loadRecipe('r1-zero-mini', ['trainPrompts=16', 'finalEvalPrompts=8']))
    await vi.waitFor(() => expect(host.ray.jobs(run.id)[0].status).toBe('pending'), patience)
    const { key, report } = ray.order
    const opened = () =>
      fetch(`${report.url}/ingest/v1/runs/${key}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${report.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ title: 'T', source: { engine: 'trl' } }),
      }).then(({ status }) => status)
    expect(await opened()).toBe(200)
    expect((await host.ask.run(run.id)).status).toBe('running')

    await server.restart()
    ray.newest.status = 'RUNNING'
    await vi.waitFor(
      () => expect(host.ray.jobs(run.id)[0]).toMatchObject({ status: 'running', unreachable: null }),
      patience,
    )
    // the way back is at the port that the driver knows
    await vi.waitFor(async () => expect(await opened().catch(() => 0)).toBe(200), patience)
    ray.newest.status = 'STOPPED'
    await vi.waitFor(() => expect(host.ray.jobs(run.id)[0].status).toBe('stopped'), patience)
    // nobody needs the tunnel any more
    await vi.waitFor(() => expect(opened()).rejects.toThrow(), patience)
  },
)
