/** Native libraries that write to stderr whatever they are told: what they say while an action runs is turned off at the file descriptor. */
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const commonJs = createRequire(import.meta.url)

/** The guard is an addon that the set-up compiles beside TensorFlow's; where it could not, their words are seen. TF_CPP_MIN_LOG_LEVEL=0 shows them too. */
export async function withoutStderr<T>(action: () => T | Promise<T>): Promise<T> {
  const manifest = commonJs.resolve('@tensorflow/tfjs-node-gpu/package.json')
  const guard = path.join(path.dirname(manifest), 'lib/napi-v8/stderr_guard.node')
  if (!existsSync(guard) || process.env.TF_CPP_MIN_LOG_LEVEL === '0') return await action()
  const { mute, restore } = commonJs(guard) as { mute(): void; restore(): void }
  mute()
  try {
    return await action()
  } finally {
    restore()
  }
}
