/** The CUDA build of libtensorflow on an NVIDIA GPU. */
import { readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import type { Backend } from './backend.ts'
import { hasNvidiaDriver, loadNative } from './native.ts'

export const tensorflowGpu: Backend = {
  name: 'tensorflow-gpu',
  async open() {
    if (!hasNvidiaDriver()) throw new Error('no NVIDIA driver is installed here')
    const native = await loadNative({ gpu: true })
    if (!native.usesGpu)
      throw new Error(
        'TensorFlow finds no GPU that it can use (is its CUDA build linked in, is the driver for CUDA 12?)',
      )
    return { version: `TensorFlow ${native.version}`, threads: os.availableParallelism(), device: gpuModel() }
  },
}

function gpuModel(): string {
  const folder = '/proc/driver/nvidia/gpus'
  try {
    const [first] = readdirSync(folder)
    return /^Model:\s*(.+)$/m.exec(readFileSync(`${folder}/${first}/information`, 'utf8'))?.[1] ?? 'NVIDIA GPU'
  } catch {
    return 'NVIDIA GPU'
  }
}
