/** What `doctor` and the system page show: this machine, and which tensor backend runs on it and why not a better one. */
import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, readFileSync, statfsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import type { Diagnosis } from '../contract/api.ts'
import { backendNames, orderFor } from '../contract/backends.ts'
import type { BackendProbe } from '../contract/records.ts'
import { probeEntry, projectFolder } from './entries.ts'
import { version } from './version.ts'

const PROBE_TIMEOUT_MS = 120_000

/** @param entry the program that opens one backend and prints a probe of it */
export async function diagnose(dataFolder: string, entry = probeEntry): Promise<Diagnosis> {
  const found = await probesBy(entry)
  const asked = process.env.GRPO_STUDIO_BACKEND || undefined
  const first = (order: readonly string[]) =>
    order.map((name) => found.find((one) => one.name === name)!).find((one) => one.available)
  const chosen = first(asked ? backendNames.filter((name) => name === asked) : backendNames)
  const small = asked ? chosen : first(orderFor(0))
  return {
    version,
    node: process.version,
    platform: `${os.type()} ${os.release()} ${process.arch}`,
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryBytes: os.totalmem(),
    freeDiskBytes: freeBytes(dataFolder),
    dataFolder,
    dataFolderWritable: isWritable(dataFolder),
    sqlite: sqliteVersion(),
    chosen: chosen?.name ?? null,
    chosenForSmall: small?.name ?? null,
    device: chosen?.device ?? '',
    probes: found.map(({ device: _, ...rest }) => rest),
    electron: electronState(),
  }
}

type Found = BackendProbe & { device: string }

const probed = new Map<string, Promise<Found[]>>()

/** What the machine can do stays while this process runs: the backends are tried once, though every launch dialog asks. */
function probesBy(entry: URL): Promise<Found[]> {
  const found = probed.get(entry.href) ?? probeAll(entry)
  probed.set(entry.href, found)
  return found
}

/** One after another: two that compute at once would slow each other down. */
async function probeAll(entry: URL): Promise<Found[]> {
  const found: Found[] = []
  for (const name of backendNames) found.push(await probe(name, entry))
  return found
}

/** Runs a backend in a process of its own, so that a native crash is a finding and not the end of the caller. */
function probe(name: string, entry: URL): Promise<Found> {
  return new Promise((resolve) => {
    // Each is asked for by name; Electron's executable is a Node only when told so.
    const { GRPO_STUDIO_BACKEND: _, ...env } = process.env
    const args = ['--disable-warning=ExperimentalWarning', fileURLToPath(entry), name]
    const options = {
      env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
      timeout: PROBE_TIMEOUT_MS,
      killSignal: 'SIGKILL' as const,
    }
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const unavailable = (reason: string) => resolve({ name, available: false, reason, device: '' })
      if (error?.killed) unavailable(`it did not answer within ${PROBE_TIMEOUT_MS / 1000} s`)
      else if (error?.signal) unavailable(`it crashed (${error.signal}) while it was tried`)
      else if (error) unavailable(lastLine(stderr) || error.message)
      else resolve(JSON.parse(lastLine(stdout)))
    })
  })
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? ''

function electronState(): Diagnosis['electron'] {
  if (process.versions.electron) return { available: true, reason: `this is Electron ${process.versions.electron}` }
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return { available: false, reason: 'there is no display' }
  if (process.getuid?.() === 0)
    return { available: false, reason: "started as root, where Chromium's sandbox cannot work" }
  const folder = path.join(fileURLToPath(projectFolder), 'node_modules', 'electron')
  const pathFile = path.join(folder, 'path.txt')
  const installed = existsSync(pathFile) && existsSync(path.join(folder, 'dist', readFileSync(pathFile, 'utf8')))
  return installed
    ? { available: true, reason: 'its binary is installed; npm start opens it' }
    : { available: false, reason: 'its binary is not installed (npm start tries to download it)' }
}

function sqliteVersion(): string {
  const database = new Database(':memory:')
  try {
    return database.prepare('SELECT sqlite_version()').pluck().get() as string
  } finally {
    database.close()
  }
}

function isWritable(folder: string): boolean {
  try {
    accessSync(nearest(folder), constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(nearest(folder))
  return bavail * bsize
}

/** The folder, or the nearest one above it that exists: it is made on first use. */
function nearest(folder: string): string {
  let at = path.resolve(folder)
  while (!existsSync(at) && at !== path.dirname(at)) at = path.dirname(at)
  return at
}
