/** WebGPU, in a process of its own for each try: what it finds there is decided while it is opened. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { hasSoftwareGpu, softwareGpu } from '../support/software-gpu.ts'

const run = promisify(execFile)
const entry = new URL('../../../src-main/engine/tensor/probe.ts', import.meta.url).pathname
async function probe(env: Record<string, string>) {
  const { stdout, stderr } = await run(process.execPath, [entry, 'webgpu'], { env: { ...process.env, ...env } })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as { available: boolean; reason: string; gflops?: number }
}

describe('webgpu', () => {
  it('says so where there is no GPU', async () => {
    const found = await probe({ VK_ICD_FILENAMES: '/nowhere', VK_DRIVER_FILES: '/nowhere' })
    expect(found).toMatchObject({ available: false, reason: expect.stringContaining('no GPU with a driver') })
  })

  it.runIf(hasSoftwareGpu)(
    'does not take a GPU in software unless it was allowed, and then computes right',
    async () => {
      const refused = await probe({ ...softwareGpu, GRPO_STUDIO_SOFTWARE_GPU: '' })
      expect(refused).toMatchObject({ available: false, reason: expect.stringContaining('is software (SwiftShader') })
      const allowed = await probe({ ...softwareGpu, GRPO_STUDIO_SOFTWARE_GPU: '1' })
      expect(allowed).toMatchObject({ available: true, reason: expect.stringContaining('SwiftShader') })
      expect(allowed.gflops).toBeGreaterThan(0)
    },
  )
})
