/** libtensorflow, which is large: downloaded once per user, unpacked into the user's cache, and linked into each checkout. */
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fillFolder, readJson, requireSpace } from './files.mjs'
import { cpuLibrary, cudaLibrary, wanted, wheelPlatform } from './pins.mjs'
import { downloadWheels, findPip } from './pip.mjs'
import { bytes, SetupProblem } from './report.mjs'
import { findProgram } from './run.mjs'
import { unpackWheel } from './wheel.mjs'

export const COST = 'TensorFlow cannot be used'
export const INSTEAD = 'training runs on WebAssembly, several times slower, until npm start finds it possible'
const problem = (missing) => new SetupProblem(missing, COST, INSTEAD)

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
  const python = await findPip(env, 'TensorFlow', problem)
  const folder = libraryFolder(cache, library)
  rmSync(folder, { recursive: true, force: true }) // not complete, or we would not be here
  requireSpace(cache, library.download + library.unpacked, COST, INSTEAD, freeBytes)
  try {
    await fillFolder(folder, async (part) => {
      const wheels = await downloadWheels(library, path.join(part, 'wheels'), {
        python,
        env,
        report,
        options: wheelPlatform,
        problem,
      })
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
