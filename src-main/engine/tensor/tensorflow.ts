/** libtensorflow on the CPU. */
import os from 'node:os'
import type { Backend } from './backend.ts'
import { loadNative } from './native.ts'

export const tensorflow: Backend = {
  name: 'tensorflow',
  async open() {
    const native = await loadNative({ gpu: false })
    if (native.usesGpu) throw new Error('this process has already started TensorFlow on the GPU')
    return { version: `TensorFlow ${native.version}`, threads: native.threads, device: os.cpus()[0]?.model ?? 'CPU' }
  },
}
