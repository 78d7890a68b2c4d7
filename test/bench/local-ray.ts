/** A Ray of this machine's own: a head with its dashboard, and jobs that it is given. It is ended by its process, as `ray stop` ends every Ray on the machine. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface LocalRay {
  /** Of its dashboard. */
  address: string
  /** Runs the driver in a working directory until it ends. @throws Error with the end of the job's log */
  submit(workingDirectory: string, log: (text: string) => void): Promise<void>
  end(): Promise<void>
}

/** @throws Error with what Ray said, if its dashboard does not come up within a minute */
export async function startRay(python: string, processors: number): Promise<LocalRay> {
  // sockets lie in it, whose paths are short
  const folder = mkdtempSync(join(tmpdir(), 'ray-'))
  const [dashboard, port] = [await freePort(), await freePort()]
  const address = `http://127.0.0.1:${dashboard}`
  writeFileSync(join(folder, 'token'), crypto.randomUUID().replaceAll('-', ''), { mode: 0o600 })
  const env = {
    ...process.env,
    RAY_USAGE_STATS_ENABLED: '0',
    RAY_AUTH_MODE: 'token',
    RAY_AUTH_TOKEN_PATH: join(folder, 'token'),
    RAY_ADDRESS: undefined,
  }
  const ray = (...args: string[]) =>
    spawn(python, ['-m', 'ray.scripts.scripts', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const head = ray(
    ...['start', '--head', '--block', '--node-ip-address=127.0.0.2', '--dashboard-host=127.0.0.1'],
    ...[`--dashboard-port=${dashboard}`, `--port=${port}`, `--num-cpus=${processors}`],
    ...[`--temp-dir=${folder}`, '--object-store-memory=200000000'],
  )
  const said = heard(head)
  const end = async () => {
    if (head.exitCode === null && head.signalCode === null) {
      head.kill('SIGTERM')
      await once(head, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
  }
  for (let tried = 0; !(await answers(address)); tried++) {
    if (tried === 60 || head.exitCode !== null) {
      await end()
      throw new Error(`Ray did not start: ${said()}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  return {
    address,
    async submit(workingDirectory, log) {
      const job = ray(
        ...['job', 'submit', `--address=${address}`, `--working-dir=${workingDirectory}`],
        ...['--', python, '-m', 'grpo_studio.ray', 'job.json'],
      )
      const told = heard(job, log)
      const [status] = (await once(job, 'exit')) as [number | null]
      if (status !== 0) throw new Error(`The job ended with ${status}: ${told().slice(-4000)}`)
    },
    end,
  }
}

function heard(child: ChildProcess, also: (text: string) => void = () => {}): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      text = `${text}${chunk}`.slice(-20_000)
      also(String(chunk))
    })
  return () => text
}

async function answers(address: string): Promise<boolean> {
  try {
    // without its token it answers that one is needed
    return (await fetch(`${address}/api/version`)).status < 500
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
