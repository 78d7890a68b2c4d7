import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { diagnose } from '../../src-main/host/diagnose.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'grpo-studio-diagnose-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  chmodSync(folder, 0o755)
  rmSync(folder, { recursive: true })
})

/** A stand-in for the program that opens a backend; argv[2] is the backend's name. */
function program(text: string): URL {
  const file = join(folder, 'probe.mjs')
  writeFileSync(file, text)
  return pathToFileURL(file)
}

describe('the diagnosis', () => {
  it('tells this machine, and every backend as it was found here', async () => {
    const found = await diagnose(folder)
    expect(found).toMatchObject({ node: process.version, dataFolder: folder, dataFolderWritable: true })
    expect(found.sqlite).toMatch(/^3\.\d+\.\d+$/)
    expect(found.memoryBytes).toBeGreaterThan(1e8)
    expect(found.probes.map((probe) => probe.name)).toEqual(['tensorflow-gpu', 'webgpu', 'tensorflow', 'wasm'])
    const best = found.probes.find((probe) => probe.available)!
    expect(found.chosen).toBe(best.name)
    expect(best.milliseconds).toBeGreaterThan(0)
    expect(best.gflops).toBeGreaterThan(0.1)
    expect(found.electron.reason).not.toBe('')
  })

  it('survives a backend that takes its process along', async () => {
    const entry = program(`const name = process.argv[2]
      if (name === 'tensorflow-gpu') process.kill(process.pid, 'SIGSEGV')
      else if (name === 'webgpu') console.log(JSON.stringify({ name, available: false, reason: 'no GPU', device: '' }))
      else if (name === 'tensorflow') { console.error('something first\\nterminate called: std::bad_alloc'); process.exit(134) }
      else console.log(JSON.stringify({ name, available: true, reason: 'fine', device: 'here' }))
      setTimeout(() => {}, name === 'tensorflow-gpu' ? 10000 : 0)`)
    const found = await diagnose(folder, entry)
    expect(found.probes).toEqual([
      { name: 'tensorflow-gpu', available: false, reason: 'it crashed (SIGSEGV) while it was tried' },
      { name: 'webgpu', available: false, reason: 'no GPU' },
      { name: 'tensorflow', available: false, reason: 'terminate called: std::bad_alloc' },
      { name: 'wasm', available: true, reason: 'fine' },
    ])
    expect(found).toMatchObject({ chosen: 'wasm', device: 'here' })
  })

  it('names the backend that was asked for as the one that runs, or none', async () => {
    const entry = program(
      `const name = process.argv[2]; console.log(JSON.stringify({ name, available: name !== 'tensorflow-gpu', reason: process.env.GRPO_STUDIO_BACKEND ?? 'not asked', device: 'x' }))`,
    )
    vi.stubEnv('GRPO_STUDIO_BACKEND', 'wasm')
    const found = await diagnose(folder, entry)
    expect(found.chosen).toBe('wasm')
    expect(found.probes[1].reason).toBe('not asked') // a probe tries its own backend whatever is asked for
    vi.stubEnv('GRPO_STUDIO_BACKEND', 'tensorflow-gpu')
    expect((await diagnose(folder, entry)).chosen).toBeNull()
  })

  it('says what trains small models where that is another backend', async () => {
    const entry = program(
      `const name = process.argv[2]; console.log(JSON.stringify({ name, available: name !== 'tensorflow-gpu', reason: 'fine', device: 'x' }))`,
    )
    expect(await diagnose(folder, entry)).toMatchObject({ chosen: 'webgpu', chosenForSmall: 'tensorflow' })
    vi.stubEnv('GRPO_STUDIO_BACKEND', 'webgpu')
    expect(await diagnose(folder, entry)).toMatchObject({ chosen: 'webgpu', chosenForSmall: 'webgpu' })
  })

  it('tries each backend once, however often it is asked', async () => {
    const tried = join(folder, 'tried')
    const entry = program(
      `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(tried)}, process.argv[2] + '\\n')
       console.log(JSON.stringify({ name: process.argv[2], available: true, reason: 'fine', device: 'x' }))`,
    )
    const [one, other] = await Promise.all([diagnose(folder, entry), diagnose(folder, entry)])
    expect(await diagnose(folder, entry)).toMatchObject({ probes: one.probes })
    expect(other.probes).toEqual(one.probes)
    expect(readFileSync(tried, 'utf8').trim().split('\n')).toEqual(one.probes.map(({ name }) => name))
  })

  it('does not need the data folder to exist', async () => {
    const entry = program(
      `console.log(JSON.stringify({ name: process.argv[2], available: false, reason: 'no', device: '' }))`,
    )
    const found = await diagnose(join(folder, 'not/yet/made'), entry)
    expect(found).toMatchObject({ dataFolderWritable: true, chosen: null })
    expect(found.freeDiskBytes).toBeGreaterThan(0)
  })
})
