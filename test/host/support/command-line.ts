/** The command line as a process of its own. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary.ts'

const headless = fileURLToPath(new URL('../../../src-main/headless.ts', import.meta.url))

export interface Result {
  status: number | null
  out: string
  err: string
}

export interface Started {
  pid: number
  /** Resolves when stderr or stdout has shown this. */
  shown(pattern: RegExp): Promise<void>
  kill(signal: NodeJS.Signals): void
  result: Promise<Result>
}

export function start(
  args: string[],
  { data, input, env: more }: { data?: string; input?: string; env?: NodeJS.ProcessEnv } = {},
): Started {
  const env: NodeJS.ProcessEnv = { ...process.env, GRPO_STUDIO_DATA: data ?? temporaryFolder(), NO_COLOR: '1', ...more }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', headless, ...args], { env })
  onTestFinished(() => void child.kill('SIGKILL'))
  child.stdin.end(input ?? '')
  let out = ''
  let err = ''
  const wake: (() => void)[] = []
  const heard = () => {
    for (const w of wake.splice(0)) w()
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    heard()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
    heard()
  })
  let over = false
  const result = new Promise<Result>((resolve) => {
    child.on('close', (status) => {
      over = true
      heard()
      resolve({ status, out, err })
    })
  })
  return {
    pid: child.pid!,
    async shown(pattern) {
      while (!pattern.test(out + err)) {
        if (over) throw new Error(`It ended without showing ${pattern}:\n${out}${err}`)
        await new Promise<void>((resolve) => wake.push(resolve))
      }
    },
    kill: (signal) => void child.kill(signal),
    result,
  }
}

export const run = (args: string[], more?: Parameters<typeof start>[1]) => start(args, more).result
