/** Files that appear whole or not at all. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { bytes, SetupProblem } from './report.mjs'

export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

export function writeWhole(file, content) {
  mkdirSync(path.dirname(file), { recursive: true })
  const part = `${file}.${process.pid}.part`
  writeFileSync(part, content)
  renameSync(part, file)
}

/**
 * Makes `folder` by filling a folder beside it and renaming that one, so that an interruption leaves nothing that looks finished. What
 * earlier set-ups left half done is removed. If another process finished the same folder meanwhile, that one is kept.
 */
export async function fillFolder(folder, fill) {
  const parent = path.dirname(folder)
  mkdirSync(parent, { recursive: true })
  removeAbandoned(parent)
  const part = path.join(parent, `.part-${process.pid}-${path.basename(folder)}`)
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part)
  const discard = () => rmSync(part, { recursive: true, force: true })
  process.once('exit', discard) // an interruption ends the process without going through `finally`
  try {
    const result = await fill(part)
    try {
      renameSync(part, folder)
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    }
    return result
  } finally {
    process.off('exit', discard)
    discard()
  }
}

function removeAbandoned(parent) {
  for (const name of readdirSync(parent)) {
    const pid = Number(/^\.part-(\d+)-/.exec(name)?.[1])
    if (pid && !isAlive(pid)) rmSync(path.join(parent, name), { recursive: true, force: true })
  }
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Total size in bytes of the files under a folder; what vanishes meanwhile counts as nothing. */
export function folderSize(folder) {
  let total = 0
  let entries = []
  try {
    entries = readdirSync(folder, { withFileTypes: true })
  } catch {}
  for (const entry of entries) {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) total += folderSize(file)
    else {
      try {
        total += statSync(file).size
      } catch {}
    }
  }
  return total
}

/** Throws a SetupProblem where the disk of `folder` (or of its nearest parent that exists) has less than `needed` bytes free. */
export function requireSpace(folder, needed, cost, instead, freeBytes = freeSpace) {
  const free = freeBytes(folder)
  if (free !== undefined && free < needed)
    throw new SetupProblem(`${folder} needs ${bytes(needed)} and its disk has ${bytes(free)} free`, cost, instead)
}

function freeSpace(folder) {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    try {
      const { bavail, bsize } = statfsSync(at)
      return bavail * bsize
    } catch {
      if (at === path.dirname(at)) return undefined
    }
  }
}
