/** One set-up at a time in a checkout: a second one waits for the first, and does not wait for one that died. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive } from './files.mjs'

export async function withLock(root, report, action) {
  const file = path.join(root, '.setup', 'lock')
  const own = `${file}-${process.pid}-${Math.random().toString(36).slice(2)}`
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(own, String(process.pid))
  for (let told = false; ; await sleep(500)) {
    try {
      linkSync(own, file) // the lock appears with its content
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const holder = Number(readFileIfThere(file))
      if (!holder || !isAlive(holder)) rmSync(file, { force: true })
      else if (!told) {
        report.line(`Another set-up of this folder is running (process ${holder}); waiting for it`)
        told = true
      }
    }
  }
  const release = () => {
    for (const name of [file, own]) rmSync(name, { force: true })
  }
  process.once('exit', release)
  try {
    return await action()
  } finally {
    process.off('exit', release)
    release()
  }
}

function readFileIfThere(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
