/** WebAssembly with SIMD: runs everywhere that Node does, on one thread (tfjs has no threads for Node). */
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Backend } from './backend.ts'
import { tf } from './tf.ts'
import { registerKernels } from './wasm-kernels.ts'

const commonJs = createRequire(import.meta.url)
let started = false

export const wasm: Backend = {
  name: 'wasm',
  async open() {
    if (!started) await start()
    if (!(await tf.setBackend('wasm'))) throw new Error('tfjs could not start the WebAssembly backend')
    return { version: `tfjs-wasm ${version()}`, threads: 1, device: 'WebAssembly with SIMD' }
  },
}

async function start(): Promise<void> {
  const { setWasmPaths } = commonJs('@tensorflow/tfjs-backend-wasm') as { setWasmPaths(folder: string): void }
  setWasmPaths(`${path.join(path.dirname(packageFile()), 'wasm-out')}${path.sep}`)
  // Emscripten adds handlers that turn an unhandled rejection into an exception inside its own code; the engine has its own.
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const before = new Map(events.map((event) => [event, process.listeners(event as 'exit')]))
  await tf.setBackend('wasm')
  await tf.ready()
  for (const event of events) {
    for (const listener of process.listeners(event as 'exit')) {
      if (!before.get(event)?.includes(listener)) process.removeListener(event, listener)
    }
  }
  registerKernels()
  started = true
}

const packageFile = () => commonJs.resolve('@tensorflow/tfjs-backend-wasm/package.json')
const version = () => (commonJs(packageFile()) as { version: string }).version
