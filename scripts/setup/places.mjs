/** Where things are: in this checkout, and in the user's cache that all checkouts share. */
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** The user's cache folder, as the platform has it. */
export function cacheFolder(env = process.env, platform = process.platform, home = os.homedir()) {
  if (platform === 'win32') return path.join(env.LOCALAPPDATA || path.join(home, 'AppData', 'Local'), 'grpo-studio')
  if (env.XDG_CACHE_HOME) return path.join(env.XDG_CACHE_HOME, 'grpo-studio')
  if (platform === 'darwin') return path.join(home, 'Library', 'Caches', 'grpo-studio')
  return path.join(home, '.cache', 'grpo-studio')
}

/** Node 24 as npm installs it; the platform's package carries the executable and, except on Windows, its headers. */
export function node24(folder = root, platform = process.platform, arch = process.arch) {
  const name = platform === 'win32' ? `node-win-${arch}` : `node-${platform}-${arch}`
  const packageFolder = path.join(folder, 'node_modules', name)
  return {
    executable: path.join(packageFolder, 'bin', platform === 'win32' ? 'node.exe' : 'node'),
    headers: path.join(packageFolder, 'include', 'node'),
  }
}

/** Where Node keeps what it has compiled: every later start of a program, the engine's too, takes a fraction of the time. */
export const compileCache = (folder = root) => path.join(folder, 'node_modules/.cache/compiled')

export const tfjsNode = (folder = root) => path.join(folder, 'node_modules/@tensorflow/tfjs-node-gpu')
