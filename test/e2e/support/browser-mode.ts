/** Browser mode: the host as its own process, as `npm start` runs it, and a tab that opens the address it prints. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from '@playwright/test'
import { type OpenApp, projectFolder, type Shell } from './shell.ts'

/** Loading the host's modules takes this long at the worst, milliseconds. */
const startPatience = 90_000

export interface HostProcess {
  readonly pid: number
  readonly address: string
  readonly port: number
  output(): string
  /** Resolves with the exit status: null after a signal. */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | null>
}

/** @param port 0 takes any free one */
export async function startHost(dataFolder: string, args: string[] = [], port = 0): Promise<HostProcess> {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(projectFolder, 'src-main', 'headless.ts'),
      'serve',
      '--no-open',
      ...['--port', String(port)],
      ...['--data', dataFolder],
      ...args,
    ],
    { cwd: projectFolder, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  // A suite that is broken off leaves no host behind.
  const endWithTests = () => child.kill('SIGKILL')
  process.once('exit', endWithTests)
  child.once('exit', () => process.off('exit', endWithTests))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (said += text))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  const address = await new Promise<string>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`The host ${why}. It said:\n${said}`))
    const timer = setTimeout(() => {
      child.kill('SIGKILL')
      fail(`printed no address within ${startPatience / 1000} s`)
    }, startPatience)
    const look = () => {
      const found = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(said)
      if (!found) return
      clearTimeout(timer)
      resolve(found[0])
    }
    child.stdout?.on('data', look)
    void ended.then((code) => {
      clearTimeout(timer)
      fail(`ended with status ${code} before it printed its address`)
    })
  })
  return {
    pid: child.pid as number,
    address,
    port: Number(new URL(address).port),
    output: () => said,
    end(signal) {
      child.kill(signal)
      return ended
    },
  }
}

/** A fresh context each start, so that nothing but the data folder is remembered. */
export function browserShell(openBrowser: () => Promise<Browser>, watch: (page: Page) => void): Shell {
  return {
    name: 'browser',
    async start(dataFolder, args): Promise<OpenApp> {
      let host = await startHost(dataFolder, args)
      const context: BrowserContext = await (await openBrowser()).newContext()
      const page = await context.newPage()
      watch(page)
      await page.goto(host.address)
      const end = async (signal: 'SIGINT' | 'SIGKILL') => {
        // first the page: what it still fetches when the host goes is nobody's complaint
        await context.close()
        return host.end(signal)
      }
      return {
        page,
        get pid() {
          return host.pid
        },
        address: host.address,
        host: {
          end: (signal) => host.end(signal),
          async startAgain() {
            host = await startHost(dataFolder, args, host.port)
          },
        },
        output: () => host.output(),
        quit: () => end('SIGINT'),
        kill: () => end('SIGKILL').then(() => undefined),
      }
    },
  }
}
