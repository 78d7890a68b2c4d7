/** What the set-up's tests share: scratch folders, stand-ins for programs on PATH, and a report that can be read. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach } from 'vitest'
import { node24, tfjsNode } from '../../../scripts/setup/places.mjs'

const scratch = []
afterEach(() => {
  for (const folder of scratch.splice(0)) rmSync(folder, { recursive: true, force: true })
})

export function scratchFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'grpo-studio-setup-'))
  scratch.push(folder)
  return folder
}

export function write(file, content, mode) {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, content)
  if (mode) chmodSync(file, mode)
  return file
}

/** A folder for PATH with these shell scripts as programs, and nothing else but what shell scripts need. */
export function programs(scripts) {
  const folder = scratchFolder()
  for (const tool of ['sh', 'cat', 'sleep', 'touch', 'mkdir', 'dirname'])
    symlinkSync(`/bin/${tool}`, path.join(folder, tool))
  for (const [name, script] of Object.entries(scripts)) write(path.join(folder, name), `#!/bin/sh\n${script}\n`, 0o755)
  return folder
}

export function readableReport() {
  const lines = []
  return {
    lines,
    line: (text) => lines.push(text),
    problem: (problem) => lines.push(`! ${problem.message}`),
    progress: () => {},
  }
}

export function context(overrides = {}) {
  return {
    root: scratchFolder(),
    cache: path.join(scratchFolder(), 'cache'),
    env: { PATH: '' },
    report: readableReport(),
    ...overrides,
  }
}

/** A checkout with a lockfile of one package and Node 24, as npm would leave it. */
export function installedCheckout(root) {
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/elsewhere': { version: '1.0.0', optional: true },
    },
  }
  write(path.join(root, 'package-lock.json'), JSON.stringify(lock))
  write(
    path.join(root, 'node_modules/.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/a': { version: '1.0.0' } } }),
  )
  const { executable } = node24(root)
  mkdirSync(path.dirname(executable), { recursive: true })
  symlinkSync(process.execPath, executable)
  for (const name of ['tfjs_backend.cc', 'tfjs_binding.cc'])
    write(path.join(tfjsNode(root), 'binding', name), '// source')
  write(path.join(root, 'scripts/setup/stderr_guard.c'), '/* source */')
  return root
}

/** The one line that a step which cannot be done gives: what is missing, what it costs, what happens instead. */
export async function problemOf(promise) {
  const error = await promise.then(
    () => undefined,
    (thrown) => thrown,
  )
  if (error?.name !== 'SetupProblem') throw error ?? new Error('nothing was thrown')
  return error.message
}
