/** What `npm start` does after the set-up: build the window when its sources changed, choose where to show it, and hand over. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { buildApp, buildRenderer } from './build.mjs'
import { chooseWindow } from './electron.mjs'
import { createContext, setUp } from './index.mjs'
import { compileCache, node24 } from './places.mjs'
import { SetupProblem } from './report.mjs'

/** @returns {Promise<number>} exit status */
export async function start(args, context = createContext()) {
  if (!(await setUp(context))) return 1
  const { root, report } = context
  try {
    const window = await chooseWindow(context)
    if (window.binary) {
      await buildApp(context)
      return await handOver(window.binary, [root, ...args])
    }
    report.line(`Browser mode, as ${window.reason}.`)
    await buildRenderer(context)
    const env = { ...process.env, NODE_COMPILE_CACHE: compileCache(root) }
    return await handOver(node24(root).executable, serveArguments(root, args), env)
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error
    report.problem(error)
    return 1
  }
}

export const serveArguments = (root, args) => [
  '--disable-warning=ExperimentalWarning',
  path.join(root, 'src-main', 'headless.ts'),
  'serve',
  ...args,
]

/** Runs the app in this terminal. Ctrl-C reaches it by itself; what is sent to this process alone is passed on. */
function handOver(command, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: 'inherit' })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.removeAllListeners(signal) // set-up's own handlers would end this process before the app has closed
      process.on(signal, () => {
        if (signal !== 'SIGINT') child.kill(signal)
      })
    }
    child.on('error', (error) => {
      process.stderr.write(`! ${command} could not be started: ${error.message}\n`)
      resolve(1)
    })
    child.on('close', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}
