import { existsSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { ensureAddon } from '../../../scripts/setup/addon.mjs'
import { tfjsNode } from '../../../scripts/setup/places.mjs'
import { context, installedCheckout, problemOf, programs, scratchFolder, write } from './support.mjs'

/** A compiler that writes its output file and a line into a log for every call. */
function fakeCompiler() {
  const log = path.join(scratchFolder(), 'calls')
  const script = `echo "$*" >> ${log}\nwhile [ $# -gt 0 ]; do if [ "$1" = -o ]; then echo compiled > "$2"; fi; shift; done`
  return {
    PATH: programs({ 'c++': script }),
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').length : 0),
  }
}

function library() {
  const folder = path.join(scratchFolder(), 'cpu-2.21.0-abc')
  for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
    write(path.join(folder, 'tensorflow', name), name)
  return folder
}

describe('the addon', () => {
  it('is compiled and linked with the library into the checkout', async () => {
    const compiler = fakeCompiler()
    const here = context({ env: { PATH: compiler.PATH } })
    installedCheckout(here.root)
    const folder = library()
    await ensureAddon(here, folder)
    const target = tfjsNode(here.root)
    expect(readFileSync(path.join(target, 'lib/napi-v8/tfjs_binding.node'), 'utf8')).toBe('compiled\n')
    expect(readFileSync(path.join(target, 'lib/napi-v8/stderr_guard.node'), 'utf8')).toBe('compiled\n')
    expect(readlinkSync(path.join(target, 'deps/lib/libtensorflow_cc.so.2'))).toBe(
      path.join(folder, 'tensorflow/libtensorflow_cc.so.2'),
    )
    expect(compiler.calls()).toBe(2)
  })

  it('is compiled once for all checkouts of a user', async () => {
    const compiler = fakeCompiler()
    const first = context({ env: { PATH: compiler.PATH } })
    const second = context({ env: { PATH: compiler.PATH }, cache: first.cache })
    const folder = library()
    for (const here of [first, second, second]) {
      if (!existsSync(tfjsNode(here.root))) installedCheckout(here.root)
      await ensureAddon(here, folder)
    }
    expect(compiler.calls()).toBe(2)
    expect(existsSync(path.join(tfjsNode(second.root), 'lib/napi-v8/tfjs_binding.node'))).toBe(true)
  })

  it('is linked again when the library was removed from the cache and fetched again', async () => {
    const compiler = fakeCompiler()
    const here = context({ env: { PATH: compiler.PATH } })
    installedCheckout(here.root)
    const [gone, fetched] = [library(), library()]
    await ensureAddon(here, gone)
    rmSync(gone, { recursive: true })
    await ensureAddon(here, fetched)
    expect(existsSync(path.join(tfjsNode(here.root), 'deps/lib/libtensorflow_cc.so.2'))).toBe(true)
  })

  it('takes along the CUDA libraries of the CUDA build', async () => {
    const here = context({ env: { PATH: fakeCompiler().PATH } })
    installedCheckout(here.root)
    const folder = library()
    write(path.join(folder, 'nvidia/cublas/lib/libcublas.so.12'), '')
    await ensureAddon(here, folder)
    expect(existsSync(path.join(tfjsNode(here.root), 'deps/nvidia/cublas/lib/libcublas.so.12'))).toBe(true)
  })

  it('says what a missing compiler costs', async () => {
    const here = context({ env: { PATH: programs({}) } })
    installedCheckout(here.root)
    expect(await problemOf(ensureAddon(here, library()))).toMatch(
      /^No C\+\+ compiler \(c\+\+, g\+\+ or clang\+\+\) is on PATH\. TensorFlow cannot be used; training runs on WebAssembly/,
    )
  })

  it('passes on what the compiler says, and keeps nothing of a failed compilation', async () => {
    const here = context({ env: { PATH: programs({ 'g++': 'echo "x.cc:1: fatal error: no such file" >&2; exit 1' }) } })
    installedCheckout(here.root)
    expect(await problemOf(ensureAddon(here, library()))).toMatch(
      /g\+\+ could not compile .*\(x\.cc:1: fatal error: no such file\)/,
    )
    expect(existsSync(path.join(tfjsNode(here.root), 'lib'))).toBe(false)
    await ensureAddon({ ...here, env: { PATH: fakeCompiler().PATH } }, library())
    expect(existsSync(path.join(tfjsNode(here.root), 'lib/napi-v8/tfjs_binding.node'))).toBe(true)
  })
})
