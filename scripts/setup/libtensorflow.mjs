/** libtensorflow, which is large: downloaded once per user, unpacked into the user's cache, and linked into each checkout. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fillFolder, folderSize, readJson, requireSpace } from './files.mjs'
import { cpuLibrary, cudaLibrary, wanted, wheelPlatform } from './pins.mjs'
import { bytes, SetupProblem } from './report.mjs'
import { findProgram, lastError, run } from './run.mjs'
import { unpackWheel } from './wheel.mjs'

export const COST = 'TensorFlow cannot be used'
export const INSTEAD = 'training runs on WebAssembly, several times slower, until npm start finds it possible'
const STALL_MS = 120_000

/** The folder of a library in the cache; the name holds the hash, so another build never passes for this one. */
export const libraryFolder = (cache, library) =>
  path.join(
    cache,
    'libtensorflow',
    `${library.name}-${library.version}-${/sha256:(\w{12})/.exec(library.requirements[0])[1]}`,
  )

/** True when every file that was unpacked is there with its size. */
export function libraryComplete(folder) {
  const files = readJson(path.join(folder, 'complete.json'))
  if (!files) return false
  return Object.entries(files).every(([name, size]) => {
    try {
      return statSync(path.join(folder, name)).size === size
    } catch {
      return false
    }
  })
}

export const hasNvidiaDriver = (env) =>
  existsSync('/proc/driver/nvidia/version') || Boolean(findProgram(['nvidia-smi'], env))

/**
 * Makes sure of libtensorflow in the cache: with an NVIDIA driver the CUDA build, else, or when that cannot be had, the CPU build.
 * @returns {Promise<string>} its folder
 * @throws SetupProblem
 */
export async function ensureLibrary(context) {
  const { cache, env, report, platform = process.platform, arch = process.arch } = context
  if (platform !== 'linux' || arch !== 'x64')
    throw new SetupProblem(
      `TensorFlow's library is offered for Linux x64 and this is ${platform} ${arch}`,
      COST,
      INSTEAD,
    )
  const cpu = libraryFolder(cache, cpuLibrary)
  if (!hasNvidiaDriver(env)) return libraryComplete(cpu) ? cpu : fetchLibrary(context, cpuLibrary)
  const cuda = libraryFolder(cache, cudaLibrary)
  if (libraryComplete(cuda)) return cuda
  try {
    return await fetchLibrary(context, cudaLibrary)
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error
    report.problem({
      message: error.message.replace(`${COST}; ${INSTEAD}`, 'The GPU cannot be used; the CPU library is taken'),
    })
    return libraryComplete(cpu) ? cpu : fetchLibrary(context, cpuLibrary)
  }
}

/** Downloads a library and unpacks it into the cache, whole or not at all. @throws SetupProblem */
export async function fetchLibrary({ cache, env, report, freeBytes }, library) {
  const python = await findPip(env)
  const folder = libraryFolder(cache, library)
  rmSync(folder, { recursive: true, force: true }) // not complete, or we would not be here
  requireSpace(cache, library.download + library.unpacked, COST, INSTEAD, freeBytes)
  try {
    await fillFolder(folder, async (part) => {
      const wheels = await download(library, path.join(part, 'wheels'), { python, env, report })
      const files = await unpack(library, wheels, part, report)
      rmSync(path.join(part, 'wheels'), { recursive: true })
      writeFileSync(path.join(part, 'complete.json'), JSON.stringify(files))
    })
  } catch (error) {
    if (error instanceof SetupProblem) throw error
    throw new SetupProblem(`${library.title} could not be put into ${cache} (${error.message})`, COST, INSTEAD)
  }
  return folder
}

/** @returns {Promise<string>} a Python 3 that has pip */
async function findPip(env) {
  const python = findProgram([env.PYTHON, 'python3', 'python'], env)
  if (!python) throw new SetupProblem('Python 3, whose pip downloads TensorFlow, is not on PATH', COST, INSTEAD)
  const { status } = await run(python, ['-m', 'pip', '--version'], { env })
  if (status !== 0)
    throw new SetupProblem(
      `${python} has no pip, which downloads TensorFlow (Debian: apt install python3-pip)`,
      COST,
      INSTEAD,
    )
  return python
}

async function download(library, folder, { python, env, report }) {
  const size = bytes(library.download)
  report.line(`${library.title}: downloading ${size} from PyPI with pip`)
  const temporary = path.join(folder, 'temporary')
  mkdirSync(temporary, { recursive: true })
  const list = path.join(folder, 'requirements.txt')
  writeFileSync(list, `${library.requirements.join('\n')}\n`)
  let reached = 0
  let reachedAt = Date.now()
  const options = [
    '--no-cache-dir',
    '--no-deps',
    '--only-binary=:all:',
    '--retries',
    '2',
    '--timeout',
    '30',
    '--progress-bar',
    'off',
  ]
  const { status, output, stalled } = await run(
    python,
    ['-m', 'pip', 'download', '--require-hashes', ...options, ...wheelPlatform, '--dest', folder, '-r', list],
    {
      env: { ...env, TMPDIR: temporary, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
      onTick() {
        const now = folderSize(folder)
        if (now > reached) reachedAt = Date.now()
        reached = Math.max(reached, now)
        report.progress(`${library.title}: ${bytes(Math.min(reached, library.download))} of ${size}`)
      },
      stalled: () => Date.now() - reachedAt > STALL_MS,
    },
  )
  const why = stalled ? `nothing arrived for ${STALL_MS / 1000} s` : lastError(output)
  if (status !== 0) throw new SetupProblem(`${library.title} could not be downloaded (${why})`, COST, INSTEAD)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.whl'))
    .map((name) => path.join(folder, name))
}

async function unpack(library, wheels, folder, report) {
  for (const wheel of wheels) {
    await unpackWheel(wheel, folder, wanted, (written) =>
      report.progress(`${library.title}: unpacking ${path.basename(wheel)}, ${bytes(written)}`),
    )
    rmSync(wheel)
  }
  const files = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath ?? entry.path, entry.name)
    if (entry.isFile() && /\.so(\.\d+)*$/.test(entry.name)) files[path.relative(folder, file)] = statSync(file).size
  }
  const total = Object.values(files).reduce((sum, size) => sum + size, 0)
  report.line(`${library.title}: ${bytes(total)} unpacked into ${path.dirname(folder)}`)
  return files
}
