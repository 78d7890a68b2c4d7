import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { ensureLibrary, fetchLibrary, libraryComplete, libraryFolder } from '../../../scripts/setup/libtensorflow.mjs'
import { cpuLibrary } from '../../../scripts/setup/pins.mjs'
import { context, problemOf, programs, scratchFolder, write } from './support.mjs'

const linux = { platform: 'linux', arch: 'x64', freeBytes: () => 1e12 }
const wheelName = 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl'
/** The real pip, kept away from any network: wheels come from this folder alone. */
const offline = (folder) => ({ ...process.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder })

let wheels
beforeEach(() => {
  wheels = scratchFolder()
})

/** A wheel as PyPI has it, but small. @returns the pin for it */
function makeWheel(content = 'machine code') {
  const files = {
    'tensorflow/libtensorflow_cc.so.2': content,
    'tensorflow/libtensorflow_framework.so.2': 'more of it',
    'tensorflow/include/tensorflow/c/c_api.h': '#pragma once',
    'tensorflow/python/large.py': 'not wanted',
    'tensorflow_cpu-2.21.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.21.0\n',
    'tensorflow_cpu-2.21.0.dist-info/WHEEL': 'Wheel-Version: 1.0\nTag: cp311-cp311-manylinux_2_27_x86_64\n',
    'tensorflow_cpu-2.21.0.dist-info/RECORD': '',
  }
  const script =
    'import sys, json, zipfile\nz = zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED)\nfor name, text in json.loads(sys.argv[2]).items(): z.writestr(name, text)\nz.close()'
  const file = path.join(wheels, wheelName)
  execFileSync('python3', ['-c', script, file, JSON.stringify(files)])
  const hash = createHash('sha256').update(readFileSync(file)).digest('hex')
  return {
    ...cpuLibrary,
    download: 1000,
    unpacked: 1000,
    requirements: [`tensorflow-cpu==2.21.0 --hash=sha256:${hash}`],
  }
}

describe('libtensorflow', () => {
  it('is downloaded by pip, unpacked as far as it is needed, and kept by version and hash', async () => {
    const here = context({ ...linux, env: offline(wheels) })
    const pin = makeWheel()
    const folder = await fetchLibrary(here, pin)
    expect(folder).toBe(libraryFolder(here.cache, pin))
    expect(path.basename(folder)).toMatch(/^cpu-2\.21\.0-[0-9a-f]{12}$/)
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual([
      'complete.json',
      'tensorflow',
      'tensorflow/include',
      'tensorflow/include/tensorflow',
      'tensorflow/include/tensorflow/c',
      'tensorflow/include/tensorflow/c/c_api.h',
      'tensorflow/libtensorflow_cc.so.2',
      'tensorflow/libtensorflow_framework.so.2',
    ])
    expect(libraryComplete(folder)).toBe(true)
    expect(readdirSync(path.dirname(folder))).toEqual([path.basename(folder)]) // nothing half done is left
    expect(here.report.lines[0]).toMatch(/downloading 1\.0 kB from PyPI with pip/)
  })

  it('is not accepted when its hash is another one', async () => {
    const here = context({ ...linux, env: offline(wheels) })
    const pin = makeWheel()
    makeWheel('machine code with something else in it')
    expect(await problemOf(fetchLibrary(here, pin))).toMatch(
      /could not be downloaded \(.*hash.*\)\. TensorFlow cannot be used; training runs on WebAssembly/i,
    )
    expect(existsSync(libraryFolder(here.cache, pin))).toBe(false)
  })

  it('counts as missing once one of its files was cut short, and is fetched again', async () => {
    const here = context({ ...linux, env: offline(wheels) })
    const pin = makeWheel()
    const folder = await fetchLibrary(here, pin)
    truncateSync(path.join(folder, 'tensorflow/libtensorflow_cc.so.2'), 3)
    expect(libraryComplete(folder)).toBe(false)
    await fetchLibrary(here, pin)
    expect(libraryComplete(folder)).toBe(true)
  })

  it('clears away what a set-up that died left half done', async () => {
    const here = context({ ...linux, env: offline(wheels) })
    const pin = makeWheel()
    const abandoned = path.join(path.dirname(libraryFolder(here.cache, pin)), '.part-999999999-cpu')
    mkdirSync(abandoned, { recursive: true })
    await fetchLibrary(here, pin)
    expect(existsSync(abandoned)).toBe(false)
  })

  it('says what no network costs', async () => {
    const env = {
      ...process.env,
      PIP_INDEX_URL: 'http://127.0.0.1:9/simple',
      PIP_FIND_LINKS: '',
      PIP_RETRIES: '0',
      PIP_CONFIG_FILE: '/dev/null',
    }
    const message = await problemOf(ensureLibrary(context({ ...linux, env })))
    expect(message).toMatch(
      /could not be downloaded \(Connection refused: .+\)\. TensorFlow cannot be used; training runs on WebAssembly/,
    )
    expect(message).not.toContain('\n')
  })

  it('says that Python is missing', async () => {
    const message = await problemOf(ensureLibrary(context({ ...linux, env: { PATH: programs({}) } })))
    expect(message).toMatch(/^Python 3, whose pip downloads TensorFlow, is not on PATH\. .*WebAssembly/)
  })

  it('says that pip is missing', async () => {
    const PATH = programs({ python3: 'echo "No module named pip" >&2; exit 1' })
    expect(await problemOf(ensureLibrary(context({ ...linux, env: { PATH } })))).toMatch(
      /python3 has no pip.*apt install python3-pip.*WebAssembly/,
    )
  })

  it('says that the disk is too full, and how much it needs, before anything is downloaded', async () => {
    const PATH = programs({ python3: 'exit 0' })
    const here = context({ ...linux, env: { PATH }, freeBytes: () => 5e8 })
    expect(await problemOf(ensureLibrary(here))).toMatch(
      /cache needs 1\.1 GB and its disk has 500 MB free\. TensorFlow cannot be used/,
    )
    expect(here.report.lines).toEqual([])
  })

  it('says that it is offered for Linux x64 only', async () => {
    expect(await problemOf(ensureLibrary(context({ platform: 'darwin', arch: 'arm64' })))).toMatch(
      /this is darwin arm64.*WebAssembly/,
    )
  })

  it('says so when the cache cannot be written', async () => {
    const here = context({ ...linux, env: offline(wheels) })
    const pin = makeWheel()
    write(here.cache, 'a file where the folder should be')
    expect(await problemOf(fetchLibrary(here, pin))).toMatch(/could not be put into .*cache.*WebAssembly/)
  })

  it('with an NVIDIA driver tries the CUDA build first, and says what happens when that cannot be had', async () => {
    const PATH = programs({ 'nvidia-smi': 'exit 0', python3: 'exit 0' })
    const here = context({ ...linux, env: { PATH }, freeBytes: () => 5e9 })
    const cpu = libraryFolder(here.cache, cpuLibrary)
    write(path.join(cpu, 'complete.json'), '{}')
    expect(await ensureLibrary(here)).toBe(cpu)
    expect(here.report.lines).toEqual([
      expect.stringMatching(/needs 10 GB .* free\. The GPU cannot be used; the CPU library is taken\.$/),
    ])
  })
})
