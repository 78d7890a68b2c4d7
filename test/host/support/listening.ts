/** An app in a process of its own that trainers report to, to be killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const app = fileURLToPath(new URL('./listening-app.ts', import.meta.url))

/** It listens when this returns. */
export async function startListeningApp(dataFolder: string) {
  const child = spawn(process.execPath, [app, dataFolder], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const [said] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
  return {
    port: Number(/port (\d+)/.exec(said)?.[1]),
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
