import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { holderOf, isLocked, lockDataFolder } from '../../src-main/store/lock.ts'
import { temporaryFolder } from '../host/support/temporary.ts'

const lockModule = new URL('../../src-main/store/lock.ts', import.meta.url).href

/** Another app that has the folder open until it is killed. */
async function otherApp(folder: string) {
  const code = `const { lockDataFolder } = await import(${JSON.stringify(lockModule)})
    // held, or the garbage collection would give it back
    globalThis.lock = lockDataFolder(${JSON.stringify(folder)}, 'the other app')
    lock.note({ address: 'http://127.0.0.1:1/' })
    console.log('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

describe('the lock of a data folder', () => {
  test('keeps a second app out, naming folder, process and the way out', async () => {
    const folder = temporaryFolder()
    const other = await otherApp(folder)
    expect(isLocked(folder)).toBe(true)
    expect(() => lockDataFolder(folder, 'this app')).toThrow(
      expect.objectContaining({
        code: 'data-folder',
        message: expect.stringMatching(`${folder} is already in use by process ${other.pid} \\(the other app`),
        hint: expect.stringMatching(/--data DIR.*http:\/\/127\.0\.0\.1:1\//),
      }),
    )
    expect(holderOf(folder)?.pid).toBe(other.pid)
    expect(statSync(join(folder, 'lock.json')).mode & 0o777).toBe(0o600)
  })

  test('ends with its holder, even one that was killed; the next knows', async () => {
    const folder = temporaryFolder()
    const other = await otherApp(folder)
    other.kill('SIGKILL')
    await once(other, 'exit')
    expect(isLocked(folder)).toBe(false)
    const lock = lockDataFolder(folder, 'this app')
    expect(lock.uncleanBefore).toBe(true)
    expect(holderOf(folder)?.pid).toBe(process.pid)
    lock.release()
    expect(holderOf(folder)).toBeUndefined()
    const after = lockDataFolder(folder, 'this app')
    expect(after.uncleanBefore).toBe(false)
    after.release()
  })

  test('holds within one process too', () => {
    const folder = temporaryFolder()
    const lock = lockDataFolder(folder, 'one window')
    expect(() => lockDataFolder(folder, 'another')).toThrow(/already in use by process \d+ \(one window/)
    lock.release()
  })

  test('is not stopped by a lock file of garbage', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'lock'), 'garbage '.repeat(1000))
    writeFileSync(join(folder, 'lock.json'), '{')
    lockDataFolder(folder, 'this app').release()
  })
})
