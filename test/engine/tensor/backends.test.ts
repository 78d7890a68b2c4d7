import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { StudioError } from '../../../src-main/contract/errors.ts'
import { openBackendFor } from '../../../src-main/engine/start.ts'
import type { Backend } from '../../../src-main/engine/tensor/backend.ts'
import {
  type BackendName,
  backendNames,
  backends,
  ladderFor,
  openBackend,
} from '../../../src-main/engine/tensor/index.ts'
import { tf } from '../../../src-main/engine/tensor/tf.ts'
import { wasm } from '../../../src-main/engine/tensor/wasm.ts'
import { hasSoftwareGpu, softwareGpu } from '../support/software-gpu.ts'

afterEach(() => vi.unstubAllEnvs())

const refuses = (name: BackendName, reason: string): Backend => ({
  name,
  open: () => Promise.reject(new Error(`${reason}\nand a second line that nobody needs`)),
})

async function errorOf(promise: Promise<unknown>): Promise<StudioError> {
  const error = (await promise.catch((thrown) => thrown)) as StudioError
  expect(error).toBeInstanceOf(StudioError)
  expect(error.code).toBe('backend')
  return error
}

describe('the choice of backend', () => {
  it('is the best one that computes, and tells why not a better', async () => {
    const opened = await openBackend(undefined, [
      refuses('tensorflow-gpu', 'no driver'),
      refuses('tensorflow', 'no compiler'),
      wasm,
    ])
    expect(opened).toMatchObject({ name: 'wasm', threads: 1, version: expect.stringMatching(/^tfjs-wasm 4\./) })
    expect(opened.probes).toEqual([
      { name: 'tensorflow-gpu', available: false, reason: 'no driver' },
      { name: 'tensorflow', available: false, reason: 'no compiler' },
      expect.objectContaining({ name: 'wasm', available: true, reason: expect.stringContaining('1 thread') }),
    ])
    expect(opened.probes[2].gflops).toBeGreaterThan(0.1)
    expect(tf.getBackend()).toBe('wasm')
  })

  it('depends on the size of the model: the processor comes before WebGPU for small ones', () => {
    const names = (parameters: number) => ladderFor(parameters).map(({ name }) => name)
    expect(names(9_999_999)).toEqual(['tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm'])
    expect(names(10_000_000)).toEqual(['tensorflow-gpu', 'webgpu', 'tensorflow', 'wasm'])
    expect(backends.map(({ name }) => name)).toEqual(names(10_000_000))
  })

  it('honours a request, and the environment variable', async () => {
    expect((await openBackend('wasm')).probes).toHaveLength(1)
    vi.stubEnv('GRPO_STUDIO_BACKEND', 'wasm')
    expect(await openBackend()).toMatchObject({ name: 'wasm' })
  })

  it('never replaces what was asked for by something else', async () => {
    const error = await errorOf(openBackend('tensorflow', [refuses('tensorflow', 'no compiler'), wasm]))
    expect(error.message).toBe('The tensor backend tensorflow was asked for and cannot be used: no compiler.')
    expect(error.hint).toMatch(/doctor/)
  })

  it('refuses a backend that does not exist, naming those that do', async () => {
    vi.stubEnv('GRPO_STUDIO_BACKEND', 'cuda')
    const error = await errorOf(openBackend())
    expect(error.message).toBe('There is no tensor backend "cuda".')
    expect(error.hint).toContain(backendNames.join(', '))
  })

  it('says so when nothing computes', async () => {
    const error = await errorOf(
      openBackend(undefined, [refuses('tensorflow', 'no compiler'), refuses('wasm', 'no WebAssembly')]),
    )
    expect(error.message).toBe('No tensor backend works here: tensorflow: no compiler; wasm: no WebAssembly.')
  })

  it.runIf(hasSoftwareGpu)(
    'of the embedded model is the processor beside a GPU, unless that was asked for',
    async () => {
      for (const [name, value] of Object.entries({ ...softwareGpu, GRPO_STUDIO_SOFTWARE_GPU: '1' }))
        vi.stubEnv(name, value)
      expect(await openBackendFor('embedded', null)).toMatchObject({ name: 'tensorflow' })
      expect(await openBackendFor('embedded', 'webgpu')).toMatchObject({ name: 'webgpu' })
    },
  )

  it('passes over a library that loads but computes wrongly', async () => {
    await tf.setBackend('cpu')
    const right = tf.getKernel('BatchMatMul', 'cpu')
    const wrong: Backend = {
      name: 'tensorflow',
      async open() {
        await tf.setBackend('cpu')
        tf.unregisterKernel('BatchMatMul', 'cpu')
        tf.registerKernel({
          ...right,
          kernelFunc: (call) => {
            const out = right.kernelFunc(call) as { dataId: object }
            ;(tf.backend() as unknown as { data: Map<object, { values: Float32Array }> }).data.get(
              out.dataId,
            )!.values[0] += 1
            return out as never
          },
        })
        return { version: '0', threads: 1, device: 'a broken one' }
      },
    }
    try {
      const opened = await openBackend(undefined, [wrong, wasm])
      expect(opened.name).toBe('wasm')
      expect(opened.probes[0]).toEqual({
        name: 'tensorflow',
        available: false,
        reason: expect.stringMatching(/^it computes wrongly: the product is 8\.5 where 7\.5 is right$/),
      })
    } finally {
      tf.unregisterKernel('BatchMatMul', 'cpu')
      tf.registerKernel(right)
    }
  })
})

describe('a probe', () => {
  const run = promisify(execFile)
  const entry = new URL('../../../src-main/engine/tensor/probe.ts', import.meta.url).pathname

  it('prints what one backend is, without a word on stderr', async () => {
    for (const name of ['tensorflow', 'wasm']) {
      const { stdout, stderr } = await run(process.execPath, [entry, name])
      expect(JSON.parse(stdout)).toMatchObject({ name, available: true })
      expect(stderr).toBe('')
    }
  })

  it('fails for a name that is none', async () => {
    await expect(run(process.execPath, [entry, 'cuda'])).rejects.toMatchObject({ code: 1 })
  })
})
