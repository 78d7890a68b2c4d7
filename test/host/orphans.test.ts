import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { endOrphan, noteEngine } from '../../src-main/host/orphans.ts'

let folder: string
let engine: ChildProcess
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'grpo-orphans-'))
  engine = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(engine, 'spawn')
  noteEngine(folder, engine.pid!)
})
afterEach(() => {
  engine.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

it('an engine that outlives its app is ended by whoever opens the data folder next', async () => {
  await endOrphan(folder)
  if (engine.signalCode === null) await once(engine, 'exit')
  expect(engine.signalCode).toBe('SIGKILL')
})

it('an engine of the folder that this one is a copy of is let be', async () => {
  const copy = join(folder, 'copy')
  cpSync(join(folder, 'engine.pid'), join(copy, 'engine.pid'))
  await endOrphan(copy)
  expect(engine.exitCode ?? engine.signalCode).toBeNull()
})
