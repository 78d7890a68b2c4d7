/** WebGPU by Dawn, in Node: the GPUs of AMD, Apple, Intel and NVIDIA, over Vulkan, Metal or Direct3D 12. */
import { createRequire } from 'node:module'
import type { Backend } from './backend.ts'
import { withoutStderr } from './stderr.ts'
import { tf } from './tf.ts'
import { setRight } from './webgpu-backend.ts'
import { registerKernels } from './webgpu-kernels.ts'

const commonJs = createRequire(import.meta.url)

/** The part of the WebGPU API that is used here. */
interface Gpu {
  requestAdapter(): Promise<{ info: AdapterInfo } | null>
}
interface AdapterInfo {
  vendor: string
  architecture: string
  description: string
  isFallbackAdapter: boolean
}

let device: string | undefined

export const webgpu: Backend = {
  name: 'webgpu',
  async open() {
    const first = device === undefined
    device ??= await start()
    if (!(await tf.setBackend('webgpu'))) throw new Error('tfjs could not start the WebGPU backend')
    if (first) {
      setRight()
      registerKernels()
    }
    return { version: `tfjs-webgpu ${version()}`, threads: 1, device }
  },
}

/** @returns the adapter's name. Throws an Error that says what is missing. */
async function start(): Promise<string> {
  const { create, globals } = await dawn()
  Object.assign(globalThis, globals)
  const gpu = create([])
  const adapter = await withoutStderr(() => gpu.requestAdapter())
  if (!adapter) throw new Error('no GPU with a driver for Vulkan, Metal or Direct3D 12 is found here')
  const { info } = adapter
  const name = info.description || `${info.vendor} ${info.architecture}`
  if (info.isFallbackAdapter && process.env.GRPO_STUDIO_SOFTWARE_GPU !== '1')
    throw new Error(`the only GPU here is software (${name}), slower than TensorFlow on the processor`)
  // tfjs looks for it while it is imported
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true })
  commonJs('@tensorflow/tfjs-backend-webgpu')
  return name
}

async function dawn(): Promise<{ create(options: string[]): Gpu; globals: object }> {
  try {
    // A name that the bundler does not look into: the package has a binary for each platform.
    return await withoutStderr(() => import('webgpu' as string))
  } catch (error) {
    throw new Error(`Dawn, its library, cannot be loaded: ${(error as Error).message}`)
  }
}

const version = () => (commonJs('@tensorflow/tfjs-backend-webgpu/package.json') as { version: string }).version
