/**
 * Loads the addon of tfjs-node-gpu, which runs on the CPU and on the CUDA build of libtensorflow alike. A process can load it once, and
 * what TensorFlow reads from the environment it reads then.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { threadsOfALane } from './lanes.ts'
import { withoutStderr } from './stderr.ts'
import { tf } from './tf.ts'

const commonJs = createRequire(import.meta.url)

interface TensorFlowBackend {
  isUsingGpuDevice: boolean
  binding: { TF_Version: string }
}

export interface Native {
  version: string
  threads: number
  usesGpu: boolean
}

let loaded: Native | undefined

/** True where an NVIDIA driver is installed; says nothing of whether CUDA works. */
export function hasNvidiaDriver(): boolean {
  return existsSync('/proc/driver/nvidia/version') || existsSync('/dev/nvidia0')
}

/** Makes TensorFlow the current backend of tfjs. Throws an Error that says what is missing. */
export async function loadNative(options: { gpu: boolean }): Promise<Native> {
  if (!loaded) {
    if (!options.gpu) process.env.CUDA_VISIBLE_DEVICES = '-1'
    loaded = await load(options.gpu)
  }
  if (!(await tf.setBackend('tensorflow'))) throw new Error('tfjs could not start the TensorFlow backend')
  return loaded
}

async function load(gpu: boolean): Promise<Native> {
  const manifest = commonJs.resolve('@tensorflow/tfjs-node-gpu/package.json')
  const addon = path.join(path.dirname(manifest), 'lib/napi-v8/tfjs_binding.node')
  if (!existsSync(addon))
    throw new Error(`${setupFailure(manifest) || 'it is not set up in this checkout'} (npm start tries again)`)

  // TensorFlow takes its thread count from the affinity mask alone; Node also knows a container's CPU quota.
  const threads = String(os.availableParallelism())
  process.env.TF_NUM_INTEROP_THREADS ??= threads
  process.env.TF_NUM_INTRAOP_THREADS ??= gpu ? threads : String(threadsOfALane())
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  // tfjs-node calls one function that Node 23 removed and another that warns of its own end.
  const util = commonJs('node:util') as Record<string, (value: unknown) => boolean>
  util.isNullOrUndefined ??= (value) => value === null || value === undefined
  util.isArray = Array.isArray

  // It prints two lines about oneDNN, whatever its log level.
  await withoutStderr(() => commonJs('@tensorflow/tfjs-node-gpu'))
  const backend = tf.backend() as unknown as TensorFlowBackend
  return {
    version: backend.binding.TF_Version,
    threads: Number(process.env.TF_NUM_INTEROP_THREADS),
    usesGpu: backend.isUsingGpuDevice,
  }
}

/** Why the set-up could not provide TensorFlow, as it noted beside the packages. */
function setupFailure(manifest: string): string {
  const note = path.join(path.dirname(manifest), '..', '..', '.no-tensorflow.txt')
  return existsSync(note) ? readFileSync(note, 'utf8').trim() : ''
}
